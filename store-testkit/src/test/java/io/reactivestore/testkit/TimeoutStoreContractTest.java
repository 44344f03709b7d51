package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.decorate.TimeoutStore;
import io.reactivestore.memory.MemoryStore;

class TimeoutStoreContractTest implements FullStoreContract {

    private final Store store = TimeoutStore.builder(MemoryStore.create()).build();

    @Override
    public Store store() {
        return store;
    }
}
