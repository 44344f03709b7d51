package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** Everything goes through the cache, so that most reads find what was written in memory. */
class WarmCacheContractTest implements FullStoreContract {

    private final Store store = CacheStore.builder(MemoryStore.create())
            .memory(m -> m.maxBytes(16 << 20))
            .tier(MemoryStore.create(), t -> t.maxBytes(16 << 20))
            .build();

    @Override
    public Store store() {
        return store;
    }
}
