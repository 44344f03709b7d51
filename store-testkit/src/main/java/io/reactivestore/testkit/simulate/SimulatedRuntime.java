package io.reactivestore.testkit.simulate;

import io.reactivestore.StoreRuntime;
import io.reactivestore.testkit.simulate.SimulatedScheduler.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/**
 * One process on a {@link Simulation}: all of its threads, its clock, its randomness. It can be killed, as by {@code kill -9}, and
 * born again; what lives in other runtimes of the same simulation goes on.
 *
 * <p>A store that outlives the process must be used through {@link io.reactivestore.testkit.fault.RemoteStore}: otherwise its
 * answers run code of the dead process.
 */
public final class SimulatedRuntime implements StoreRuntime {

    /** A date that no test means by accident. */
    private static final Instant START = Instant.parse("2031-03-01T12:00:00Z");

    private final Simulation simulation;
    private final String name;
    private final int life;
    private final RandomGenerator random;
    private final long nanoOrigin;
    private final Scheduler timers;
    private final Scheduler io;
    private final Scheduler delivery;
    private final List<Runnable> onKill = new ArrayList<>();
    private long wallSkewNanos;
    private boolean alive = true;

    SimulatedRuntime(Simulation simulation, String name, int life, long wallSkewNanos) {
        this.simulation = simulation;
        this.name = name;
        this.life = life;
        this.wallSkewNanos = wallSkewNanos;
        this.random = new SplittableRandom(Trace.mix(Trace.mix(simulation.seed(), name.hashCode()), life));
        // Negative for every other process: only differences of nanoTime mean something.
        this.nanoOrigin = random.nextLong() >> 2;
        this.timers = new SimulatedScheduler(this, "timers", Kind.TIMERS);
        this.io = new SimulatedScheduler(this, "io", Kind.IO);
        this.delivery = new SimulatedScheduler(this, "delivery", Kind.TIMERS);
    }

    /** The only process of a simulation of its own. */
    public static SimulatedRuntime seeded(long seed) {
        return Simulation.seeded(seed).runtime("store");
    }

    /** The loop this runs on. */
    public Simulation simulation() {
        return simulation;
    }

    /** Its name, with the number of its life if it was born again. */
    public String name() {
        return life == 1 ? name : name + "'" + life;
    }

    @Override
    public Clock clock() {
        return new WallClock(ZoneOffset.UTC);
    }

    @Override
    public long nanoTime() {
        return nanoOrigin + simulation.nanoTime();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Scheduler timers() {
        return timers;
    }

    /** As that of the system runtime it knows no delays. */
    @Override
    public Scheduler io() {
        return io;
    }

    @Override
    public Scheduler delivery() {
        return delivery;
    }

    @Override
    public boolean deterministic() {
        return true;
    }

    @Override
    public Scheduler newSerial(String name) {
        return new SimulatedScheduler(this, name, Kind.SERIAL);
    }

    /** Moves the wall clock, forwards or back; timers and {@link #nanoTime()} do not notice. */
    public void wallClockJump(Duration by) {
        wallSkewNanos += by.toNanos();
    }

    /** Does this at the kill: what an operating system does for a dead process, such as giving its file locks back. */
    public void onKill(Runnable cleanup) {
        onKill.add(cleanup);
    }

    /**
     * Ends the process at once: none of its tasks runs any more, and new ones are taken and never run. Nothing is told of it:
     * subscribers in the process get no signal.
     */
    public void kill() {
        if (!alive) {
            return;
        }
        alive = false;
        simulation.drop(task -> task.lane.scheduler.runtime == this);
        simulation.note(name() + " killed");
        onKill.forEach(Runnable::run);
    }

    /** Whether it was not killed yet. */
    public boolean isAlive() {
        return alive;
    }

    /** The next process of this name, at the same time and by the same wall clock; kills this one if it lives. */
    public SimulatedRuntime reborn() {
        kill();
        return new SimulatedRuntime(simulation, name, life + 1, wallSkewNanos);
    }

    @Override
    public String toString() {
        return "SimulatedRuntime[" + name() + (alive ? "" : ", killed") + ", " + simulation + "]";
    }

    private final class WallClock extends Clock {

        private final ZoneId zone;

        WallClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new WallClock(other);
        }

        @Override
        public Instant instant() {
            return START.plusNanos(simulation.nanoTime() + wallSkewNanos);
        }
    }
}
