package io.reactivestore.cache.window;

import java.nio.ByteBuffer;

/**
 * A windowed value as it is stored, and its parts.
 *
 * @param storeKey the bytes of the key, read-only
 * @param wrapped the bytes of the value with the time of its record before it, read-only
 */
public record WindowedEntry(ByteBuffer storeKey, ByteBuffer wrapped) {

    /**
     * An entry of these bytes, which nobody changes any more.
     *
     * @throws IllegalArgumentException if they are not laid out as {@link WindowKeySchema} says
     */
    public WindowedEntry {
        storeKey = readOnly(WindowKeySchema.requireStoreKey(storeKey));
        wrapped = readOnly(WindowKeySchema.requireWrapped(wrapped));
    }

    /** The bytes of the key, a new view for each call. */
    @Override
    public ByteBuffer storeKey() {
        return storeKey.duplicate();
    }

    /** The bytes of the value with the time of its record before it, a new view for each call. */
    @Override
    public ByteBuffer wrapped() {
        return wrapped.duplicate();
    }

    /** What the key says. */
    public WindowedKey key() {
        return WindowKeySchema.fromStoreKey(storeKey);
    }

    /** The time of the record that wrote it, in milliseconds since 1970. */
    public long recordTimestamp() {
        return WindowKeySchema.recordTimestamp(wrapped);
    }

    /** The value itself, read-only. */
    public ByteBuffer value() {
        return WindowKeySchema.unwrap(wrapped);
    }

    /** A view that is one already needs no other view. */
    private static ByteBuffer readOnly(ByteBuffer view) {
        return view.isReadOnly() ? view : view.asReadOnlyBuffer();
    }
}
