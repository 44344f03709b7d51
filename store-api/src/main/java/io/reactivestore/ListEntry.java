package io.reactivestore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of a directory listing: an object, or a sub-prefix with at least one object under it.
 *
 * @param name the whole key, or the whole sub-prefix, which ends in {@code /}
 * @param info the object, or null for a sub-prefix
 */
public record ListEntry(String name, @Nullable ObjectInfo info) {

    public ListEntry {
        Objects.requireNonNull(name, "name");
    }

    /** Whether this is a sub-prefix. */
    public boolean isPrefix() {
        return info == null;
    }
}
