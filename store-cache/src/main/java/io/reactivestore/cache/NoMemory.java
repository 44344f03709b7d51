package io.reactivestore.cache;

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
    public void remove(String key) {}

    @Override
    public void removePrefix(String prefix) {}

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
