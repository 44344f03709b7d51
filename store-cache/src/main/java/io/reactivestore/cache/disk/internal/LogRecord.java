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
 */
public record LogRecord(
        Kind kind,
        String key,
        RecordVersion version,
        long prefixSequence,
        long filledAtMillis,
        @Nullable ObjectInfo info,
        ByteBuffer payload,
        @Nullable Place renewed) {

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** What a record says. */
    public enum Kind {
        /** A whole object. */
        ENTRY(1),
        /** A slice of an object; in the format, and passed over so far. */
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
    }

    /** A whole object. */
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
                null);
    }

    /** The same bytes as at a place, confirmed by the source. */
    public static LogRecord renewal(
            RecordVersion version, long prefixSequence, long filledAtMillis, ObjectInfo info, Place renewed) {
        return new LogRecord(Kind.RENEWAL, info.key(), version, prefixSequence, filledAtMillis, info, NOTHING, renewed);
    }

    /** A removal of one key: of every entry up to this version. */
    public static LogRecord tombstone(String key, RecordVersion version) {
        return new LogRecord(Kind.TOMBSTONE, key, version, 0, 0, null, NOTHING, null);
    }

    /** A removal of all keys with a prefix: of every entry of an earlier epoch, or of this one up to this sequence. */
    public static LogRecord prefix(String prefix, RecordVersion version) {
        return new LogRecord(Kind.PREFIX, prefix, version, 0, 0, null, NOTHING, null);
    }

    /** The same, filled at this time unless it was later. */
    LogRecord filledAtLeast(long millis) {
        return millis <= filledAtMillis
                ? this
                : new LogRecord(kind, key, version, prefixSequence, millis, info, payload, renewed);
    }
}
