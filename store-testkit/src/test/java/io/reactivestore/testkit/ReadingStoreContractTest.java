package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.memory.MemoryStore;

/** A store that can only read, in no order: every other case checks that it refuses. */
class ReadingStoreContractTest implements FullStoreContract {

    private final Store backing = MemoryStore.create();
    private final Store store = new RefusingStore(backing, StoreCapabilities.none());

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return backing;
    }
}
