package io.reactivestore.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.error.ObjectChangedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinnedFileRaceTest {

    @TempDir
    Path directory;

    /** Each version has a size of its own, so the size of an open channel tells which version it is. */
    @Test
    void openingWhileOthersReplace_givesThatVersionOrNone() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path file = root.resolve("x");
        Files.write(file, new byte[1]);
        ObjectFinder finder =
                new ObjectFinder(new KeyPaths(root), new AttributeFiles(directory.resolve("none"), false, false));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> replaceUntil(stop, file, failure));
        writer.start();
        int opened = 0;
        int refused = 0;
        try {
            for (int i = 0; i < 300_000 && (opened < 2000 || refused < 300); i++) {
                try {
                    PinnedFile pinned = finder.pin("get", "x");
                    try (FileChannel channel = pinned.open()) {
                        assertThat(channel.size()).isEqualTo(pinned.info().size());
                    }
                    opened++;
                } catch (ObjectChangedException replaced) {
                    refused++;
                }
            }
        } finally {
            stop.set(true);
            writer.join();
        }
        assertThat(failure).hasValue(null);
        assertThat(opened).isPositive();
        assertThat(refused).isPositive();
    }

    private void replaceUntil(AtomicBoolean stop, Path file, AtomicReference<Throwable> failure) {
        try {
            for (int size = 2; !stop.get(); size = size % 1000 + 1) {
                Path next = Files.write(directory.resolve("next"), new byte[size]);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            failure.set(e);
        }
    }
}
