package io.reactivestore.internal;

import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreUnsupportedException;
import org.jspecify.annotations.Nullable;

/** Refuses, before anything is done, what a store cannot do: ignored, it would be an answer about something else. */
public final class Unsupported {

    private Unsupported() {}

    /** For stores that keep only the newest version. */
    public static void requireNoVersion(String operation, String key, @Nullable String version) {
        if (version != null) {
            throw new StoreUnsupportedException(
                    operation, key, "no versions are kept, and " + version + " was asked for", null);
        }
    }

    /** For stores that do not encrypt. */
    public static void requireNoEncryption(String operation, String key, WriteOptions options) {
        if (options.encryption() != null) {
            throw new StoreUnsupportedException(
                    operation, key, "nothing is encrypted here, and " + options.encryption() + " was asked for", null);
        }
    }
}
