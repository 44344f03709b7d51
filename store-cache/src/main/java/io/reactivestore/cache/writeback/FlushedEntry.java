package io.reactivestore.cache.writeback;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A flushed write with what it replaced.
 *
 * @param entry the write
 * @param old the bytes in the inner store just before, read-only; null if there was no object
 */
public record FlushedEntry(DirtyEntry entry, @Nullable ByteBuffer old) {

    public FlushedEntry {
        Objects.requireNonNull(entry, "entry");
        old = old == null ? null : old.asReadOnlyBuffer();
    }
}
