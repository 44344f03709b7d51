package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.ChainStore;
import io.reactivestore.testkit.FullStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Memory in LRU order over files, written through the chain. */
class DirectoryChainContractTest implements FullStoreContract {

    @TempDir
    Path directory;

    private @Nullable Store store;

    @Override
    public Store store() {
        if (store == null) {
            store = ChainStore.inDirectory(directory, 1 << 20);
        }
        return store;
    }

    @Override
    public void release() {
        FullStoreContract.super.release();
        Leftovers.delete(directory);
    }
}
