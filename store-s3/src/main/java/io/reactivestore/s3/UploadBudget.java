package io.reactivestore.s3;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import reactor.core.scheduler.Scheduler;

/** Bounds the bytes that all uploads of a store hold at a time. Those who must wait get their turn in order. */
final class UploadBudget {
    /*
     * How it works. A reservation waits until so many bytes are free, and none that came before it waits.
     *
     *   waiting --bytes are free--> granted --release--> released (its bytes are free again)
     *   waiting --release--> released
     *
     * Everything is guarded by this; whoever was granted is told afterwards, on the delivery scheduler: not on the thread of the
     * upload that made room.
     *
     * An upload waits for one reservation at a time and holds no partly filled one while it waits, so two cannot wait for each
     * other.
     */

    private final long maxBytes;
    private final Scheduler delivery;
    private final Deque<Reservation> waiting = new ArrayDeque<>();
    private long usedBytes;

    UploadBudget(long maxBytes, Scheduler delivery) {
        this.maxBytes = maxBytes;
        this.delivery = delivery;
    }

    /**
     * Asks for bytes; for more than there are in all means for all of them.
     *
     * @param granted runs when they are granted later, not if they are at once
     */
    synchronized Reservation reserve(long bytes, Runnable granted) {
        Reservation reservation = new Reservation(Math.min(bytes, maxBytes), granted);
        if (waiting.isEmpty() && usedBytes + reservation.bytes <= maxBytes) {
            usedBytes += reservation.bytes;
            reservation.state = State.GRANTED;
        } else {
            waiting.add(reservation);
        }
        return reservation;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    private void release(Reservation reservation) {
        for (Reservation turn : free(reservation)) {
            delivery.schedule(turn.granted);
        }
    }

    private synchronized List<Reservation> free(Reservation reservation) {
        if (reservation.state == State.GRANTED) {
            usedBytes -= reservation.bytes;
        } else if (reservation.state == State.WAITING) {
            waiting.remove(reservation);
        }
        reservation.state = State.RELEASED;
        List<Reservation> turns = new ArrayList<>();
        while (!waiting.isEmpty() && usedBytes + waiting.element().bytes <= maxBytes) {
            Reservation turn = waiting.remove();
            usedBytes += turn.bytes;
            turn.state = State.GRANTED;
            turns.add(turn);
        }
        return turns;
    }

    private synchronized boolean isGranted(Reservation reservation) {
        return reservation.state == State.GRANTED;
    }

    private enum State {
        WAITING,
        GRANTED,
        RELEASED
    }

    /** Bytes that are asked for or held. */
    final class Reservation {

        private final long bytes;
        private final Runnable granted;
        private State state = State.WAITING;

        private Reservation(long bytes, Runnable granted) {
            this.bytes = bytes;
            this.granted = granted;
        }

        boolean isGranted() {
            return UploadBudget.this.isGranted(this);
        }

        /** Gives the bytes back, or stops waiting for them; the second time nothing happens. */
        void release() {
            UploadBudget.this.release(this);
        }
    }
}
