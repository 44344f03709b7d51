package io.reactivestore.cache.writeback;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** Few entries, so that tests with more go through eviction and read from below. */
class SmallWriteBackStoreContractTest implements FullStoreContract {

    private final Store store =
            WriteBackStore.builder(MemoryStore.create()).maxEntries(4).build();

    @Override
    public Store store() {
        return store;
    }
}
