package io.reactivestore.cache;

import java.time.Duration;

/**
 * What one tier below memory has taken since the cache was built, and how far it is behind now. A tier is told of uses and writes, and
 * does them behind the callers.
 *
 * @param admitted copies written, and on disk blocks
 * @param refused those that its admission thought not worth their bytes; see {@link DiskSpec#onSecondUse}
 * @param writtenBytes what was written in all; on disk also removals, and copies written again
 * @param uses uses of its copies that it was told of; on disk, the first one of a copy in memory since a segment was recycled stands for
 *     all of them, but each one of a block counts
 * @param usesApplied those of them that count for what goes first; the others were of copies that had just gone
 * @param stalledReads reads of what seemed to lie in memory that took a caller's thread more than a millisecond: it has waited for the disk
 *     all the same, or the machine stood still; only on disk
 * @param backlogEvents what it was told and has yet to do
 * @param backlogBytes what the copies weigh that wait to be written
 * @param lag since when the oldest of those events waits
 */
public record TierStats(
        long admitted,
        long refused,
        long writtenBytes,
        long uses,
        long usesApplied,
        long stalledReads,
        long backlogEvents,
        long backlogBytes,
        Duration lag) {

    /** Uses that count per use told, 1.0 if none was told. */
    public double usesAppliedRate() {
        return uses == 0 ? 1.0 : (double) usesApplied / uses;
    }
}
