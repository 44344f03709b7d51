package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.cache.Fence.Pass;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Copies below memory. Nothing here fails a caller's read or write: a tier in trouble has no copy. All but {@link #open} and {@link
 * #close} may be called by any thread and return at once.
 */
interface Tier {

    /** What {@code served()} and the statistics call it. */
    String name();

    /** Opens it; an error is the reason why it stays off for now. Tried again later. */
    Mono<Void> open();

    /** Ends it cleanly, after what is under way. */
    Mono<Void> close();

    /** Whether {@link #read} of this key is worth asking for even if the caller wants but a part of the object. */
    boolean mayHold(String key);

    /** Whether it has a copy of a key other than the one with this etag; null for an object that is gone. */
    boolean contradicts(String key, @Nullable String etag);

    /**
     * The copy of a key if it is here without waiting for anything, and may be served as it is; null if {@link #read} is to be asked,
     * which may have it all the same. Counts as a use.
     */
    default @Nullable CachedEntry readAtHand(String key) {
        return null;
    }

    /** The copy of a key, whole and verified, or empty. Never an error. */
    Mono<TierCopy> read(String key);

    /** Keeps a copy, behind the caller, unless the pass turns out to be outdated or there is no room. One that keeps no blocks ignores outlines. */
    void fill(String key, CachedEntry entry, Pass pass);

    /**
     * Whether {@link #readBlock} is worth asking for. Called under locks.
     *
     * @param info of the version whose block it is
     * @param start its first byte
     */
    default boolean mayHoldBlock(ObjectInfo info, long start) {
        return false;
    }

    /**
     * These bytes of an object if they are here as one block, verified, or empty. Never an error. Who asks has counted them against what
     * may be loaded at once.
     */
    default Mono<ByteBuffer> readBlock(ObjectInfo info, Span block) {
        return Mono.empty();
    }

    /**
     * Keeps a block, as {@link #fill} does a copy.
     *
     * @param pass taken before the source was asked for it
     */
    default void fillBlock(ObjectInfo info, long start, ByteBuffer bytes, Pass pass) {}

    /** Notes that the source has confirmed the copy of this key, under this pass. */
    void renew(String key, CachedEntry entry, Pass pass);

    /**
     * Stops serving the copy of a key before this returns, and removes it behind the caller. A tier that is off notes that it has missed
     * a removal, so that what lies in it is suspect when it comes back, also to the next process.
     *
     * @param begun of the mutation's begin: no copy of a pass up to it is to come back
     * @return completes when the mutation may be sent, after two seconds at the latest; never an error. What it stands for goes on
     *     without a subscriber
     */
    Mono<Void> drop(String key, Pass begun);

    /** The same after another cache has written the key, and has removed the copy from where others see it. */
    default Mono<Void> dropAfterOther(String key, Pass begun) {
        return drop(key, begun);
    }

    /**
     * Stops serving every copy under a prefix before this returns, and removes them behind the caller.
     *
     * @param begun the sequence of the mutation's begin: no copy of a pass before it is to come back
     * @return as for {@link #drop}
     */
    Mono<Void> dropPrefix(String prefix, long begun);

    /** Drops in each of these, and completes when none has the mutation wait any more. */
    static Mono<Void> inEach(List<Tier> tiers, Function<Tier, Mono<Void>> drop) {
        return Mono.when(tiers.stream().map(drop).toList());
    }

    /** Notes that the copy of a key in memory was used, so that the one in this tier stays: its reader does not come here. */
    default void usedInMemory(String key, CachedEntry entry) {}

    /** The same of a block. */
    default void blockUsedInMemory(ObjectInfo info, long start) {}

    /**
     * Reads every copy that it has, one at a time and behind readers, and drops those that are damaged.
     *
     * @return one result; never an error
     */
    Mono<TierCheck> verify();

    /** Its facts and figures, after everything that was begun before. */
    Mono<TierInfo> info();

    /** What it has taken, and how far it is behind, without waiting for anything. */
    TierStats stats();

    /**
     * A copy as a tier gives it.
     *
     * @param suspect may be outdated for a reason we know: to be confirmed by the source before it is served
     */
    record TierCopy(CachedEntry entry, boolean suspect) {}

    /** Why the tier is off, or null if it is on. */
    @Nullable String offReason();
}
