package io.reactivestore.cache.writeback;

/** How much a table may hold; {@link Long#MAX_VALUE} is no limit. */
record Limits(long maxDirtyBytes, long maxBytes, long maxEntries) {}
