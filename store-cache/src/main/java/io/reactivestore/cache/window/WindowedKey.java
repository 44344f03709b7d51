package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What names a windowed value: a record key, a window, and a number that tells values of one window apart. Immutable. */
public final class WindowedKey {

    /** Nobody writes to it. */
    private final byte[] key;

    private final long windowStart;
    private final int seq;

    /**
     * The value of a window that has this number.
     *
     * @param key the record key; copied, and not moved
     * @param windowStart when the window starts, in milliseconds since 1970
     * @param seq 0 or more
     */
    public WindowedKey(ByteBuffer key, long windowStart, int seq) {
        this(Buffers.bytes(key), windowStart, seq);
    }

    /** The first value of a window. */
    public WindowedKey(ByteBuffer key, long windowStart) {
        this(key, windowStart, 0);
    }

    /** The value of a window that has this number; nobody writes to the key any more. */
    WindowedKey(byte[] key, long windowStart, int seq) {
        if (seq < 0) {
            throw new IllegalArgumentException("WindowedKey: seq: need 0 or more, was " + seq);
        }
        this.key = key;
        this.windowStart = windowStart;
        this.seq = seq;
    }

    /** The first value of a window; the key is copied. */
    public static WindowedKey of(byte[] key, long windowStart) {
        return new WindowedKey(key.clone(), windowStart, 0);
    }

    /** The first value of a window; the key is this text in UTF-8. */
    public static WindowedKey of(String key, long windowStart) {
        return new WindowedKey(key.getBytes(StandardCharsets.UTF_8), windowStart, 0);
    }

    /** The record key, a new read-only view for each call. */
    public ByteBuffer key() {
        return Buffers.wrap(key);
    }

    /** When the window starts, in milliseconds since 1970. */
    public long windowStart() {
        return windowStart;
    }

    /** The number that tells values of one window apart, 0 or more. */
    public int seq() {
        return seq;
    }

    /** How many bytes the record key has. */
    int length() {
        return key.length;
    }

    /** The bytes of the store key, a new array. */
    byte[] toStoreKey() {
        return WindowKeySchema.storeKey(key, windowStart, seq);
    }

    boolean hasKeyOf(WindowedKey other) {
        return Arrays.equals(key, other.key);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof WindowedKey other
                && windowStart == other.windowStart
                && seq == other.seq
                && Arrays.equals(key, other.key);
    }

    @Override
    public int hashCode() {
        return (Arrays.hashCode(key) * 31 + Long.hashCode(windowStart)) * 31 + seq;
    }

    @Override
    public String toString() {
        return "WindowedKey[key=" + HexFormat.of().formatHex(key) + ", windowStart=" + windowStart + ", seq=" + seq
                + "]";
    }
}
