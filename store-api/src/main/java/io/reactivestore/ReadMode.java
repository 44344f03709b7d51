package io.reactivestore;

/** What a cache may answer with; a store that is no cache ignores it. */
public enum ReadMode {
    /** A fresh copy, or a stale one where the cache was told that it may. */
    CACHED_OK,
    /** A copy only after the source has confirmed its etag during this read. */
    REVALIDATE,
    /** Bytes that the source sends during this read. */
    SOURCE_ONLY
}
