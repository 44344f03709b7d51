package io.reactivestore.cache.writeback;

/**
 * What a write-back store holds now, and has done since it was built. Bytes are those of keys and values.
 *
 * @param hits lookups answered from memory, also by a tombstone
 * @param misses lookups that had to ask the inner store
 * @param entries what is held, tombstones and clean copies included
 * @param bytes of all that is held
 * @param dirtyEntries those of it that are not yet flushed
 * @param dirtyBytes of those
 * @param waitingWrites puts and deletes that wait for room
 * @param keysInDoubt keys whose last request to the inner store has no answer, or may have been sent by a process that was killed
 * @param flushed writes that the inner store acknowledged
 * @param failedWrites attempts to flush that failed; the entry stays dirty
 * @param evictions clean copies let go to make room
 */
public record WriteBackStats(
        long hits,
        long misses,
        long entries,
        long bytes,
        long dirtyEntries,
        long dirtyBytes,
        long waitingWrites,
        long keysInDoubt,
        long flushed,
        long failedWrites,
        long evictions) {}
