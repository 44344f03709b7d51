package io.reactivestore.cache;

import java.nio.ByteBuffer;

/** What memory keeps: copies and outlines by the keys of their objects, and the bytes of blocks by theirs. */
final class Kept {

    private Kept() {}

    /** The object's key. */
    static String nameOf(Object key) {
        return key instanceof String name ? name : ((BlockKey) key).key();
    }

    /** What it weighs, in bytes. */
    static int weight(Object key, Object value) {
        return key instanceof String name
                ? CachedEntry.weight(name, (CachedEntry) value)
                : BlockKey.weight(payload(value));
    }

    /** How many bytes of its object it has. */
    static int payload(Object value) {
        return value instanceof CachedEntry entry ? entry.length() : ((ByteBuffer) value).remaining();
    }
}
