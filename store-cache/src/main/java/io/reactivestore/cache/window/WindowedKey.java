package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What names a windowed value: a record key, a window, and a number that tells values of one window apart.
 *
 * @param key the record key, read-only; copied
 * @param windowStart when the window starts, in milliseconds since 1970
 * @param seq 0 or more
 */
public record WindowedKey(ByteBuffer key, long windowStart, int seq) {

    public WindowedKey {
        if (seq < 0) {
            throw new IllegalArgumentException("WindowedKey: seq: need 0 or more, was " + seq);
        }
        key = Buffers.copy(key);
    }

    /** The first value of a window. */
    public WindowedKey(ByteBuffer key, long windowStart) {
        this(key, windowStart, 0);
    }

    /** The first value of a window; the key is copied. */
    public static WindowedKey of(byte[] key, long windowStart) {
        return new WindowedKey(ByteBuffer.wrap(key), windowStart);
    }

    /** The first value of a window; the key is this text in UTF-8. */
    public static WindowedKey of(String key, long windowStart) {
        return of(key.getBytes(StandardCharsets.UTF_8), windowStart);
    }

    /** The record key, a new view for each call. */
    @Override
    public ByteBuffer key() {
        return key.duplicate();
    }
}
