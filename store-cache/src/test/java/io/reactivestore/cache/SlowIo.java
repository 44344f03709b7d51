package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A simulated process whose disk work waits until a test lets it go on. */
final class SlowIo implements StoreRuntime {

    private final SimulatedRuntime process;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean held;
    private long stalledNanos;

    SlowIo(SimulatedRuntime process) {
        this.process = process;
    }

    /** Lets disk work wait from now on. */
    void hold() {
        held = true;
    }

    /** Lets time pass in the middle of whatever happens, for the ticker alone. */
    void stall(Duration time) {
        stalledNanos += time.toNanos();
    }

    /** Lets one task run; whether there was one. */
    boolean runOne() {
        return run(waiting.poll());
    }

    /** Lets the task run that came last, as another thread would. */
    boolean runLast() {
        return run(waiting.pollLast());
    }

    private boolean run(@Nullable Runnable task) {
        if (task == null) {
            return false;
        }
        process.io().schedule(task);
        return true;
    }

    /** Lets all go on. */
    void pass() {
        held = false;
        while (runOne()) {}
    }

    @Override
    public Scheduler io() {
        return new Gate();
    }

    @Override
    public Clock clock() {
        return process.clock();
    }

    @Override
    public long nanoTime() {
        return process.nanoTime() + stalledNanos;
    }

    @Override
    public RandomGenerator random() {
        return process.random();
    }

    @Override
    public Scheduler timers() {
        return process.timers();
    }

    @Override
    public Scheduler delivery() {
        return process.delivery();
    }

    @Override
    public Scheduler newSerial(String name) {
        return process.newSerial(name);
    }

    @Override
    public boolean deterministic() {
        return true;
    }

    private final class Gate implements Scheduler {

        @Override
        public Disposable schedule(Runnable task) {
            if (!held) {
                return process.io().schedule(task);
            }
            waiting.add(task);
            return () -> waiting.remove(task);
        }

        @Override
        public Worker createWorker() {
            return new Worker() {
                @Override
                public Disposable schedule(Runnable task) {
                    return Gate.this.schedule(task);
                }

                @Override
                public void dispose() {}
            };
        }

        @Override
        public void dispose() {}
    }
}
