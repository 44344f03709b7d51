package io.reactivestore.cache.disk.internal;

import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is appended to the log, and read back.
 *
 * @param key of a prefix fence the prefix
 * @param prefixSequence of an entry the sequence of prefix mutations that its flight began with, in the epoch of its version
 * @param filledAtMillis when the source gave or confirmed the bytes, by the wall clock; 0 for a removal
 * @param info what the source said of the object, or null for a removal
 * @param payload the bytes of an entry or a block, read-only; of the others there are none
 * @param renewed of a renewal the place of what it renews
 * @param blockStart of a block the byte of its object with which it begins
 */
public record LogRecord(
        Kind kind,
        String key,
        RecordVersion version,
        long prefixSequence,
        long filledAtMillis,
        @Nullable ObjectInfo info,
        ByteBuffer payload,
        @Nullable Place renewed,
        long blockStart) {

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** What a record says. */
    public enum Kind {
        /** A whole object, or the outline of one that is kept in blocks. */
        ENTRY(1),
        /** A slice of one version of an object. */
        BLOCK(2),
        /** That the key was removed, or written anew. */
        TOMBSTONE(3),
        /** That an entry is good from another time on. */
        RENEWAL(4),
        /** That all keys with a prefix were removed. */
        PREFIX(5);

        final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        static @Nullable Kind of(byte code) {
            return switch (code) {
                case 1 -> ENTRY;
                case 2 -> BLOCK;
                case 3 -> TOMBSTONE;
                case 4 -> RENEWAL;
                case 5 -> PREFIX;
                default -> null;
            };
        }

        boolean isRemoval() {
            return this == TOMBSTONE || this == PREFIX;
        }

        /** Whether it has bytes of an object, which the index points at. */
        boolean isCopy() {
            return this == ENTRY || this == BLOCK;
        }
    }

    /**
     * A whole object, or an outline.
     *
     * @param payload all of it; nothing of an object that has bytes makes it an outline
     */
    public static LogRecord entry(
            RecordVersion version, long prefixSequence, long filledAtMillis, ObjectInfo info, ByteBuffer payload) {
        return new LogRecord(
                Kind.ENTRY,
                info.key(),
                version,
                prefixSequence,
                filledAtMillis,
                info,
                payload.asReadOnlyBuffer(),
                null,
                0);
    }

    /**
     * Some bytes of an object.
     *
     * @param info of the version whose they are
     * @param blockStart the first of them
     */
    public static LogRecord block(
            RecordVersion version,
            long prefixSequence,
            long filledAtMillis,
            ObjectInfo info,
            long blockStart,
            ByteBuffer payload) {
        return new LogRecord(
                Kind.BLOCK,
                info.key(),
                version,
                prefixSequence,
                filledAtMillis,
                info,
                payload.asReadOnlyBuffer(),
                null,
                blockStart);
    }

    /** The same bytes as at a place, confirmed by the source. */
    public static LogRecord renewal(
            RecordVersion version, long prefixSequence, long filledAtMillis, ObjectInfo info, Place renewed) {
        return new LogRecord(
                Kind.RENEWAL, info.key(), version, prefixSequence, filledAtMillis, info, NOTHING, renewed, 0);
    }

    /** A removal of one key: of every entry up to this version. */
    public static LogRecord tombstone(String key, RecordVersion version) {
        return new LogRecord(Kind.TOMBSTONE, key, version, 0, 0, null, NOTHING, null, 0);
    }

    /** A removal of all keys with a prefix: of every entry of an earlier epoch, or of this one up to this sequence. */
    public static LogRecord prefix(String prefix, RecordVersion version) {
        return new LogRecord(Kind.PREFIX, prefix, version, 0, 0, null, NOTHING, null, 0);
    }

    /** Whether it says of an object what it is, and has none of its bytes: they are in blocks. */
    public boolean isOutline() {
        return kind == Kind.ENTRY && info != null && info.size() > 0 && !payload.hasRemaining();
    }

    /** Whether it is the block of this version of an object that begins there, and has so many bytes. */
    public boolean isBlock(ObjectInfo of, long start, int bytes) {
        return kind == Kind.BLOCK
                && info != null
                && key.equals(of.key())
                && info.etag().equals(of.etag())
                && info.size() == of.size()
                && blockStart == start
                && payload.remaining() == bytes;
    }

    /** The same, filled at this time unless it was later. */
    LogRecord filledAtLeast(long millis) {
        return millis <= filledAtMillis
                ? this
                : new LogRecord(kind, key, version, prefixSequence, millis, info, payload, renewed, blockStart);
    }
}
