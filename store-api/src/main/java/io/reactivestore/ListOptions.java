package io.reactivestore;

import org.jspecify.annotations.Nullable;

/** Which keys one listing gives. Immutable; {@link #defaults()} lists the whole store. */
public final class ListOptions {

    private static final ListOptions DEFAULTS = new ListOptions(new Settings("", null, null));

    private final Settings settings;

    private ListOptions(Settings settings) {
        this.settings = settings;
    }

    /** Every key. */
    public static ListOptions defaults() {
        return DEFAULTS;
    }

    /** Every key with this prefix, a plain string prefix: {@code fo} is one of {@code foo}. */
    public static ListOptions prefix(String prefix) {
        return DEFAULTS.withPrefix(prefix);
    }

    /** Only keys with this prefix. Default: the empty one. */
    public ListOptions withPrefix(String prefix) {
        return new ListOptions(
                new Settings(Keys.requirePrefix("list", prefix), settings.startAfter, settings.endBefore));
    }

    /** Only keys greater than this one, in the listing order of the store; it need not exist. */
    public ListOptions withStartAfter(@Nullable String key) {
        return new ListOptions(new Settings(settings.prefix, check(key), settings.endBefore));
    }

    /** Only keys less than this one, in the listing order of the store. */
    public ListOptions withEndBefore(@Nullable String key) {
        return new ListOptions(new Settings(settings.prefix, settings.startAfter, check(key)));
    }

    public String prefix() {
        return settings.prefix;
    }

    public @Nullable String startAfter() {
        return settings.startAfter;
    }

    public @Nullable String endBefore() {
        return settings.endBefore;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof ListOptions other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "ListOptions" + settings.toString().substring("Settings".length());
    }

    private static @Nullable String check(@Nullable String key) {
        return key == null ? null : Keys.requirePrefix("list", key);
    }

    private record Settings(
            String prefix,
            @Nullable String startAfter,
            @Nullable String endBefore) {}
}
