package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.util.concurrent.TimeUnit;

/**
 * Tells the times of the runtime's ticker as wall times, for what outlives the process, and back. The wall clock is asked once, so that
 * one which is set anew meanwhile makes nothing older or younger.
 */
final class LogClock {

    /** What clocks of the same machine may differ by from one start to the next. */
    private static final long TOLERANCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final StoreRuntime runtime;
    private final long millisAtStart;
    private final long nanosAtStart;

    LogClock(StoreRuntime runtime) {
        this.runtime = runtime;
        this.millisAtStart = runtime.clock().millis();
        this.nanosAtStart = runtime.nanoTime();
    }

    /** The wall time of a time of the ticker, rounded down. */
    long millisOf(long nanos) {
        return millisAtStart + Math.floorDiv(nanos - nanosAtStart, 1_000_000L);
    }

    /** The time of the ticker, of a wall time that is not to come: that is now. */
    long nanosOf(long millis) {
        return Math.min(nanos(millis), runtime.nanoTime());
    }

    /** Whether this is to come: the clock was ahead when it was noted, or is behind now, and nobody knows how long ago it was. */
    boolean isAhead(long millis) {
        return nanos(millis) - runtime.nanoTime() > TOLERANCE_NANOS;
    }

    private long nanos(long millis) {
        return nanosAtStart + TimeUnit.MILLISECONDS.toNanos(millis - millisAtStart);
    }
}
