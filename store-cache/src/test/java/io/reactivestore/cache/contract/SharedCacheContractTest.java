package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** A shared tier and nothing above it; what is set up goes through another cache, which leaves copies there. */
class SharedCacheContractTest implements FullStoreContract {

    private final Store source = MemoryStore.create();
    private final Store copies = MemoryStore.create();
    private final Store store = CacheStore.builder(source).sharedTier(copies).build();
    private final Store other = CacheStore.builder(source).sharedTier(copies).build();

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return other;
    }

    @Override
    public void release() {
        FullStoreContract.super.release();
        done(other.close());
    }
}
