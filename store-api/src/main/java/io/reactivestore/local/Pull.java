package io.reactivestore.local;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * What a blocking source gives step by step, on the I/O scheduler and on demand: no step is taken while nothing is asked for, none ahead,
 * and none after a cancel.
 */
final class Pull<T> extends Flux<T> {

    /** Steps of one turn on an I/O thread, which others wait for: about a millisecond. */
    private static final int TURN_STEPS = 256;

    private final SourceFactory<T> sources;
    private final Scheduler io;

    /** @param sources makes the source of one subscription; does not block */
    Pull(SourceFactory<T> sources, Scheduler io) {
        this.sources = sources;
        this.io = io;
    }

    /** Makes a source. */
    interface SourceFactory<T> {
        Source<T> create();
    }

    /** Something to pull from. Called by one thread at a time. */
    interface Source<T> {

        /** Whether no step is left; needs no I/O. */
        boolean isDone();

        /** Takes one step; null if it gave nothing. */
        @Nullable T step() throws Exception;

        /** Called once, after the last step. */
        void close() throws Exception;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        Source<T> source;
        try {
            source = sources.create();
        } catch (RuntimeException e) {
            Operators.error(actual, e);
            return;
        }
        actual.onSubscribe(new Pulling<>(source, actual, io));
    }

    private static final class Pulling<T> implements Subscription, Runnable {
        /*
         * How it works. Signals (request, cancel) count up `signals`; whoever raises it from 0 schedules a turn, and turns follow each
         * other until one has brought it back to 0. So at most one turn exists, and it alone touches the source.
         *
         *   idle --request, cancel--> running --demand met--> idle
         *                             running --steps of a turn used up--> running (another turn, behind what others scheduled)
         *                             running --done, error, cancel--> over (source closed; later signals change nothing)
         *
         *   state               written by          guard              seen by others
         *   signals, requested  request, cancel     CAS                at once
         *   cancelled           cancel              volatile           before each step and each signal
         *   source, over        turns               the single turn    by the next turn, through `signals`
         */

        private final Source<T> source;
        private final CoreSubscriber<? super T> actual;
        private final Scheduler io;
        private final AtomicInteger signals = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private volatile boolean cancelled;
        private boolean over;

        Pulling(Source<T> source, CoreSubscriber<? super T> actual, Scheduler io) {
            this.source = source;
            this.actual = actual;
            this.io = io;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.getAndAccumulate(n, Operators::addCap);
                signal();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            signal();
        }

        private void signal() {
            if (signals.getAndIncrement() == 0) {
                schedule();
            }
        }

        private void schedule() {
            try {
                io.schedule(this);
            } catch (RuntimeException rejected) {
                // No turn exists, so the source is this thread's alone.
                end(Operators.onRejectedExecution(rejected, actual.currentContext()));
            }
        }

        @Override
        public void run() {
            int seen = signals.get();
            boolean more = !over && turn();
            if (more || signals.addAndGet(-seen) != 0) {
                schedule();
            }
        }

        /** Whether demand is left that another turn can meet. */
        private boolean turn() {
            try {
                long demand = requested.get();
                long emitted = 0;
                int steps = 0;
                while (emitted < demand && steps < TURN_STEPS && !cancelled && !source.isDone()) {
                    T element = source.step();
                    steps++;
                    if (element != null) {
                        emitted++;
                        actual.onNext(element);
                    }
                }
                long taken = emitted;
                requested.getAndUpdate(now -> now == Long.MAX_VALUE ? now : now - taken);
                if (cancelled || source.isDone()) {
                    end(null);
                    return false;
                }
                return emitted < demand;
            } catch (Throwable e) {
                end(e);
                return false;
            }
        }

        private void end(@Nullable Throwable error) {
            over = true;
            Throwable failure = error;
            try {
                source.close();
            } catch (Exception e) {
                failure = failure == null ? e : failure;
            }
            if (cancelled) {
                return;
            }
            if (failure != null) {
                actual.onError(failure);
            } else {
                actual.onComplete();
            }
        }
    }
}
