package io.reactivestore.cache.writeback;

/**
 * How writes are journaled.
 *
 * @param files where
 * @param segmentBytes a file that is longer is followed by another one
 * @param forced whether a write waits for the disk
 */
record JournalSettings(JournalFiles files, long segmentBytes, boolean forced) {

    static final long DEFAULT_SEGMENT_BYTES = 8 << 20;
}
