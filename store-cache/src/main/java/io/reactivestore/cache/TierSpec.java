package io.reactivestore.cache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of a tier in another store. Unlimited unless bounded. */
public final class TierSpec {

    private @Nullable String name;
    private long maxBytes = Long.MAX_VALUE;

    TierSpec() {}

    /** What it is called in statistics and in {@code served()}. Default: {@code tier-1}, {@code tier-2} and so on, from the top. */
    public TierSpec name(String name) {
        this.name = Objects.requireNonNull(name, "tier.name");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("tier.name: is empty");
        }
        return this;
    }

    /** How many bytes of objects it may hold; the least recently used go first. */
    public TierSpec maxBytes(long maxBytes) {
        this.maxBytes = Limits.bytes("tier.maxBytes", maxBytes);
        return this;
    }

    /** Keeps everything that was ever read. */
    public TierSpec unlimited() {
        this.maxBytes = Long.MAX_VALUE;
        return this;
    }

    Settings build(String defaultName) {
        return new Settings(name == null ? defaultName : name, maxBytes);
    }

    record Settings(String name, long maxBytes) {}
}
