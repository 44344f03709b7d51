package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.ChainStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

/** Objects are set up in the last store, so that the first read of each promotes it. */
class MemoryChainContractTest implements FullStoreContract {

    private final Store last = MemoryStore.create();
    private final Store store = ChainStore.of(MemoryStore.create(), last);

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store backing() {
        return last;
    }
}
