package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** The same with objects in small blocks: all but the smallest, and those that are read by a range first, are kept so. */
class BlocksCacheContractTest implements FullStoreContract {

    private final Store source = MemoryStore.create();
    private final Store store = CacheStore.builder(source)
            .memory(m -> m.maxBytes(16 << 20))
            .maxEntryBytes(4)
            .blocks(b -> b.blockBytes(64).partBytes(192).readAheadBytes(384))
            .build();

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return source;
    }
}
