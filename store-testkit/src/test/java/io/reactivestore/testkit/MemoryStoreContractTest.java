package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;

class MemoryStoreContractTest implements FullStoreContract {

    private final Store store = MemoryStore.create();

    @Override
    public Store store() {
        return store;
    }
}
