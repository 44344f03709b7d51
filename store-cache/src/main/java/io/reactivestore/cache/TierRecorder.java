package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a tier takes and is told; any thread, no lock. */
final class TierRecorder {

    final LongAdder admitted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder writtenBytes = new LongAdder();
    final Backlog backlog;
    private final LongAdder uses = new LongAdder();
    private final LongAdder usesApplied = new LongAdder();

    TierRecorder(StoreRuntime runtime) {
        this.backlog = new Backlog(runtime);
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
                backlog.events(),
                backlogBytes,
                backlog.lag());
    }
}
