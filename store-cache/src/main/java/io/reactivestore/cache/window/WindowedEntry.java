package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A windowed value as it is stored, and its parts. Immutable. */
public final class WindowedEntry {

    /** Nobody writes to it. */
    private final byte[] storeKey;

    /** From 0 on, read-only, never moved. */
    private final ByteBuffer wrapped;

    /**
     * An entry of these bytes.
     *
     * @param storeKey the bytes of the key; copied
     * @param wrapped the bytes of the value with the time of its record before it, which nobody changes any more
     * @throws IllegalArgumentException if they are not laid out as {@link WindowKeySchema} says
     */
    public WindowedEntry(ByteBuffer storeKey, ByteBuffer wrapped) {
        this(
                WindowKeySchema.requireStoreKey(Buffers.bytes(storeKey)),
                wrapped.slice().asReadOnlyBuffer());
    }

    /**
     * An entry of what is its own from now on.
     *
     * @param storeKey the bytes of a key
     * @param wrapped a read-only view from 0 on
     */
    WindowedEntry(byte[] storeKey, ByteBuffer wrapped) {
        this.storeKey = storeKey;
        this.wrapped = WindowKeySchema.requireWrapped(wrapped);
    }

    /** The bytes of the key, a new read-only view for each call. */
    public ByteBuffer storeKey() {
        return Buffers.wrap(storeKey);
    }

    /** The bytes of the value with the time of its record before it, a new read-only view for each call. */
    public ByteBuffer wrapped() {
        return wrapped.duplicate();
    }

    /** What the key says. */
    public WindowedKey key() {
        return WindowKeySchema.windowedKey(storeKey);
    }

    /** The time of the record that wrote it, in milliseconds since 1970. */
    public long recordTimestamp() {
        return WindowKeySchema.recordTimestamp(wrapped);
    }

    /** The value itself, read-only. */
    public ByteBuffer value() {
        return WindowKeySchema.unwrap(wrapped);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof WindowedEntry other
                && Arrays.equals(storeKey, other.storeKey)
                && wrapped.equals(other.wrapped);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(storeKey) + wrapped.hashCode();
    }

    @Override
    public String toString() {
        return "WindowedEntry[" + key() + ", " + wrapped.remaining() + " bytes]";
    }
}
