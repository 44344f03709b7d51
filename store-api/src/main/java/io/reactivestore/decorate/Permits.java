package io.reactivestore.decorate;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** The permits of a {@link LimitedStore}, and the line of those who wait for one. */
final class Permits {
    /*
     * How it works. A permit is free only while nobody waits: one that is given back goes straight to the first in line, so that
     * nobody who comes later can take it.
     *
     *   NEW --permit free--> RUNNING --its last signal, or its cancel--> OVER (permit given back)
     *   NEW --line has room--> WAITING --first in line, permit given back--> RUNNING
     *                          WAITING --cancel--> OVER (out of line)
     *   NEW --line is full--> OVER (refused)
     *
     *   state           written by                  guard   seen by others
     *   free, line      enter, leaveLine, giveBack  lock    at once
     *   Claim.state     the same                    lock    at once
     *
     * Nobody waits for the lock longer than a few steps on these fields: no subscriber and no store is called while it is held.
     *
     * Who gives a permit back does not start the next operation itself but has the delivery scheduler do it. So the signal that ended
     * the one operation is not held up by the work of the next, and a long line costs no stack.
     */

    /** Somebody who wants a permit. */
    interface Claimant {

        /** Begins the work; called at most once, with a permit that it must give back. */
        void start();

        /** Ends a wait that can no longer lead to a start. */
        void refuse(RejectedExecutionException cause);
    }

    /** What {@link #enter} says. */
    enum Entry {
        RUNNING,
        WAITING,
        REFUSED
    }

    /** One claimant's place: in line, with a permit, or neither any more. */
    static final class Claim {

        private enum State {
            NEW,
            WAITING,
            RUNNING,
            OVER
        }

        private final Claimant claimant;
        private State state = State.NEW;

        Claim(Claimant claimant) {
            this.claimant = claimant;
        }
    }

    private final int maxConcurrent;
    private final int maxWaiting;
    private final Scheduler delivery;
    private final Object lock = new Object();
    private final Set<Claim> line = new LinkedHashSet<>();
    private int free;

    Permits(int maxConcurrent, int maxWaiting, Scheduler delivery) {
        this.maxConcurrent = maxConcurrent;
        this.maxWaiting = maxWaiting;
        this.delivery = delivery;
        this.free = maxConcurrent;
    }

    /** Takes a permit, or a place in line. With {@link Entry#RUNNING} the caller starts the work itself. */
    Entry enter(Claim claim) {
        synchronized (lock) {
            if (free > 0) {
                free--;
                claim.state = Claim.State.RUNNING;
                return Entry.RUNNING;
            }
            if (line.size() < maxWaiting) {
                line.add(claim);
                claim.state = Claim.State.WAITING;
                return Entry.WAITING;
            }
            claim.state = Claim.State.OVER;
            return Entry.REFUSED;
        }
    }

    /** Gives up waiting; false if the claim was not in line. */
    boolean leaveLine(Claim claim) {
        synchronized (lock) {
            if (claim.state != Claim.State.WAITING) {
                return false;
            }
            claim.state = Claim.State.OVER;
            return line.remove(claim);
        }
    }

    /** Gives a permit back; harmless if the claim has none any more. */
    void giveBack(Claim claim) {
        Claim next = handOver(claim);
        while (next != null) {
            Claimant starting = next.claimant;
            try {
                delivery.schedule(starting::start);
                return;
            } catch (RejectedExecutionException shutDown) {
                next = handOver(next);
                starting.refuse(shutDown);
            }
        }
    }

    int runningCount() {
        synchronized (lock) {
            return maxConcurrent - free;
        }
    }

    int waitingCount() {
        synchronized (lock) {
            return line.size();
        }
    }

    int maxConcurrent() {
        return maxConcurrent;
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return (maxConcurrent - free) + " of " + maxConcurrent + " running, " + line.size() + " of " + maxWaiting
                    + " waiting";
        }
    }

    /** Ends a claim; the one that has its permit now, or null. */
    private @Nullable Claim handOver(Claim claim) {
        synchronized (lock) {
            if (claim.state != Claim.State.RUNNING) {
                return null;
            }
            claim.state = Claim.State.OVER;
            Iterator<Claim> waiting = line.iterator();
            if (!waiting.hasNext()) {
                free++;
                return null;
            }
            Claim first = waiting.next();
            waiting.remove();
            first.state = Claim.State.RUNNING;
            return first;
        }
    }
}
