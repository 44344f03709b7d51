package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Signal;
import reactor.util.context.Context;

/**
 * Sends a read that is late again, and takes the answer that comes first.
 *
 * <p>Late is what is slower than all but the share of requests that may be sent again, and than 95 % in any case. No more than that share is
 * sent again, and nothing at all until a service that throttled has not done so for a while.
 */
final class Hedging {
    /*
     * How it works. Each request earns a fraction of a token, a second attempt costs one. The first attempt is begun at once.
     *
     *   alone --answer or error--> over
     *   alone --late, a token is there, no throttling, nobody waits to be sent--> with others
     *   alone --late, but not all of that--> alone; asked again when as much time has passed: the latest of all are worth a token most
     *   with others --late again, as before, fewer than three--> with others
     *   with others --answer of one--> over, the others are cancelled
     *   with others --error of one--> alone, or with others
     *   any --cancel--> over, all are cancelled
     *
     * What takes longer than the winner is recorded with the time after which it was cancelled: its own is not known, but that it was late
     * is. A cancel by the caller says nothing.
     *
     *   state                 written by              guard     seen by others
     *   tokens                all requests            this      at once
     *   throttledAt           throttled               volatile  at once
     *   Race.left, Race.state the attempts' signals   atomic    at once
     */

    /** What is measured by itself. */
    enum Kind {
        HEAD,
        LIST,
        SMALL,
        MEDIUM,
        LARGE;

        private static final int SMALL_BYTES = 64 << 10;
        private static final int MEDIUM_BYTES = 1 << 20;

        static Kind ofRead(long bytes) {
            return bytes <= SMALL_BYTES ? SMALL : bytes <= MEDIUM_BYTES ? MEDIUM : LARGE;
        }
    }

    private static final double LEAST_QUANTILE = 0.95;

    /** So many may be sent again in a row. */
    private static final double MAX_TOKENS = 20;

    private static final int MAX_ATTEMPTS = 3;

    private static final Duration CLEAN_AFTER = Duration.ofSeconds(10);

    private final double budget;
    private final StoreRuntime runtime;
    private final Alarms alarms;
    private final BooleanSupplier isBusy;
    private final Map<Kind, Latencies> latencies = new EnumMap<>(Kind.class);
    private final LongAdder sent = new LongAdder();
    private double tokens = 1;
    private volatile @Nullable Long throttledAt;

    /**
     * Sends nothing again by itself.
     *
     * @param budget the share of requests that may be sent again; 0 for none
     * @param isBusy whether requests wait to be sent: then another one would only wait too
     */
    Hedging(double budget, StoreRuntime runtime, Alarms alarms, BooleanSupplier isBusy) {
        this.budget = budget;
        this.runtime = runtime;
        this.alarms = alarms;
        this.isBusy = isBusy;
        for (Kind kind : Kind.values()) {
            latencies.put(kind, new Latencies(Math.max(LEAST_QUANTILE, 1 - budget)));
        }
    }

    /** How many further attempts were made. */
    long sent() {
        return sent.sum();
    }

    /** The service has asked for fewer requests. */
    void throttled() {
        throttledAt = runtime.nanoTime();
    }

    /**
     * A read that may be made twice.
     *
     * @param request is subscribed to for each attempt; gives a value or an error
     */
    <T> Mono<T> hedged(Kind kind, Mono<T> request) {
        Latencies measured = Objects.requireNonNull(latencies.get(kind));
        return budget == 0 ? request : Mono.create(sink -> new Race<>(measured, request, sink).begin());
    }

    private synchronized void earn() {
        tokens = Math.min(MAX_TOKENS, tokens + budget);
    }

    private synchronized boolean spend() {
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    private boolean isThrottling() {
        Long last = throttledAt;
        return last != null && runtime.nanoTime() - last < CLEAN_AFTER.toNanos();
    }

    private enum State {
        OPEN,
        ANSWERED,
        ENDED
    }

    private final class Race<T> {

        private final Latencies measured;
        private final Mono<T> request;
        private final MonoSink<T> sink;
        private final AtomicInteger left = new AtomicInteger(1);
        private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
        private final Disposable.Composite attempts = Disposables.composite();
        private final Disposable.Swap alarm = Disposables.swap();
        private int made;

        Race(Latencies measured, Mono<T> request, MonoSink<T> sink) {
            this.measured = measured;
            this.request = request;
            this.sink = sink;
        }

        void begin() {
            earn();
            sink.onDispose(() -> {
                state.compareAndSet(State.OPEN, State.ENDED);
                attempts.dispose();
                alarm.dispose();
            });
            attempt();
            waitUntilLate();
        }

        private void waitUntilLate() {
            long late = measured.quantileNanos();
            if (late != Latencies.UNKNOWN && state.get() == State.OPEN) {
                alarm.update(alarms.set(Duration.ofNanos(late), this::again));
            }
        }

        private void again() {
            if (state.get() != State.OPEN) {
                return; // and no token is spent
            }
            if (isThrottling() || isBusy.getAsBoolean() || !spend()) {
                waitUntilLate();
                return;
            }
            // Once none is left, the last one's error was told already.
            if (left.getAndUpdate(now -> now == 0 ? 0 : now + 1) > 0) {
                sent.increment();
                attempt();
                if (made < MAX_ATTEMPTS) {
                    waitUntilLate();
                }
            }
        }

        private void attempt() {
            made++;
            long begin = runtime.nanoTime();
            attempts.add(request.doOnCancel(() -> {
                        if (state.get() == State.ANSWERED) {
                            measured.record(runtime.nanoTime() - begin);
                        }
                    })
                    // As a value, since an error that comes when the race is over would be logged.
                    .materialize()
                    .subscribe(
                            outcome -> ended(outcome, begin), error -> {}, () -> {}, Context.of(sink.contextView())));
        }

        private void ended(Signal<T> outcome, long begin) {
            Throwable error = outcome.getThrowable();
            if (error == null) {
                if (state.compareAndSet(State.OPEN, State.ANSWERED)) {
                    measured.record(runtime.nanoTime() - begin);
                    sink.success(outcome.get());
                }
            } else if (left.decrementAndGet() == 0 && state.compareAndSet(State.OPEN, State.ENDED)) {
                sink.error(error);
            }
        }
    }
}
