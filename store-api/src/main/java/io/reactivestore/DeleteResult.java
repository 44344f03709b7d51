package io.reactivestore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one key of a bulk delete.
 *
 * @param key the key as it was given
 * @param error why it was not deleted, or null if it is gone: a {@link io.reactivestore.error.StoreException}, or an {@link
 *     IllegalArgumentException} for a malformed key
 */
public record DeleteResult(String key, @Nullable Throwable error) {

    public DeleteResult {
        Objects.requireNonNull(key, "key");
    }

    /** Whether there is no such object any more. */
    public boolean deleted() {
        return error == null;
    }
}
