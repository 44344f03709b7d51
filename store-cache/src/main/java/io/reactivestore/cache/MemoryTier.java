package io.reactivestore.cache;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The copies in memory, and blocks. Any thread calls it; what may be installed is decided before, under the fence. */
interface MemoryTier {

    /** The copy of a key, counted as used; null if there is none. Never blocks. */
    @Nullable CachedEntry get(String key);

    /** Puts a copy in the place of an older one. */
    void put(String key, CachedEntry entry);

    /** Drops the copy of a key, and gives it if there was one; when this returns, nobody finds it any more. */
    @Nullable CachedEntry remove(String key);

    /** Drops every copy and every block whose key has this prefix. */
    void removePrefix(String prefix);

    /** The bytes of a block, read-only and counted as used; null if it is not here. */
    @Nullable ByteBuffer block(BlockKey key);

    /** Whether a block is here, without counting it as used. */
    boolean hasBlock(BlockKey key);

    void putBlock(BlockKey key, ByteBuffer bytes);

    void removeBlock(BlockKey key);

    /** How many copies there are, not counting blocks. */
    long entryCount();

    /** What copies and blocks weigh: their bytes and what they cost beside. */
    long bytes();

    /** Of these, the bytes of the objects; an outline has none. */
    long payloadBytes();

    /** Copies and blocks that had to go. */
    long evictions();
}
