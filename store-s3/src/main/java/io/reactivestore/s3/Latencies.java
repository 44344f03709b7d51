package io.reactivestore.s3;

import org.HdrHistogram.Histogram;

/** How long requests of one kind took of late: the last few thousand of them, so that it follows the service. */
final class Latencies {
    /*
     * How it works. Two histograms: one is filled, the other is the one before it, and both are asked. When the first is full it becomes the
     * other. The quantile is worked out anew after so many further answers.
     *
     *   state      written by   guard   seen by others
     *   all        record       this    at once
     *   delay      record       this    volatile: whoever reads it takes no lock
     */

    /** Fewer say too little about the tail. */
    private static final int MIN_COUNT = 500;

    private static final int WINDOW = 10_000;
    private static final int REFRESH = 100;

    private static final long MAX_MICROS = 3_600_000_000L;
    private static final long NANOS_PER_MICRO = 1_000;

    /** There is no such time yet. */
    static final long UNKNOWN = -1;

    private final double quantile;
    private Histogram filling = newHistogram();
    private Histogram before = newHistogram();
    private int sinceRefresh;
    private volatile long quantileNanos = UNKNOWN;

    /** @param quantile which part of the requests is faster than what {@link #quantileNanos} tells */
    Latencies(double quantile) {
        this.quantile = quantile;
    }

    /** A request took so long; one that was given up, at least so long. */
    synchronized void record(long nanos) {
        filling.recordValue(Math.min(MAX_MICROS, Math.max(1, nanos / NANOS_PER_MICRO)));
        if (++sinceRefresh >= REFRESH) {
            sinceRefresh = 0;
            refresh();
        }
    }

    long quantileNanos() {
        return quantileNanos;
    }

    private void refresh() {
        Histogram both = before.copy();
        both.add(filling);
        if (both.getTotalCount() >= MIN_COUNT) {
            quantileNanos = both.getValueAtPercentile(100 * quantile) * NANOS_PER_MICRO;
        }
        if (filling.getTotalCount() >= WINDOW) {
            Histogram spare = before;
            before = filling;
            spare.reset();
            filling = spare;
        }
    }

    private static Histogram newHistogram() {
        return new Histogram(MAX_MICROS, 2);
    }
}
