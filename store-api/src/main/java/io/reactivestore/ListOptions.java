package io.reactivestore;

import org.jspecify.annotations.Nullable;

/** Which keys one listing gives, and how. Immutable; {@link #defaults()} lists the whole store. */
public final class ListOptions {

    /** More requests than any service takes for one listing. */
    private static final int MAX_PARALLELISM = 1000;

    private static final ListOptions DEFAULTS = new ListOptions(new Settings("", null, null, 1));

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
        return new ListOptions(new Settings(
                Keys.requirePrefix("list", prefix), settings.startAfter, settings.endBefore, settings.parallelism));
    }

    /** Only keys greater than this one, in the listing order of the store; it need not exist. */
    public ListOptions withStartAfter(@Nullable String key) {
        return new ListOptions(new Settings(settings.prefix, check(key), settings.endBefore, settings.parallelism));
    }

    /** Only keys less than this one, in the listing order of the store. */
    public ListOptions withEndBefore(@Nullable String key) {
        return new ListOptions(new Settings(settings.prefix, settings.startAfter, check(key), settings.parallelism));
    }

    /**
     * Asks for up to so many pages at a time, of a store whose listings are slow because each page begins where the one before it
     * ends. Keys and their order are the same. It costs some pages more, and while there is demand so many pages may be under way,
     * and several times as many held, that no one has asked for yet. A store that has no use for it ignores it. Default: 1.
     *
     * @param parallelism {@code 1..1000}
     */
    public ListOptions withParallelism(int parallelism) {
        return new ListOptions(new Settings(settings.prefix, settings.startAfter, settings.endBefore, parallelism));
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

    public int parallelism() {
        return settings.parallelism;
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
            @Nullable String endBefore,
            int parallelism) {

        Settings {
            if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
                throw new IllegalArgumentException("parallelism: need 1.." + MAX_PARALLELISM + ", was " + parallelism);
            }
        }
    }
}
