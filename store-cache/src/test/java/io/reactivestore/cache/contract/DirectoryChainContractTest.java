package io.reactivestore.cache.contract;

import io.reactivestore.Store;
import io.reactivestore.cache.ChainStore;
import io.reactivestore.testkit.FullStoreContract;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
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

    /** Deletes the files too: JUnit takes seconds for the directories of the longest key. */
    @Override
    public void release() {
        FullStoreContract.super.release();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
