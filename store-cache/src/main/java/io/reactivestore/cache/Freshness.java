package io.reactivestore.cache;

import java.util.function.LongSupplier;

/** Says whether a copy may be served: young enough, and of this epoch. */
final class Freshness {

    private final long maxAgeNanos;
    private final LongSupplier now;
    private volatile long epoch;

    /**
     * @param maxAgeNanos {@link Long#MAX_VALUE} for any age
     * @param now the runtime's ticker
     */
    Freshness(long maxAgeNanos, LongSupplier now) {
        this.maxAgeNanos = maxAgeNanos;
        this.now = now;
    }

    boolean isServable(CachedEntry entry) {
        return entry.epoch() == epoch && isYoung(entry);
    }

    boolean isYoung(CachedEntry entry) {
        return maxAgeNanos == Long.MAX_VALUE || entry.ageNanos(now.getAsLong()) < maxAgeNanos;
    }

    long epoch() {
        return epoch;
    }

    /** Makes every copy suspect that was installed before now. */
    synchronized void newEpoch() {
        epoch = epoch + 1;
    }
}
