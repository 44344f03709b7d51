package io.reactivestore.cache;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A cache that keeps nothing in memory. */
enum NoMemory implements MemoryTier {
    INSTANCE;

    @Override
    public @Nullable CachedEntry get(String key) {
        return null;
    }

    @Override
    public void put(String key, CachedEntry entry) {}

    @Override
    public @Nullable CachedEntry remove(String key) {
        return null;
    }

    @Override
    public void removePrefix(String prefix) {}

    @Override
    public @Nullable ByteBuffer block(BlockKey key) {
        return null;
    }

    @Override
    public boolean hasBlock(BlockKey key) {
        return false;
    }

    @Override
    public void putBlock(BlockKey key, ByteBuffer bytes) {}

    @Override
    public void removeBlock(BlockKey key) {}

    @Override
    public long entryCount() {
        return 0;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public long payloadBytes() {
        return 0;
    }

    @Override
    public long evictions() {
        return 0;
    }
}
