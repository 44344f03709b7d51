package io.reactivestore.decorate;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Fails when an element that was asked for does not come in time. Reactor's own time limit counts while nothing is asked for, too. */
final class StallTimeoutFlux<T> extends FluxOperator<T, T> {

    private final long nanos;
    private final StoreRuntime runtime;
    private final Supplier<? extends Throwable> late;

    StallTimeoutFlux(Flux<T> source, Duration time, StoreRuntime runtime, Supplier<? extends Throwable> late) {
        super(source);
        this.nanos = time.toNanos();
        this.runtime = runtime;
        this.late = late;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Watched(actual));
    }

    private final class Watched implements CoreSubscriber<T>, Subscription {
        /*
         * How it works. Somebody waits while more was asked for than came. One timer at most is set. It fires when the time is over since
         * the wait began as it was known when the timer was set; a wait that began later sets it again for the rest.
         *
         *   quiet --request--> waiting, a timer is set --element, nothing more asked for--> quiet, the timer stays
         *   waiting --element, more is asked for--> waiting, since now
         *   waiting --timer, too long--> over: upstream cancelled, error told
         *   any --end, cancel--> over
         *
         *   state         written by                      guard                          seen by others
         *   asked         request, onNext                 atomic                         at once
         *   since         request, onNext                 volatile                       the timer, which may set itself once more for it
         *   signals       upstream's signals, the timer   atomic: OVER, or how many      an element counts while it is handed on, so that
         *                                                 are being handed on            the timer cannot end what is in the middle of it
         *   timer         request, the timer              set by whoever turns `armed`   disposed of at the end, and from then on each new
         *                                                                                one at once
         */

        private static final int OVER = Integer.MIN_VALUE;

        private final CoreSubscriber<? super T> actual;
        private final AtomicLong asked = new AtomicLong();
        private final AtomicInteger signals = new AtomicInteger();
        private final AtomicBoolean armed = new AtomicBoolean();
        private final Disposable.Swap timer = Disposables.swap();
        private volatile long since;
        private @Nullable Subscription upstream;

        Watched(CoreSubscriber<? super T> actual) {
            this.actual = actual;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void request(long n) {
            if (n > 0 && asked.getAndAccumulate(n, Operators::addCap) == 0) {
                since = runtime.nanoTime();
                arm(nanos);
            }
            Subscription source = upstream;
            if (source != null) {
                source.request(n); // which refuses less than one
            }
        }

        @Override
        public void onNext(T element) {
            if (signals.incrementAndGet() < 0) {
                signals.decrementAndGet();
                Operators.onDiscard(element, actual.currentContext());
                return;
            }
            since = runtime.nanoTime();
            asked.updateAndGet(left -> left == Long.MAX_VALUE ? left : left - 1);
            try {
                actual.onNext(element);
            } finally {
                signals.decrementAndGet();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (end()) {
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            end();
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
        }

        private boolean end() {
            timer.dispose();
            return signals.getAndSet(OVER) >= 0;
        }

        private void arm(long delay) {
            if (armed.compareAndSet(false, true)) {
                timer.update(runtime.timers().schedule(this::fire, delay, TimeUnit.NANOSECONDS));
            }
        }

        private void fire() {
            armed.set(false);
            if (asked.get() == 0) {
                return; // the next request sets it
            }
            long left = nanos - (runtime.nanoTime() - since);
            if (left > 0) {
                arm(left);
                return;
            }
            if (!signals.compareAndSet(0, OVER)) {
                // Over, or in the middle of an element: nobody waits for the next one yet.
                arm(nanos);
                return;
            }
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
            actual.onError(late.get());
        }
    }
}
