package io.reactivestore.cache;

import java.time.Duration;

/** Checks of the limits in settings. */
final class Limits {

    private static final Duration CENTURY = Duration.ofDays(36_525);

    private Limits() {}

    static long bytes(String name, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(name + ": need 1 or more, was " + bytes);
        }
        return bytes;
    }

    /** A time in nanoseconds; more than a century is a century, which can still be added to a ticker. */
    static long nanos(Duration time) {
        return (time.compareTo(CENTURY) < 0 ? time : CENTURY).toNanos();
    }

    static long given(String name, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(name + ": needs maxBytes or unlimited()");
        }
        return bytes;
    }
}
