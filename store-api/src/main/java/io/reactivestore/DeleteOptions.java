package io.reactivestore;

import org.jspecify.annotations.Nullable;

/** What one delete asks for. Immutable; {@link #defaults()} deletes whatever is there. */
public final class DeleteOptions {

    private static final DeleteOptions DEFAULTS = new DeleteOptions(new Settings(null, null));

    private final Settings settings;

    private DeleteOptions(Settings settings) {
        this.settings = settings;
    }

    /** Unconditional, the newest version. */
    public static DeleteOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Deletes only an object with this etag, else fails with {@link io.reactivestore.error.PreconditionFailedException}; an absent
     * object is fine.
     */
    public DeleteOptions withIfMatch(@Nullable String etag) {
        return new DeleteOptions(new Settings(etag, settings.version));
    }

    /** Deletes this version for good. */
    public DeleteOptions withVersion(@Nullable String version) {
        return new DeleteOptions(new Settings(settings.ifMatch, version));
    }

    public @Nullable String ifMatch() {
        return settings.ifMatch;
    }

    public @Nullable String version() {
        return settings.version;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof DeleteOptions other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "DeleteOptions" + settings.toString().substring("Settings".length());
    }

    private record Settings(
            @Nullable String ifMatch, @Nullable String version) {}
}
