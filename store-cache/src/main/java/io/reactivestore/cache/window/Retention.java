package io.reactivestore.cache.window;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Which windows are too old, in the time that the windows themselves tell. */
final class Retention {
    /*
     * How it works. The time is the latest start of a window that was written. A window is live if it starts after the time less the
     * retention. Looking through the inner store for windows that are not is worth it once per segment of time.
     *
     *   state    written by                          guard    seen by others
     *   time     writes, after their acknowledgement  atomic   at once; only grows, but for forget
     *   swept    a sweep, at its end                  atomic   at once; two sweeps at a time only do the same twice
     *
     * Both are lost with the process. Until the first write after it, windows are live again that were not before.
     */

    private static final long NONE = -1;

    /** As Kafka Streams cuts its segments: so many parts of the retention, and no shorter than this. */
    private static final int SEGMENTS = 2;

    private static final long MIN_SEGMENT_MILLIS = 60_000;

    private static final long FOR_EVER = Long.MAX_VALUE;

    private final long millis;
    private final AtomicLong time = new AtomicLong(NONE);
    private final AtomicLong swept = new AtomicLong(NONE);

    private Retention(long millis) {
        this.millis = millis;
    }

    static Retention of(Duration retention) {
        return new Retention(retention.toMillis());
    }

    static Retention forEver() {
        return new Retention(FOR_EVER);
    }

    /** Whether no window is ever too old, so that the time does not matter. */
    boolean isForEver() {
        return millis == FOR_EVER;
    }

    boolean isLive(long windowStart) {
        long now = time.get();
        return isForEver() || now == NONE || windowStart > now - millis;
    }

    /** A window was written. */
    void observe(long windowStart) {
        time.accumulateAndGet(windowStart, Math::max);
    }

    /** There are no windows any more. */
    void forget() {
        time.set(NONE);
        swept.set(NONE);
    }

    long now() {
        return time.get();
    }

    /** Whether enough time has passed since the last sweep. */
    boolean isSweepDue() {
        long now = time.get();
        long last = swept.get();
        return !isForEver()
                && now != NONE
                && (last == NONE || now < last || now - last >= Math.max(millis / SEGMENTS, MIN_SEGMENT_MILLIS));
    }

    /** All windows that were too old at that time are deleted. */
    void sweptAt(long now) {
        swept.set(now);
    }

    @Override
    public String toString() {
        return isForEver() ? "any" : Duration.ofMillis(millis).toString();
    }
}
