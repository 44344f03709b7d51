package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;

/** The copies in memory. Any thread calls it; what may be installed is decided before, under the fence. */
interface MemoryTier {

    /** The copy of a key, counted as used; null if there is none. Never blocks. */
    @Nullable CachedEntry get(String key);

    /** Puts a copy in the place of an older one. */
    void put(String key, CachedEntry entry);

    /** Drops the copy of a key; when this returns, nobody finds it any more. */
    void remove(String key);

    /** Drops every copy whose key has this prefix. */
    void removePrefix(String prefix);

    long entryCount();

    /** What the copies weigh: their bytes and what they cost beside. */
    long bytes();

    /** Of these, the bytes of the objects. */
    long payloadBytes();

    long evictions();
}
