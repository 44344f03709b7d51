package io.reactivestore.cache;

import io.reactivestore.cache.Fence.Pass;
import org.jspecify.annotations.Nullable;

/**
 * What the index of a store tier knows about a copy.
 *
 * @param generation which put of ours wrote it, or null for whatever lies there: found at opening, or put by somebody else
 * @param etag the source's etag of it, or null if that must be read from the copy
 * @param bytes its payload
 * @param filledAtNanos when the source last confirmed it, by the runtime's ticker, or null if that must be read from the copy
 * @param epoch the cache's epoch when it was installed; in a later one it is suspect
 * @param pass under which it was installed
 */
record Copy(
        @Nullable String generation,
        @Nullable String etag,
        long bytes,
        @Nullable Long filledAtNanos,
        long epoch,
        Pass pass) {

    /** An epoch that never comes: to be confirmed by the source, whatever happens. */
    static final long NO_EPOCH = -1;

    boolean neverTrusted() {
        return epoch == NO_EPOCH;
    }

    /** Whether the source said that it is of this version. */
    boolean isOf(@Nullable String etag) {
        return this.etag != null && this.etag.equals(etag);
    }

    /** Whether this may be what the index says lies there. */
    boolean matches(CopyFacts facts) {
        return (generation == null || generation.equals(facts.generation()))
                && (etag == null || etag.equals(facts.info().etag()));
    }

    /** The same copy, with what was read from it. */
    Copy identified(CopyFacts facts, long filledAtNanos, long epoch) {
        return new Copy(facts.generation(), facts.info().etag(), bytes, filledAtNanos, epoch, pass);
    }

    /** The same copy, confirmed by the source. */
    Copy renewed(long filledAtNanos, long epoch) {
        return new Copy(generation, etag, bytes, filledAtNanos, epoch, pass);
    }
}
