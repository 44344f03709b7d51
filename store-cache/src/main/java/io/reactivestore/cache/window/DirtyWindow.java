package io.reactivestore.cache.window;

import io.reactivestore.cache.writeback.RecordContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A write of a windowed value that was acknowledged in memory first, and then by the inner store.
 *
 * @param key the windowed key
 * @param entry what was written; null for a tombstone: the value was deleted
 * @param context the record that caused the write
 */
public record DirtyWindow(
        WindowedKey key,
        @Nullable WindowedEntry entry,
        @Nullable RecordContext context) {

    public DirtyWindow {
        Objects.requireNonNull(key, "key");
    }

    /** Whether the value was deleted. */
    public boolean isTombstone() {
        return entry == null;
    }
}
