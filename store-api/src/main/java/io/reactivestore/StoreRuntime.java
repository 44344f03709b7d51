package io.reactivestore;

import java.time.Clock;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/**
 * Everything a store has of time, chance and threads. Every builder takes one, so that a test can put a whole store on one virtual
 * and seeded scheduler.
 *
 * <p>The schedulers belong to the runtime: a store never disposes of one, except of those it got from {@link #newSerial}.
 */
public interface StoreRuntime {

    /** The runtime of the machine, shared by all stores that were given no other. Its threads are daemons. */
    static StoreRuntime system() {
        return SystemRuntime.INSTANCE;
    }

    /** Wall time: what is compared with a last-modified, or must outlive the process. */
    Clock clock();

    /** Nanoseconds from an arbitrary origin, never running backwards: what ages and timeouts are measured with. */
    long nanoTime();

    /** Randomness for jitter, ids and sampling; safe for many threads; not for secrets. */
    RandomGenerator random();

    /** Where timeouts and delays fire. Nothing blocks here. */
    Scheduler timers();

    /** Where blocking file work runs. Disposing of a task never interrupts it: an interrupt would close a channel under others. */
    Scheduler io();

    /** Where the waiters of a shared load get their signals, so that one slow subscriber delays nobody. Nothing blocks here. */
    Scheduler delivery();

    /**
     * A new scheduler of a single thread, for one owner's bookkeeping.
     *
     * @param name what its thread is called
     * @return a scheduler that runs its tasks one after the other in the order in which they came; the caller disposes of it
     */
    Scheduler newSerial(String name);

    /**
     * Whether the same seed must give the same run. Then nothing is used that has threads or chance of its own. Default: no.
     */
    default boolean deterministic() {
        return false;
    }
}
