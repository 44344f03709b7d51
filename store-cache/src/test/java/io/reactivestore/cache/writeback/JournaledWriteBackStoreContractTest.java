package io.reactivestore.cache.writeback;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.FullStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Few entries, so that much is flushed, acknowledged in the journal and read from below. */
class JournaledWriteBackStoreContractTest implements FullStoreContract {

    @TempDir
    Path directory;

    private @Nullable Store store;

    @Override
    public Store store() {
        if (store == null) {
            store = WriteBackStore.builder(MemoryStore.create())
                    .maxEntries(4)
                    .journal(directory)
                    .build();
        }
        return store;
    }
}
