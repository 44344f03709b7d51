package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;

/**
 * How windowed keys and their values are laid out as bytes, the same as in Kafka Streams:
 *
 * <pre>{@code
 * store key       record key | windowStart, 8 bytes | seq, 4 bytes
 * wrapped value   recordTimestamp, 8 bytes | value
 * }</pre>
 *
 * <p>Numbers are big-endian. Store keys are compared as unsigned bytes, so that the windows of one record key come in the order of
 * their starts; between them lie those of longer record keys that begin with it.
 *
 * @source Kafka Streams, {@code WindowKeySchema} and {@code ValueAndTimestampSerializer}
 */
public final class WindowKeySchema {

    /** How much longer a store key is than its record key. */
    static final int WINDOW_BYTES = Long.BYTES + Integer.BYTES;

    private WindowKeySchema() {}

    /** The store key of a windowed key. */
    public static ByteBuffer toStoreKey(WindowedKey key) {
        return storeKey(key.key(), key.windowStart(), key.seq());
    }

    /**
     * The windowed key of a store key.
     *
     * @throws IllegalArgumentException if it is too short, or its last number is negative
     */
    public static WindowedKey fromStoreKey(ByteBuffer storeKey) {
        ByteBuffer bytes = requireStoreKey(storeKey);
        int keyBytes = bytes.remaining() - WINDOW_BYTES;
        return new WindowedKey(bytes.slice(0, keyBytes), bytes.getLong(keyBytes), bytes.getInt(keyBytes + Long.BYTES));
    }

    /** A value with the time of its record before it. */
    public static ByteBuffer wrap(long recordTimestamp, ByteBuffer value) {
        byte[] bytes = new byte[Long.BYTES + value.remaining()];
        ByteBuffer.wrap(bytes).putLong(recordTimestamp);
        value.get(value.position(), bytes, Long.BYTES, value.remaining());
        return Buffers.wrap(bytes);
    }

    /** The time of the record of a wrapped value. */
    public static long recordTimestamp(ByteBuffer wrapped) {
        return requireWrapped(wrapped).getLong();
    }

    /** The value in a wrapped value: a view of the same bytes. */
    public static ByteBuffer unwrap(ByteBuffer wrapped) {
        ByteBuffer bytes = requireWrapped(wrapped);
        return bytes.slice(Long.BYTES, bytes.remaining() - Long.BYTES);
    }

    /** A negative seq is larger than all others here: the end of a window. */
    static ByteBuffer storeKey(ByteBuffer key, long windowStart, int seq) {
        int length = key.remaining();
        byte[] bytes = new byte[length + WINDOW_BYTES];
        key.get(key.position(), bytes, 0, length);
        ByteBuffer.wrap(bytes).putLong(length, windowStart).putInt(length + Long.BYTES, seq);
        return Buffers.wrap(bytes);
    }

    /** A view of it that starts at 0 and reads numbers as they are laid out, whatever the order of the buffer given. */
    static ByteBuffer requireStoreKey(ByteBuffer storeKey) {
        ByteBuffer bytes = storeKey.slice();
        if (bytes.limit() < WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "a store key has " + WINDOW_BYTES + " bytes or more, this one " + bytes.limit());
        }
        int seq = bytes.getInt(bytes.limit() - Integer.BYTES);
        if (seq < 0) {
            throw new IllegalArgumentException("a store key ends with a seq of 0 or more, this one with " + seq);
        }
        return bytes;
    }

    /** As {@link #requireStoreKey}. */
    static ByteBuffer requireWrapped(ByteBuffer wrapped) {
        if (wrapped.remaining() < Long.BYTES) {
            throw new IllegalArgumentException(
                    "a wrapped value has " + Long.BYTES + " bytes or more, this one " + wrapped.remaining());
        }
        return wrapped.slice();
    }
}
