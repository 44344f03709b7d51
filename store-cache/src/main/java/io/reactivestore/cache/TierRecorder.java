package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a tier takes and is told; any thread, no lock. */
final class TierRecorder {

    final LongAdder admitted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder writtenBytes = new LongAdder();
    final LongAdder stalledReads = new LongAdder();
    final Backlog backlog;
    private final AtomicInteger round = new AtomicInteger();
    private final LongAdder uses = new LongAdder();
    private final LongAdder usesApplied = new LongAdder();

    TierRecorder(StoreRuntime runtime) {
        this.backlog = new Backlog(runtime);
    }

    /** Of a copy in memory the tier is told of one use in each round: the bit that it sets lasts for as long at least. */
    int round() {
        return round.get();
    }

    /** What was used may have been forgotten: a segment was recycled, or the tier was opened anew. */
    void beginRound() {
        round.incrementAndGet();
    }

    void use(boolean applied) {
        uses.increment();
        if (applied) {
            usesApplied.increment();
        }
    }

    /** @param backlogBytes what the copies weigh that wait to be written */
    TierStats snapshot(long backlogBytes) {
        long applied = usesApplied.sum(); // first, so that it is never more than all
        return new TierStats(
                admitted.sum(),
                refused.sum(),
                writtenBytes.sum(),
                uses.sum(),
                applied,
                stalledReads.sum(),
                backlog.events(),
                backlogBytes,
                backlog.lag());
    }
}
