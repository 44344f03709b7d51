package io.reactivestore.cache;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a cache has done since it was built. A request is one get, getRange or read of a key; every request is a hit or a miss. What
 * is asked about objects, and not for them, is counted apart. A read of an object that is kept in blocks is a hit if all the blocks were
 * held that it waits for before its answer, or its ranges need; what it loads later on does not count.
 *
 * @param hitsByTier requests answered by a copy, by the tier that had it
 * @param misses requests that had to ask the source, found nothing, or waited for another's load
 * @param stale requests answered by a copy that was past its time; each is a hit
 * @param negative requests that were told from memory that there is no such object; each is a hit
 * @param expired copies found too old to be served without asking the source
 * @param joined requests, heads and pages that shared a load which another had begun
 * @param loads reads of the source on behalf of requests: of whole objects, and of parts of those kept in blocks
 * @param loadFailures those of them that failed
 * @param revalidated copies that the source confirmed without sending the bytes
 * @param streamed loads whose object was not kept, because it was too large and not for blocks, or too much was being loaded
 * @param evictions copies and blocks removed to make room
 * @param shed copies and blocks not kept because a tier could not keep up or had no room
 * @param outdated copies and blocks not kept because a write came first
 * @param corrupt copies and blocks found damaged; each was loaded anew
 * @param tierFailures reads, writes and deletes of a tier that failed
 * @param heads heads, and what is asked by one, if the cache remembers them
 * @param pages pages of listings, and directories, if the cache keeps them
 * @param tiers what each tier below memory has taken, and how far it is behind, by its name
 */
public record CacheStats(
        Map<String, Long> hitsByTier,
        long misses,
        long stale,
        long negative,
        long expired,
        long joined,
        long loads,
        long loadFailures,
        long revalidated,
        long streamed,
        long evictions,
        long shed,
        long outdated,
        long corrupt,
        long tierFailures,
        Answers heads,
        Answers pages,
        Map<String, TierStats> tiers) {

    /**
     * How questions were answered.
     *
     * @param hits from memory
     * @param misses by the source, perhaps through a load that another had begun
     */
    public record Answers(long hits, long misses) {}

    public CacheStats {
        hitsByTier = Collections.unmodifiableMap(new TreeMap<>(hitsByTier));
        tiers = Collections.unmodifiableMap(new TreeMap<>(tiers));
    }

    /** Requests answered by a copy. */
    public long hits() {
        return hitsByTier.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Requests answered by a copy in this tier. */
    public long hits(String tier) {
        return hitsByTier.getOrDefault(tier, 0L);
    }

    /** What the tier of this name has taken, and how far it is behind. */
    public TierStats tier(String name) {
        TierStats found = tiers.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "stats: there is no tier " + name + " below memory in " + tiers.keySet());
        }
        return found;
    }

    public long requests() {
        return hits() + misses;
    }

    /** Hits per request, 0.0 if there were no requests. */
    public double hitRate() {
        return requests() == 0 ? 0.0 : (double) hits() / requests();
    }
}
