package io.reactivestore.cache.writeback;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A write that was acknowledged in memory first, and then by the inner store.
 *
 * @param key the object
 * @param value its bytes, read-only; null for a tombstone: the object was deleted
 * @param context where the write came from, if that was told
 */
public record DirtyEntry(
        String key, @Nullable ByteBuffer value, @Nullable RecordContext context) {

    public DirtyEntry {
        Objects.requireNonNull(key, "key");
        value = value == null ? null : value.asReadOnlyBuffer();
    }

    /** Whether the object was deleted. */
    public boolean isTombstone() {
        return value == null;
    }
}
