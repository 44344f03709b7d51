package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.decorate.RetryingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;

class RetryingStoreContractTest implements FullStoreContract {

    private final Store store = RetryingStore.builder(MemoryStore.create())
            .pauses(Duration.ofMillis(1), Duration.ofMillis(1))
            .build();

    @Override
    public Store store() {
        return store;
    }
}
