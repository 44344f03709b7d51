package io.reactivestore.testkit;

import io.reactivestore.Keys;
import io.reactivestore.Store;
import io.reactivestore.decorate.PrefixedStore;
import io.reactivestore.memory.MemoryStore;

class PrefixedStoreContractTest implements FullStoreContract {

    private static final String PREFIX = "tenant/";

    private final Store store = PrefixedStore.of(MemoryStore.create(), PREFIX);

    @Override
    public Store store() {
        return store;
    }

    @Override
    public int maxKeyBytes() {
        return Keys.MAX_BYTES - PREFIX.length();
    }
}
