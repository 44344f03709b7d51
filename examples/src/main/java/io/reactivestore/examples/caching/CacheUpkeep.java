package io.reactivestore.examples.caching;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierCheck;
import io.reactivestore.cache.TierInfo;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looking after a cache that runs. */
public final class CacheUpkeep {

    private CacheUpkeep() {}

    /** One line for each tier, and one for the whole. */
    public static Mono<String> report(CacheStore cache) {
        return cache.info().map(info -> {
            StringBuilder lines = new StringBuilder();
            for (TierInfo tier : info.tiers()) {
                lines.append(tier.name()).append(" (").append(tier.type()).append("): ");
                lines.append(tier.currentBytes()).append(" bytes in ").append(tier.cachedKeys());
                lines.append(tier.offReason() == null ? "\n" : ", off: " + tier.offReason() + "\n");
            }
            return lines.append("hit rate ").append(cache.stats().hitRate()).toString();
        });
    }

    /** Lets go what a job has written past the cache, then reads it again before anybody asks for it. */
    public static Mono<Void> afterNightlyJob(CacheStore cache) {
        return cache.invalidatePrefix("reports/")
                .thenMany(cache.warm(cache.list("reports/").map(ObjectInfo::key)))
                .then();
    }

    /** Looks for damage in all that lies on disk and elsewhere. What is damaged is gone afterwards; somebody should hear of the rest. */
    public static Flux<TierCheck> nightlyCheck(CacheStore cache) {
        return cache.verify().filter(check -> !check.sound());
    }
}
