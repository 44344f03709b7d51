package io.reactivestore.cache;

import io.reactivestore.Served;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens; any thread, no lock. */
final class StatsRecorder {

    final LongAdder misses = new LongAdder();
    final LongAdder negative = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadFailures = new LongAdder();
    final LongAdder revalidated = new LongAdder();
    final LongAdder streamed = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder shed = new LongAdder();
    final LongAdder outdated = new LongAdder();
    final LongAdder corrupt = new LongAdder();
    final LongAdder tierFailures = new LongAdder();
    final LongAdder headHits = new LongAdder();
    final LongAdder headMisses = new LongAdder();
    final LongAdder pageHits = new LongAdder();
    final LongAdder pageMisses = new LongAdder();

    /** Copies that a tier failed to take, or did not because it was off or had failed just before. */
    final LongAdder failedFills = new LongAdder();

    // One of the two for each hit in memory, which costs little more than to count it.
    private final LongAdder memoryHits = new LongAdder();
    private final LongAdder staleMemoryHits = new LongAdder();
    private final LongAdder staleTierHits = new LongAdder();
    private final ConcurrentMap<String, LongAdder> tierHits = new ConcurrentHashMap<>();

    /** @param stale whether what is served is past its time */
    void hit(String tier, boolean stale) {
        if (tier.equals(Served.MEMORY)) {
            (stale ? staleMemoryHits : memoryHits).increment();
            return;
        }
        tierHits.computeIfAbsent(tier, name -> new LongAdder()).increment();
        if (stale) {
            staleTierHits.increment();
        }
    }

    /**
     * @param memoryEvictions counted by memory itself
     * @param joined readers that shared a load
     * @param tiers counted by the tiers themselves
     */
    CacheStats snapshot(long memoryEvictions, long joined, Map<String, TierStats> tiers) {
        Map<String, Long> hits = new TreeMap<>();
        tierHits.forEach((tier, count) -> hits.put(tier, count.sum()));
        long ofStale = staleMemoryHits.sum();
        long ofMemory = memoryHits.sum() + ofStale;
        if (ofMemory > 0) {
            hits.put(Served.MEMORY, ofMemory);
        }
        return new CacheStats(
                hits,
                misses.sum(),
                ofStale + staleTierHits.sum(),
                negative.sum(),
                expired.sum(),
                joined,
                loads.sum(),
                loadFailures.sum(),
                revalidated.sum(),
                streamed.sum(),
                memoryEvictions + evictions.sum(),
                shed.sum(),
                outdated.sum(),
                corrupt.sum(),
                tierFailures.sum(),
                new CacheStats.Answers(headHits.sum(), headMisses.sum()),
                new CacheStats.Answers(pageHits.sum(), pageMisses.sum()),
                tiers);
    }
}
