package io.reactivestore.local;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import org.jspecify.annotations.Nullable;

/** Which keys a listing gives, and which directories may hold one of them. */
final class KeyBounds {

    private final String prefix;
    private final @Nullable String startAfter;
    private final @Nullable String endBefore;

    private KeyBounds(String prefix, @Nullable String startAfter, @Nullable String endBefore) {
        this.prefix = prefix;
        this.startAfter = startAfter;
        this.endBefore = endBefore;
    }

    static KeyBounds of(ListOptions options) {
        return new KeyBounds(options.prefix(), options.startAfter(), options.endBefore());
    }

    /** All keys with a prefix. */
    static KeyBounds of(String prefix) {
        return new KeyBounds(prefix, null, null);
    }

    /** The longest directory that all keys of the listing are in: empty, or it ends in a slash. */
    String directory() {
        return prefix.substring(0, prefix.lastIndexOf('/') + 1);
    }

    boolean holds(String key) {
        return key.startsWith(prefix) && isAfterStart(key) && isBeforeEnd(key);
    }

    /** Whether some key in this directory, which ends in a slash and is in {@link #directory()}, may be one of the listing. */
    boolean mayHoldIn(String directory) {
        return directory.startsWith(prefix)
                // A directory that is less than the start has greater keys only if the start lies in it.
                && (isAfterStart(directory) || (startAfter != null && startAfter.startsWith(directory)))
                && isBeforeEnd(directory);
    }

    private boolean isAfterStart(String key) {
        return startAfter == null || Keys.UTF8_ORDER.compare(key, startAfter) > 0;
    }

    private boolean isBeforeEnd(String key) {
        return endBefore == null || Keys.UTF8_ORDER.compare(key, endBefore) < 0;
    }
}
