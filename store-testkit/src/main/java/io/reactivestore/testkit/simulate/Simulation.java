package io.reactivestore.testkit.simulate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A seeded loop with a time of its own, on which several {@link SimulatedRuntime}s run: the process under test, the source, a tier.
 * Tasks that are ready at the same time run in an order that the seed decides, except that a worker, and a serial scheduler, keeps
 * its own order. Time stands still while a task is ready, and then jumps to the next timer. The same seed gives the same run.
 *
 * <p>One thread makes a simulation and runs it. A task that throws, work that is handed to a real thread, and use by another thread
 * fail it: the method that runs it throws {@link SimulationFailure}, then and ever after.
 */
public final class Simulation {
    /*
     * How it works. Every task is in `pending` until it ran or was dropped; those whose time is to come also in `timers`, the
     * others in their lane. `ready` holds each lane that has a ready task, once. A step takes a random lane out of it and runs
     * the lane's first task. A stalled lane waits among the timers.
     *
     *   state       written by                                guard
     *   all         the thread of the simulation              none: checked wherever work comes in
     *   failure     a failing step, a use by another thread   volatile; the first one is kept
     */

    /** A run longer than this does not end by itself: something schedules itself again and again. */
    private static final long MAX_STEPS = 50_000_000;

    private static final int LINES_IN_MESSAGE = 40;

    /** The simulation whose task the current thread is running, for the hook that finds work which leaves it. */
    private static final ThreadLocal<@Nullable Simulation> RUNNING = new ThreadLocal<>();

    static {
        Schedulers.onScheduleHook(Simulation.class.getName(), Simulation::requireNoEscape);
    }

    private final Thread thread = Thread.currentThread();
    private final long seed;
    private final SplittableRandom order;
    private final RandomGenerator random;
    private final Trace trace = new Trace();
    private final Set<SimulatedTask> pending = new LinkedHashSet<>();
    private final TreeSet<Timed> timers = new TreeSet<>();
    private final List<Lane> ready = new ArrayList<>();
    private long now;
    private long steps;
    private long sequence;
    private int periodic;
    private double stallProbability;
    private long maxStallNanos;
    private volatile @Nullable SimulationFailure failure;

    private Simulation(long seed) {
        this.seed = seed;
        this.order = new SplittableRandom(Trace.mix(seed, 1));
        this.random = new SplittableRandom(Trace.mix(seed, 2));
    }

    /** A simulation with nothing on it, at the virtual time zero. */
    public static Simulation seeded(long seed) {
        return new Simulation(seed);
    }

    /** A new process on this loop. The name is for traces, and makes its randomness its own. */
    public SimulatedRuntime runtime(String name) {
        return new SimulatedRuntime(this, name, 1, 0);
    }

    /**
     * Makes threads slow: before a task, its worker stalls with this probability for up to this long, while others go on. Finds the
     * orders of events that need one thread to be late.
     */
    public Simulation withStalls(double probability, Duration max) {
        stallProbability = probability;
        maxStallNanos = max.toNanos();
        return this;
    }

    /** What repeats this run. */
    public long seed() {
        return seed;
    }

    /** Randomness for the test itself: which key, which client, when to kill. Apart from that of the order and of the processes. */
    public RandomGenerator random() {
        return random;
    }

    /** Virtual time since the start. */
    public Duration elapsed() {
        return Duration.ofNanos(now);
    }

    /** {@link #elapsed()} in nanoseconds. */
    public long nanoTime() {
        return now;
    }

    /** How many tasks ran. */
    public long steps() {
        return steps;
    }

    /** Tasks that are ready or wait for their time. */
    public int pendingTasks() {
        return pending.size();
    }

    /**
     * Runs exactly one task; lets time jump to it if none is ready.
     *
     * @return false if there was none
     */
    public boolean step() {
        return step(Long.MAX_VALUE);
    }

    /**
     * Runs until nothing is left to run, now or later, but tasks that repeat themselves.
     *
     * @return how many tasks ran
     */
    public long runUntilIdle() {
        long before = steps;
        while (pending.size() > periodic && step()) {
            requireEnd(before);
        }
        return steps - before;
    }

    /** Runs everything that is due within this time from now, which then is over. */
    public void runFor(Duration time) {
        runUntil(now + time.toNanos());
    }

    /** Runs everything that is due up to this time since the start, which then it is. Never goes back. */
    public void advanceTo(Duration elapsed) {
        runUntil(Math.max(now, elapsed.toNanos()));
    }

    /**
     * Subscribes, and runs until the answer is there.
     *
     * @return the value, or null if it is empty
     * @fails with the error of the {@code Mono}; {@link SimulationFailure} if nothing is left to run and there is no answer
     */
    public <T> @Nullable T await(Mono<T> mono) {
        Answer<T> answer = new Answer<>(mono);
        long before = steps;
        while (!answer.isThere()) {
            if (!step()) {
                answer.cancel();
                throw failure("nothing is left to run, and there is no answer", null);
            }
            requireEnd(before);
        }
        return answer.get();
    }

    /** Puts a line into the trace. */
    public void note(String line) {
        trace.record(now, "note", line);
    }

    /** The last steps, oldest first: number, time, whose worker, what kind of task. */
    public List<String> trace() {
        return trace.lines(Trace.KEPT);
    }

    /** A hash of every step and note so far: two runs that have the same did the same. */
    public long fingerprint() {
        return trace.fingerprint();
    }

    @Override
    public String toString() {
        return "Simulation[seed " + seed + ", " + Trace.time(now) + ", " + steps + " steps, " + pending.size()
                + " pending]";
    }

    private void runUntil(long end) {
        long before = steps;
        while (step(end)) {
            requireEnd(before);
        }
        now = end;
    }

    private boolean step(long end) {
        requireThread();
        if (RUNNING.get() != null) {
            throw fail("a task tried to run the simulation it is part of", null);
        }
        if (failure != null) {
            throw failure;
        }
        SimulatedTask task = next(end);
        if (task == null) {
            return false;
        }
        steps++;
        trace.task(now, task.lane.label, task.work());
        RUNNING.set(this);
        try {
            task.run();
        } catch (Throwable e) {
            throw fail(task.lane.label + ": a task threw " + e, e);
        } finally {
            RUNNING.remove();
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    /** Takes the next task out; null if none is due until this time. */
    private @Nullable SimulatedTask next(long end) {
        while (true) {
            while (!timers.isEmpty() && timers.first().dueNanos() <= now) {
                timers.pollFirst().due();
            }
            if (ready.isEmpty()) {
                if (timers.isEmpty() || timers.first().dueNanos() > end) {
                    return null;
                }
                now = timers.first().dueNanos();
                continue;
            }
            Lane lane = takeLane();
            if (stallProbability > 0 && order.nextDouble() < stallProbability) {
                stall(lane);
                continue;
            }
            SimulatedTask task = lane.poll();
            lane.offer();
            if (task != null) {
                taken(task);
                return task;
            }
        }
    }

    private Lane takeLane() {
        int at = order.nextInt(ready.size());
        Lane lane = ready.get(at);
        Lane last = ready.remove(ready.size() - 1);
        if (at < ready.size()) {
            ready.set(at, last);
        }
        lane.taken();
        return lane;
    }

    private void stall(Lane lane) {
        lane.stall();
        timers.add(new Timed(now + 1 + order.nextLong(maxStallNanos), sequence++) {
            @Override
            void due() {
                lane.resume();
            }
        });
    }

    void ready(Lane lane) {
        ready.add(lane);
    }

    SimulatedTask add(
            Lane lane,
            SimulatedScheduler.@Nullable SimulatedWorker worker,
            Runnable work,
            long delayNanos,
            long periodNanos) {
        SimulatedTask task = new SimulatedTask(lane, worker, work, now + delayNanos, periodNanos, sequence++);
        pending.add(task);
        periodic += task.isPeriodic() ? 1 : 0;
        if (delayNanos > 0) {
            timers.add(task);
        } else {
            task.due();
        }
        return task;
    }

    /** A task that repeats itself waits for its next time. */
    void again(SimulatedTask task, long delayNanos) {
        task.again(now + delayNanos, sequence++);
        pending.add(task);
        periodic++;
        timers.add(task);
    }

    /** The task is disposed of. */
    void forget(SimulatedTask task) {
        timers.remove(task);
        taken(task);
    }

    void drop(Predicate<SimulatedTask> which) {
        requireThread();
        pending.stream().filter(which).toList().forEach(SimulatedTask::dispose);
    }

    void requireThread() {
        if (Thread.currentThread() != thread) {
            throw fail("used by " + Thread.currentThread() + ", but it belongs to " + thread, null);
        }
    }

    /** Fails the simulation for good; the caller throws what comes back. */
    SimulationFailure fail(String what, @Nullable Throwable cause) {
        SimulationFailure mine = failure(what, cause);
        if (failure == null) {
            failure = mine;
        }
        return mine;
    }

    private SimulationFailure failure(String what, @Nullable Throwable cause) {
        String lines = String.join("\n  ", trace.lines(LINES_IN_MESSAGE));
        return new SimulationFailure(
                seed,
                "seed " + seed + ", step " + steps + ", " + Trace.time(now) + ": " + what + "\n  " + lines,
                cause);
    }

    private void taken(SimulatedTask task) {
        if (pending.remove(task) && task.isPeriodic()) {
            periodic--;
        }
    }

    private void requireEnd(long stepsBefore) {
        if (steps - stepsBefore > MAX_STEPS) {
            throw fail("no end after " + MAX_STEPS + " steps", null);
        }
    }

    private static Runnable requireNoEscape(Runnable task) {
        Simulation running = RUNNING.get();
        if (running != null) {
            throw running.fail(
                    "work was handed to a real thread: " + task.getClass().getName(), null);
        }
        return task;
    }
}
