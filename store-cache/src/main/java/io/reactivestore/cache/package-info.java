/**
 * A store in front of a store: {@link io.reactivestore.cache.CacheStore} keeps copies of a slow source in memory, on disk and in other
 * stores, and never serves one that a write through it has made old.
 */
@NullMarked
package io.reactivestore.cache;

import org.jspecify.annotations.NullMarked;
