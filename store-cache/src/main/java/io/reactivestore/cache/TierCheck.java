package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;

/**
 * What {@link CacheStore#verify} has found in one tier.
 *
 * @param name {@code disk}, or the name of another tier
 * @param copies how many were read, each block counted
 * @param bytes what these take, counted as in {@link TierInfo#currentBytes}
 * @param damaged those of them that were not what was written, and are gone now
 * @param unread copies that could not be read, and are there all the same
 * @param offReason why it was not looked through, or not to the end; null if it was
 */
public record TierCheck(
        String name,
        long copies,
        long bytes,
        long damaged,
        long unread,
        @Nullable String offReason) {

    /** Whether all that it holds was read, and is what was written. */
    public boolean sound() {
        return damaged == 0 && unread == 0 && offReason == null;
    }
}
