package io.reactivestore.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two placers without a common lock are like two processes. */
class ObjectPlacerRaceTest {

    private static final int ACTORS = 2;

    @TempDir
    Path directory;

    @Test
    void putsIfAbsentWithoutACommonLock_haveOneWinner() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        CyclicBarrier together = new CyclicBarrier(ACTORS);
        ExecutorService threads = Executors.newFixedThreadPool(ACTORS);
        try {
            for (int round = 0; round < 1500; round++) {
                String key = "k" + round;
                List<Callable<Boolean>> actors = IntStream.range(0, ACTORS)
                        .<Callable<Boolean>>mapToObj(i -> () -> putIfAbsent(root, key, i, together))
                        .toList();
                int won = 0;
                for (Future<Boolean> actor : threads.invokeAll(actors, 20, TimeUnit.SECONDS)) {
                    won += actor.get() ? 1 : 0;
                }
                assertThat(won).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean putIfAbsent(Path root, String key, int actor, CyclicBarrier together) throws Exception {
        AttributeFiles attributes = new AttributeFiles(directory.resolve("none"), false, false);
        ObjectFinder finder = new ObjectFinder(new KeyPaths(root), attributes);
        ObjectPlacer placer = new ObjectPlacer(finder, attributes, true, false);
        TempFile temp = new TempFile(directory.resolve("temp" + actor), attributes);
        temp.write(ByteBuffer.allocate(1));
        temp.finish(FileTime.fromMillis(0), Attributes.none(), false);
        together.await();
        try {
            placer.place("put", key, temp, WriteOptions.defaults().withIfAbsent());
            return true;
        } catch (PreconditionFailedException lost) {
            return false;
        } finally {
            temp.discard();
        }
    }
}
