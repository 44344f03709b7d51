package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Time stands still, and tasks run where they come from: what a model checker of interleavings can repeat. */
final class StillRuntime implements StoreRuntime {

    private static final Scheduler NEVER = new Never();

    @Override
    public Clock clock() {
        return Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public RandomGenerator random() {
        return () -> 0;
    }

    @Override
    public Scheduler timers() {
        return NEVER;
    }

    @Override
    public Scheduler io() {
        return Schedulers.immediate();
    }

    @Override
    public Scheduler delivery() {
        return Schedulers.immediate();
    }

    @Override
    public Scheduler newSerial(String name) {
        throw new UnsupportedOperationException("there are no threads");
    }

    /** Time stands still, so nothing that waits for it is ever due. */
    private static final class Never implements Scheduler {

        @Override
        public Disposable schedule(Runnable task) {
            throw new UnsupportedOperationException("a timer without a delay");
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return Disposables.single();
        }

        @Override
        public Worker createWorker() {
            throw new UnsupportedOperationException("there are no threads");
        }
    }
}
