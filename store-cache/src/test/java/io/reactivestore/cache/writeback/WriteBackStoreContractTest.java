package io.reactivestore.cache.writeback;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** Nothing is flushed but what a conditional write, a copy or the closing asks for. */
class WriteBackStoreContractTest implements FullStoreContract {

    private final Store store = WriteBackStore.builder(MemoryStore.create()).build();

    @Override
    public Store store() {
        return store;
    }
}
