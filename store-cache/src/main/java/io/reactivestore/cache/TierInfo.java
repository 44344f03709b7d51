package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;

/**
 * Facts about one tier.
 *
 * @param name {@code memory}, {@code disk}, or the name of another tier
 * @param type the simple class name of what keeps the copies
 * @param maxBytes its limit, or {@link Long#MAX_VALUE} if unlimited
 * @param currentBytes what it holds now
 * @param payloadBytes of these, the bytes of the objects themselves; the rest is what it costs to keep them
 * @param trackedKeys keys with bytes in it, also those being written or removed
 * @param cachedKeys keys whose copy can be served
 * @param offReason why it is off or passed by, or null if it is neither
 */
public record TierInfo(
        String name,
        String type,
        long maxBytes,
        long currentBytes,
        long payloadBytes,
        long trackedKeys,
        long cachedKeys,
        @Nullable String offReason) {

    /** Whether it has no limit of its own. */
    public boolean unlimited() {
        return maxBytes == Long.MAX_VALUE;
    }
}
