package io.reactivestore.micrometer;

import io.micrometer.observation.ObservationRegistry;
import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;

class ObservedStoreContractTest implements FullStoreContract {

    private final ObservationRegistry registry = ObservationRegistry.create();
    private final Store store = ObservedStore.over(MemoryStore.create(), registry);

    @Override
    public Store store() {
        return store;
    }
}
