package io.reactivestore.cache.disk.internal;

/**
 * Where a record lies, as the index knows it.
 *
 * @param hash of the key, of a block that of key, etag and first byte: two may have the same, so only the record tells whose it is
 * @param segment the number of the segment
 * @param offset in the segment, a multiple of 8
 * @param recordBytes how long the whole record is
 * @param etagHash {@link DiskLog#etagHash} of the object's etag
 * @param filledAtSeconds when the source gave or confirmed the bytes, in whole seconds of the wall clock, rounded down
 * @param suspect whether it may be outdated for a reason we know: to be confirmed by the source before it is served
 * @param isBlock whether it is a block; never suspect, since its version is all that counts
 */
public record Place(
        long hash,
        long segment,
        int offset,
        int recordBytes,
        int etagHash,
        long filledAtSeconds,
        boolean suspect,
        boolean isBlock) {

    static final int ALIGNMENT = 8;

    /** Segments in the life of a directory: enough for half a year of 1 GB/s into segments of 256 KiB. */
    static final long MAX_SEGMENT = (1L << 36) - 1;

    /** The most that offsets can address. */
    static final int MAX_SEGMENT_BYTES = 64 << 20;

    private static final int OFFSET_BITS = 24;

    /** Whether both are the same record. */
    boolean isAt(Place other) {
        return hash == other.hash && segment == other.segment && offset == other.offset;
    }

    /** Segment and offset in one positive number. */
    long packed() {
        return packed(segment, offset);
    }

    static long packed(long segment, int offset) {
        return (segment << OFFSET_BITS) | (offset / ALIGNMENT);
    }

    static long segmentOf(long packed) {
        return packed >>> OFFSET_BITS;
    }

    static int offsetOf(long packed) {
        return (int) (packed & ((1 << OFFSET_BITS) - 1)) * ALIGNMENT;
    }
}
