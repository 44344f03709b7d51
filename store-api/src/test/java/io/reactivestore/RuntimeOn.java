package io.reactivestore;

import java.time.Clock;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/** The runtime of the machine, with one scheduler exchanged. */
public record RuntimeOn(Scheduler io, Scheduler delivery) implements StoreRuntime {

    public static StoreRuntime io(Scheduler io) {
        return new RuntimeOn(io, StoreRuntime.system().delivery());
    }

    public static StoreRuntime delivery(Scheduler delivery) {
        return new RuntimeOn(StoreRuntime.system().io(), delivery);
    }

    @Override
    public Clock clock() {
        return StoreRuntime.system().clock();
    }

    @Override
    public long nanoTime() {
        return StoreRuntime.system().nanoTime();
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
    public Scheduler newSerial(String name) {
        return StoreRuntime.system().newSerial(name);
    }
}
