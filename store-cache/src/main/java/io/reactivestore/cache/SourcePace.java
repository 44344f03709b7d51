package io.reactivestore.cache;

import java.util.concurrent.atomic.AtomicLong;

/** How long the source takes to answer, of late: a tier that is slower is of no use. Any thread. */
final class SourcePace {

    /** Of the last answer, in what is held to be usual. */
    private static final int SHARE = 8;

    /** An answer told at the same time as another may be lost. */
    private final AtomicLong usualNanos = new AtomicLong();

    void answered(long nanos) {
        long usual = usualNanos.get();
        usualNanos.set(usual == 0 ? nanos : usual + (nanos - usual) / SHARE);
    }

    /** 0 before the first answer. */
    long usualNanos() {
        return usualNanos.get();
    }
}
