package io.reactivestore.benchmarks;

import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.cache.TierInfo;
import java.util.Objects;

/** A cache with a disk. */
final class DiskCache {

    private DiskCache() {}

    /** One whose disk is open: before that, what is read would pass it by. */
    static CacheStore opened(CacheStoreBuilder builder) {
        CacheStore cache = builder.build();
        cache.open().block();
        while (disk(cache).offReason() != null) {
            Thread.onSpinWait();
        }
        return cache;
    }

    static TierInfo disk(CacheStore cache) {
        return Objects.requireNonNull(cache.info().block()).tier(Served.DISK);
    }
}
