package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.local.LocalStore;
import io.reactivestore.testkit.fault.OtherProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** What stores of several processes on one root leave of each other's temp files. */
class LocalStoreProcessesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    @Test
    void tempFilesOfADeadProcess_goAtTheNextOpening_thoseOfALivingOneStay() throws IOException {
        Path root = directory.resolve("root");
        LocalStore before;
        try (OtherProcess other = OtherProcess.start(PutWithoutEnd.class, root.toString())) {
            List<String> held = tempFiles(root);
            assertThat(held).hasSize(1);
            before = LocalStore.create(root);
            before.open().block(PATIENCE);
            assertThat(tempFiles(root)).as("while it lives").isEqualTo(held);
            assertThat(before.list("").map(ObjectInfo::key).collectList().block(PATIENCE))
                    .isEmpty();
        }
        assertThat(tempFiles(root)).hasSize(1);
        LocalStore after = LocalStore.create(root);
        after.open().block(PATIENCE);
        assertThat(tempFiles(root)).as("after it died").isEmpty();
        assertThat(locks(root)).hasSize(2);
        before.close().block(PATIENCE);
        after.close().block(PATIENCE);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void tempFilesOfAnotherStoreOfThisProcess_stay_andItsLockTooAgainstOtherProcesses() throws IOException {
        Path root = directory.resolve("root");
        LocalStore first = LocalStore.create(root);
        AtomicReference<Throwable> end = new AtomicReference<>();
        putWithoutEnd(first, root, end);

        LocalStore second = LocalStore.create(root);
        second.open().block(PATIENCE);
        assertThat(tempFiles(root)).hasSize(1);
        second.close().block(PATIENCE);
        try (OtherProcess other = OtherProcess.start(PutWithoutEnd.class, root.toString())) {
            assertThat(tempFiles(root)).as("ours and that of the other process").hasSize(2);
        }

        first.close().block(PATIENCE);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(end.get()).isInstanceOf(StoreClosedException.class));
        LocalStore third = LocalStore.create(root);
        third.open().block(PATIENCE);
        third.close().block(PATIENCE);
        assertThat(root).isEmptyDirectory();
    }

    /** In the other process: an open store and a put that never ends. */
    static final class PutWithoutEnd {

        public static void main(String[] args) throws IOException {
            Path root = Path.of(args[0]);
            LocalStore store = LocalStore.create(root);
            store.open().block(PATIENCE);
            putWithoutEnd(store, root, new AtomicReference<>());
            OtherProcess.readyUntilKilled();
        }
    }

    private static void putWithoutEnd(LocalStore store, Path root, AtomicReference<Throwable> end) {
        int before = tempFiles(root).size();
        Flux<ByteBuffer> endless = Flux.concat(Flux.just(ByteBuffer.allocate(1000)), Flux.never());
        store.put("x", Content.publisher(endless)).subscribe(info -> {}, end::set);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(tempFiles(root)).hasSizeGreaterThan(before));
    }

    private static List<String> tempFiles(Path root) {
        return files(root).filter(name -> !name.endsWith(".lock")).toList();
    }

    private static List<String> locks(Path root) {
        return files(root).filter(name -> name.endsWith(".lock")).toList();
    }

    private static Stream<String> files(Path root) {
        Path directory = root.resolve("%store/tmp");
        try (Stream<Path> all = Files.exists(directory) ? Files.list(directory) : Stream.of()) {
            return all.map(path -> path.getFileName().toString()).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
