package io.reactivestore.s3;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** Lets as many requests go at a time as an {@link AdaptiveLimit} says; the others wait their turn, first come, first served. */
final class RequestLine {
    /*
     * How it works. Nobody passes one who waits: a place that becomes free goes to the first in line.
     *
     *   NEW --place free, nobody waits--> RUNNING --end--> OVER
     *   NEW --line has room--> WAITING --first in line, place free--> RUNNING
     *                          WAITING --end--> OVER (out of line)
     *   NEW --line is full--> OVER (refused)
     *
     *   state                        written by       guard   seen by others
     *   running, line, limit's own   all methods      this    at once
     *   Turn.state                   the same         this    at once
     *
     * When the limit shrinks, those that run go on, and nobody follows them until they are fewer. At least one always runs, a request ends
     * by itself within its timeout and waits neither for another one nor for who reads its bytes while it runs: so all have their turn.
     *
     * No request is begun and nobody told under the lock. Who ends a turn does not begin the next one itself but has the delivery scheduler
     * do it, so that a long line costs no stack.
     */

    /** Somebody who wants a turn. */
    interface Waiter {

        /** Begins; called at most once, and not for a turn that starts at once. */
        void start(Turn turn);

        /** Its turn cannot come. */
        void refuse(RuntimeException reason);
    }

    /** The line is full; told by the caller with its operation and key. */
    static final class FullException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        FullException(String message) {
            super(message, null, false, false);
        }
    }

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final AdaptiveLimit limit;
    private final int maxWaiting;
    private final Scheduler delivery;
    private final Set<Turn> line = new LinkedHashSet<>();
    private int running;

    RequestLine(AdaptiveLimit limit, int maxWaiting, Scheduler delivery) {
        this.limit = limit;
        this.maxWaiting = maxWaiting;
        this.delivery = delivery;
    }

    /** One request's. */
    final class Turn {

        private final Waiter waiter;
        private final boolean startsAtOnce;
        private State state;

        private Turn(Waiter waiter, State state) {
            this.waiter = waiter;
            this.state = state;
            this.startsAtOnce = state == State.RUNNING;
        }

        /** Whether the caller begins it, since there was no need to wait. */
        boolean startsAtOnce() {
            return startsAtOnce;
        }

        /** It was answered. */
        void answered() {
            synchronized (RequestLine.this) {
                if (state == State.RUNNING) {
                    limit.answered(running);
                }
            }
            end();
        }

        /** It is given up, or failed; harmless if repeated. */
        void end() {
            synchronized (RequestLine.this) {
                if (state == State.WAITING) {
                    line.remove(this);
                } else if (state == State.RUNNING) {
                    running--;
                }
                state = State.OVER;
            }
            startNext();
        }
    }

    /**
     * Takes a turn, which is begun at once or later; to be ended in any case.
     *
     * @param mayBeRefused whether it must not wait where the line is full
     */
    Turn enter(Waiter waiter, boolean mayBeRefused) {
        FullException full;
        synchronized (this) {
            if (line.isEmpty() && running < limit.limit()) {
                running++;
                return new Turn(waiter, State.RUNNING);
            }
            if (line.size() < maxWaiting || !mayBeRefused) {
                Turn turn = new Turn(waiter, State.WAITING);
                line.add(turn);
                return turn;
            }
            full = new FullException(
                    running + " requests are under way and " + line.size() + " wait: no more of them may");
        }
        waiter.refuse(full);
        return new Turn(waiter, State.OVER);
    }

    /** The service asks for fewer requests. */
    synchronized void refused() {
        limit.refused(running);
    }

    synchronized void firstByte(Hedging.Kind kind, long nanos) {
        limit.firstByte(kind, nanos);
    }

    synchronized boolean isBusy() {
        return !line.isEmpty();
    }

    synchronized int limit() {
        return limit.limit();
    }

    synchronized int running() {
        return running;
    }

    synchronized int waiting() {
        return line.size();
    }

    private void startNext() {
        Turn next = next();
        while (next != null) {
            Waiter waiter = next.waiter;
            Turn starting = next;
            try {
                delivery.schedule(() -> waiter.start(starting));
                next = next();
            } catch (RejectedExecutionException shutDown) {
                next = insteadOf(starting);
                waiter.refuse(shutDown);
            }
        }
    }

    private synchronized @Nullable Turn insteadOf(Turn turn) {
        if (turn.state == State.RUNNING) {
            turn.state = State.OVER;
            running--;
        }
        return next();
    }

    private synchronized @Nullable Turn next() {
        if (line.isEmpty() || running >= limit.limit()) {
            return null;
        }
        Iterator<Turn> waiting = line.iterator();
        Turn first = waiting.next();
        waiting.remove();
        first.state = State.RUNNING;
        running++;
        return first;
    }
}
