package io.reactivestore.local;

import io.reactivestore.StoreRuntime;
import java.time.Clock;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/** The runtime of the machine with another clock. */
record FixedRuntime(Clock clock) implements StoreRuntime {

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public RandomGenerator random() {
        return StoreRuntime.system().random();
    }

    @Override
    public Scheduler timers() {
        return StoreRuntime.system().timers();
    }

    @Override
    public Scheduler io() {
        return StoreRuntime.system().io();
    }

    @Override
    public Scheduler delivery() {
        return StoreRuntime.system().delivery();
    }

    @Override
    public Scheduler newSerial(String name) {
        return StoreRuntime.system().newSerial(name);
    }
}
