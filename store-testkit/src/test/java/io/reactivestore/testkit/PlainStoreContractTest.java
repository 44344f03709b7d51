package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.memory.MemoryStore;

/** A store that writes and deletes, but knows no conditions, attributes or order. */
class PlainStoreContractTest implements FullStoreContract {

    private final Store backing = MemoryStore.create();
    private final Store store =
            new RefusingStore(backing, StoreCapabilities.none().withWrites(true).withDeletes(true));

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return backing;
    }
}
