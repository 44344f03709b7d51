package io.reactivestore.cache.behaviour;

import io.reactivestore.StoreRuntime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The machine's threads, but time that passes only when a test says so. */
final class TestRuntime implements StoreRuntime {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Random random = new Random(1);

    /** Lets time pass; timers that come due run here before this returns. */
    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    @Override
    public boolean deterministic() {
        return true;
    }

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return Clock.fixed(instant(), zone);
            }

            @Override
            public Instant instant() {
                return START.plusNanos(nanoTime());
            }
        };
    }

    @Override
    public long nanoTime() {
        return time.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Scheduler timers() {
        return time;
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
