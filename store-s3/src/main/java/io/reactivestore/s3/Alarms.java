package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;

/** Wakes many who wait, most of whom are content before their time is up, with few tasks of a scheduler. */
final class Alarms {
    /*
     * How it works. Times of about the same length, up to twice as long, have a line of their own. In it the alarms are linked in the
     * order in which they will ring. A new one is looked a place for from the end of the line, where it mostly belongs; one that is no longer
     * wanted is taken out. One task is scheduled for the first in line, or for one that has left since.
     *
     *   asleep --set--> scheduled --task, somebody waits--> scheduled, for who is first now
     *                   scheduled --task, nobody waits--> asleep
     *                   scheduled --set, to ring before the task--> scheduled anew; the other task finds that it is not wakeAt, and does nothing
     *
     *   state                                   written by          guard      seen by others
     *   links of the alarms, scheduled, wakeAt  set, dispose, task  the line   at once
     *
     * So whoever is content in time costs two short locks, instead of a place in the heap that the scheduler also takes its other tasks from.
     * Nobody is woken under the lock; each is by a task of its own, so that none waits for another.
     */

    private final StoreRuntime runtime;

    /** By the logarithm of the time. */
    private final Line[] lines = new Line[Long.SIZE];

    Alarms(StoreRuntime runtime) {
        this.runtime = runtime;
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new Line();
        }
    }

    /**
     * Sets an alarm.
     *
     * @param ring runs on the timers of the runtime, once, and perhaps also when the alarm is disposed of at that moment
     */
    Disposable set(Duration time, Runnable ring) {
        long left = Math.max(1, time.toNanos());
        return lines[Long.SIZE - 1 - Long.numberOfLeadingZeros(left)].add(left, ring);
    }

    private final class Line {

        /** Before the first and after the last. */
        private final Alarm ends = new Alarm(this, 0, () -> {});

        private boolean scheduled;
        private long wakeAt;

        synchronized Alarm add(long left, Runnable ring) {
            long now = runtime.nanoTime();
            Alarm alarm = new Alarm(this, now + left, ring);
            if (!scheduled || alarm.at - wakeAt < 0) {
                schedule(alarm.at, left);
            }
            Alarm place = ends.previous;
            while (place != ends && place.at - alarm.at > 0) {
                place = place.previous;
            }
            alarm.enterBehind(place);
            return alarm;
        }

        private void schedule(long at, long left) {
            runtime.timers().schedule(() -> wake(at), left, TimeUnit.NANOSECONDS);
            scheduled = true;
            wakeAt = at;
        }

        private void wake(long at) {
            due(at).forEach(alarm -> runtime.timers().schedule(alarm.ring));
        }

        private synchronized List<Alarm> due(long at) {
            List<Alarm> due = new ArrayList<>();
            if (!scheduled || at != wakeAt) {
                return due;
            }
            scheduled = false;
            long now = runtime.nanoTime();
            Alarm first = ends.next;
            while (first != ends && first.at - now <= 0) {
                first.leave();
                due.add(first);
                first = ends.next;
            }
            if (first != ends) {
                schedule(first.at, first.at - now);
            }
            return due;
        }
    }

    private static final class Alarm implements Disposable {

        private final Line line;
        private final long at;
        private final Runnable ring;
        private Alarm next = this;
        private Alarm previous = this;

        Alarm(Line line, long at, Runnable ring) {
            this.line = line;
            this.at = at;
            this.ring = ring;
        }

        void enterBehind(Alarm place) {
            previous = place;
            next = place.next;
            place.next.previous = this;
            place.next = this;
        }

        /** Harmless if it is in no line. */
        void leave() {
            previous.next = next;
            next.previous = previous;
            next = this;
            previous = this;
        }

        @Override
        public void dispose() {
            synchronized (line) {
                leave();
            }
        }
    }
}
