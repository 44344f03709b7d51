package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;
import java.time.Duration;

/** Facts, absences and listings come from the cache, too, and listings in small pages. */
class RememberingCacheContractTest implements FullStoreContract {

    private final Store store = CacheStore.builder(MemoryStore.create())
            .memory(m -> m.maxBytes(16 << 20))
            .freshness(f -> f.negative(Duration.ofHours(1), 1_000)
                    .heads(Duration.ofHours(1), 1_000)
                    .listings(Duration.ofHours(1), 4 << 20)
                    .pageKeys(7))
            .build();

    @Override
    public Store store() {
        return store;
    }
}
