package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** Objects are set up past the cache, so that the first read of each is a load. */
class ColdCacheContractTest implements FullStoreContract {

    private final Store source = MemoryStore.create();
    private final Store store =
            CacheStore.builder(source).memory(m -> m.maxBytes(16 << 20)).build();

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return source;
    }
}
