package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

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

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private WindowKeySchema() {}

    /** The store key of a windowed key. */
    public static ByteBuffer toStoreKey(WindowedKey key) {
        return Buffers.wrap(key.toStoreKey());
    }

    /**
     * The windowed key of a store key.
     *
     * @throws IllegalArgumentException if it is too short, or its last number is negative
     */
    public static WindowedKey fromStoreKey(ByteBuffer storeKey) {
        return windowedKey(requireStoreKey(Buffers.bytes(storeKey)));
    }

    /** A value with the time of its record before it. */
    public static ByteBuffer wrap(long recordTimestamp, ByteBuffer value) {
        byte[] bytes = new byte[Long.BYTES + value.remaining()];
        LONG.set(bytes, 0, recordTimestamp);
        value.get(value.position(), bytes, Long.BYTES, value.remaining());
        return Buffers.wrap(bytes);
    }

    /** The time of the record of a wrapped value. */
    public static long recordTimestamp(ByteBuffer wrapped) {
        return requireWrapped(wrapped).slice().getLong();
    }

    /** The value in a wrapped value: a view of the same bytes. */
    public static ByteBuffer unwrap(ByteBuffer wrapped) {
        ByteBuffer bytes = requireWrapped(wrapped).slice();
        return bytes.slice(Long.BYTES, bytes.remaining() - Long.BYTES);
    }

    /** A negative seq is larger than all others here: the end of a window. */
    static byte[] storeKey(byte[] key, long windowStart, int seq) {
        byte[] bytes = Arrays.copyOf(key, key.length + WINDOW_BYTES);
        LONG.set(bytes, key.length, windowStart);
        INT.set(bytes, key.length + Long.BYTES, seq);
        return bytes;
    }

    /** As {@link #fromStoreKey}, of bytes that {@link #requireStoreKey} has seen. */
    static WindowedKey windowedKey(byte[] storeKey) {
        int keyBytes = storeKey.length - WINDOW_BYTES;
        return new WindowedKey(Arrays.copyOf(storeKey, keyBytes), (long) LONG.get(storeKey, keyBytes), (int)
                INT.get(storeKey, keyBytes + Long.BYTES));
    }

    /** Gives it back. */
    static byte[] requireStoreKey(byte[] storeKey) {
        if (storeKey.length < WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "a store key has " + WINDOW_BYTES + " bytes or more, this one " + storeKey.length);
        }
        int seq = (int) INT.get(storeKey, storeKey.length - Integer.BYTES);
        if (seq < 0) {
            throw new IllegalArgumentException("a store key ends with a seq of 0 or more, this one with " + seq);
        }
        return storeKey;
    }

    /** Gives it back. */
    static ByteBuffer requireWrapped(ByteBuffer wrapped) {
        if (wrapped.remaining() < Long.BYTES) {
            throw new IllegalArgumentException(
                    "a wrapped value has " + Long.BYTES + " bytes or more, this one " + wrapped.remaining());
        }
        return wrapped;
    }
}
