package io.reactivestore.cache;

import java.time.Duration;

/** So many bytes a day, an hour's share of them at once. What is written is counted afterwards, and may be more: then the rest waits. */
final class WriteBudget {

    private static final double NANOS_PER_DAY = Duration.ofDays(1).toNanos();
    private static final int HOURS = 24;

    private final double bytesPerNano;
    private final double most;
    private double left;
    private long countedAt;

    WriteBudget(long bytesPerDay, long now) {
        this.bytesPerNano = bytesPerDay / NANOS_PER_DAY;
        this.most = (double) bytesPerDay / HOURS;
        this.left = most;
        this.countedAt = now;
    }

    boolean hasLeft(long now) {
        left = Math.min(most, left + Math.max(0, now - countedAt) * bytesPerNano);
        countedAt = now;
        return left > 0;
    }

    void spend(long bytes) {
        left -= bytes;
    }
}
