package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.local.LocalStore;
import io.reactivestore.testkit.FullStoreContract;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Memory in front of local files: the stack of a service that keeps its objects on its own disk. */
class MemoryOverFilesContractTest implements FullStoreContract {

    @TempDir
    Path directory;

    private @Nullable Store source;
    private @Nullable Store store;

    @Override
    public Store store() {
        if (store == null) {
            source = LocalStore.create(directory);
            store = CacheStore.builder(source).memory(m -> m.maxBytes(16 << 20)).build();
        }
        return store;
    }

    @Override
    public void release() {
        done(store().close());
        done(Objects.requireNonNull(source).close());
        Leftovers.delete(directory);
    }
}
