package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.decorate.LimitedStore;
import io.reactivestore.memory.MemoryStore;

class LimitedStoreContractTest implements FullStoreContract {

    private final Store store =
            LimitedStore.builder(MemoryStore.create(), 4).maxWaiting(1_000).build();

    @Override
    public Store store() {
        return store;
    }
}
