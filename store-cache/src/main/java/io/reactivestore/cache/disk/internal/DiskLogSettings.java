package io.reactivestore.cache.disk.internal;

/**
 * How large a log is.
 *
 * @param maxBytes what its segments take on disk at most; {@link Long#MAX_VALUE} for no limit
 * @param segmentBytes what each of them takes
 */
public record DiskLogSettings(long maxBytes, int segmentBytes) {

    /** The least that a segment header, a record, a footer and a trailer need to be of use. */
    private static final int MIN_SEGMENT_BYTES = 4 << 10;

    /** One to append to, one free ahead, and two sealed, so that recycling one does not empty the log. */
    private static final int MIN_SEGMENTS = 4;

    private static final int USUAL_SEGMENTS = 32;

    /** Below this a quarter of a segment, the largest record, would be less than usual small objects have. */
    private static final int SMALL_SEGMENT_BYTES = 256 << 10;

    public DiskLogSettings {
        if (segmentBytes < MIN_SEGMENT_BYTES
                || segmentBytes > Place.MAX_SEGMENT_BYTES
                || segmentBytes % Place.ALIGNMENT != 0) {
            throw new IllegalArgumentException("segmentBytes: need a multiple of 8 in " + MIN_SEGMENT_BYTES + ".."
                    + Place.MAX_SEGMENT_BYTES + ", was " + segmentBytes);
        }
        if (maxBytes / segmentBytes < MIN_SEGMENTS) {
            throw new IllegalArgumentException("maxBytes: need " + MIN_SEGMENTS + " segments of " + segmentBytes
                    + " bytes or more, was " + maxBytes);
        }
    }

    /** The usual division: 32 segments or more, of at most 64 MiB; fewer, down to 4, where they would be too small. */
    public static DiskLogSettings of(long maxBytes) {
        if (maxBytes < (long) MIN_SEGMENTS * MIN_SEGMENT_BYTES) {
            throw new IllegalArgumentException(
                    "maxBytes: need " + MIN_SEGMENTS * MIN_SEGMENT_BYTES + " or more, was " + maxBytes);
        }
        long wished = Math.max(maxBytes / USUAL_SEGMENTS, SMALL_SEGMENT_BYTES);
        long bytes = Math.min(Math.min(wished, maxBytes / MIN_SEGMENTS), Place.MAX_SEGMENT_BYTES);
        return new DiskLogSettings(maxBytes, (int) bytes & -MIN_SEGMENT_BYTES);
    }

    /** The longest record: a quarter of a segment, so that little of each is left empty. */
    public int maxRecordBytes() {
        return segmentBytes / 4;
    }
}
