package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.local.LocalStore;
import io.reactivestore.testkit.FullStoreContract;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Disk alone in front of local files, so that what is written is read back from the disk tier. */
class DiskCacheContractTest implements FullStoreContract {

    @TempDir
    Path directory;

    private @Nullable Store source;
    private @Nullable Store store;

    @Override
    public Store store() {
        if (store == null) {
            source = LocalStore.create(directory.resolve("source"));
            store = CacheStore.builder(source)
                    .disk(d -> d.directory(directory.resolve("cache")).maxBytes(16 << 20))
                    .build();
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
