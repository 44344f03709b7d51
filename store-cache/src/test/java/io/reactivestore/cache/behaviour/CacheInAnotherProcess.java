package io.reactivestore.cache.behaviour;

import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.OtherProcess;
import java.io.IOException;
import java.nio.file.Path;

/** An open cache on the directory of another. */
final class CacheInAnotherProcess {

    private CacheInAnotherProcess() {}

    static OtherProcess start(Path directory) throws IOException {
        return OtherProcess.start(CacheInAnotherProcess.class, directory.toString());
    }

    public static void main(String[] args) throws IOException {
        CacheStore cache = CacheStore.builder(MemoryStore.create())
                .disk(d -> d.directory(Path.of(args[0])).maxBytes(1 << 20))
                .build();
        cache.open().block(CacheFixture.PATIENCE);
        OtherProcess.readyUntilKilled();
    }
}
