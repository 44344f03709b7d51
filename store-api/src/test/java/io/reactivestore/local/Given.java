package io.reactivestore.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the tests of this package have in common. */
final class Given {

    static final Duration PATIENCE = Duration.ofSeconds(40);

    private Given() {}

    static ObjectInfo put(Store store, String key, String text) {
        return store.put(key, Content.text(text)).block(PATIENCE);
    }

    static String text(Store store, String key) {
        return store.getText(key).block(PATIENCE);
    }

    static List<String> keys(Store store) {
        return store.list("").map(ObjectInfo::key).collectList().block(PATIENCE);
    }

    /** Every file and directory below a root but the reserved ones, relative, sorted. */
    static List<String> paths(Path root) {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !path.equals(root) && !path.startsWith(root.resolve(KeyPaths.RESERVED)))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The temp files of all stores on a root, without their lock files. */
    static List<String> tempFiles(Path root) {
        Path directory = root.resolve(KeyPaths.RESERVED).resolve("tmp");
        try (Stream<Path> all = Files.exists(directory) ? Files.list(directory) : Stream.of()) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Open descriptors of this process on files below a directory. */
    static long descriptors(Path below) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> pointsBelow(fd, below)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for what other threads bring about. */
    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long until " + what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean pointsBelow(Path descriptor, Path directory) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(directory);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
