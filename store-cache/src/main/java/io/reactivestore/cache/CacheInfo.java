package io.reactivestore.cache;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts about a cache at one moment.
 *
 * @param tiers its tiers, in the order in which they are asked
 * @param maxAge how old a copy may get, or null for any age
 * @param cacheWrites whether what is written is kept
 */
public record CacheInfo(List<TierInfo> tiers, @Nullable Duration maxAge, boolean cacheWrites) {

    public CacheInfo {
        tiers = List.copyOf(tiers);
    }

    /** The facts about the tier of this name. */
    public TierInfo tier(String name) {
        return tiers.stream()
                .filter(tier -> tier.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("info: there is no tier " + name + " in " + tiers));
    }
}
