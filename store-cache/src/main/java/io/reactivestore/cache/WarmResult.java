package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;

/**
 * What {@link CacheStore#warm} has done for one key.
 *
 * @param key the key, as it was given
 * @param outcome what came of it
 * @param error why it failed; null otherwise
 */
public record WarmResult(
        String key, Outcome outcome, @Nullable Throwable error) {

    /** What may come of a key. */
    public enum Outcome {
        /** There was a copy already. */
        HELD,
        /** The source was asked, and there is a copy now, unless a write came first. */
        LOADED,
        /** There is an object, but it is too large to be kept, or too much was being loaded. */
        NOT_KEPT,
        /** There is no such object. */
        ABSENT,
        /** It could not be loaded; the others are loaded all the same. */
        FAILED
    }
}
