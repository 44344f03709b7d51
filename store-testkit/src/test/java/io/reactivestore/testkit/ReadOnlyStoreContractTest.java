package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.decorate.ReadOnlyStore;
import io.reactivestore.memory.MemoryStore;

class ReadOnlyStoreContractTest implements FullStoreContract {

    private final Store inner = MemoryStore.create();
    private final Store store = ReadOnlyStore.of(inner);

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return inner;
    }
}
