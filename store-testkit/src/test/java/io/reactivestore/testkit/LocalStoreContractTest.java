package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.local.LocalStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreContractTest implements FullStoreContract, ReopenContract {

    @TempDir
    Path directory;

    private Store store;

    @Override
    public Store store() {
        if (store == null) {
            store = LocalStore.create(directory.resolve("store"));
        }
        return store;
    }

    @Override
    public Store reopened() {
        return LocalStore.create(directory.resolve("store"));
    }
}
