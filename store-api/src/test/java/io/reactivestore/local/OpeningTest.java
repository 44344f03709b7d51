package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class OpeningTest {

    @TempDir
    Path directory;

    @Test
    void build_doesNoWork_andTheFirstOperationOpens() {
        Path root = directory.resolve("a/b/c");
        LocalStore store = LocalStore.create(root);
        assertThat(store.capabilities()).isEqualTo(StoreCapabilities.standard());
        assertThat(root).doesNotExist();
        assertThat(store.getText("x").block(PATIENCE)).isNull();
        assertThat(root).isDirectory();
        store.close().block(PATIENCE);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void nullArguments_areRefusedAtOnce() {
        assertThatThrownBy(() -> LocalStore.create(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> LocalStore.builder(directory).runtime(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void settings_canBeReadInItsText() {
        assertThat(LocalStore.builder(directory).fsync(true).build())
                .hasToString("LocalStore[root=" + directory + ", fsync=true]");
    }

    @Test
    void rootThatIsALink_isRefused() throws IOException {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("real")));
        assertRefused(link, StoreUnavailableException.class, "is a symbolic link");
        assertThat(directory.resolve("real")).isEmptyDirectory();
    }

    @Test
    void rootThatIsAFile_orBelowAFile_isRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertRefused(file, StoreUnavailableException.class, "is no directory");
        assertRefused(file.resolve("below"), StoreUnavailableException.class, "below");
    }

    /** Even the superuser cannot make directories in these. */
    @Test
    void rootWhereNothingCanBeMade_isRefused() {
        assertRefused(Path.of("/proc/reactivestore"), StoreException.class, "/proc/reactivestore");
        assertRefused(Path.of("/sys/reactivestore"), StoreException.class, "/sys/reactivestore");
    }

    /** The directory exists, but refuses new files, as a read-only one does to all but the superuser. */
    @Test
    void rootThatRefusesFiles_isRefused() {
        assertRefused(Path.of("/proc/self"), StoreException.class, "/proc/self");
        assertRefused(Path.of("/sys/kernel"), StoreAccessDeniedException.class, "/sys/kernel");
    }

    @Test
    void failedOpening_isTriedAgain() throws IOException {
        Path root = Files.writeString(directory.resolve("root"), "x");
        LocalStore store = LocalStore.create(root);
        StepVerifier.create(store.put("x", Content.text("x")))
                .expectError(StoreUnavailableException.class)
                .verify(PATIENCE);
        Files.delete(root);
        Given.put(store, "x", "1");
        assertThat(Given.text(store, "x")).isEqualTo("1");
        store.close().block(PATIENCE);
    }

    @Test
    void linkAboveTheRoot_isFollowedOnceAtOpening() throws IOException {
        Path first = Files.createDirectory(directory.resolve("first"));
        Path second = Files.createDirectory(directory.resolve("second"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), first);
        LocalStore store = LocalStore.create(link.resolve("root"));
        Given.put(store, "x", "1");
        Files.delete(link);
        Files.createSymbolicLink(link, second);
        assertThat(Given.text(store, "x")).isEqualTo("1");
        Given.put(store, "y", "2");
        assertThat(first.resolve("root/y")).hasContent("2");
        store.close().block(PATIENCE);
    }

    @Test
    void storesThatOpenAndCloseAtOnce_doNotDisturbEachOther() {
        Flux.range(0, 300)
                .flatMap(
                        i -> {
                            LocalStore store = LocalStore.create(directory);
                            return store.put("k" + i, Content.text("x")).then(store.close());
                        },
                        8)
                .blockLast(PATIENCE);
        LocalStore store = LocalStore.create(directory);
        assertThat(Given.keys(store)).hasSize(300);
        store.close().block(PATIENCE);
        assertThat(directory.resolve(KeyPaths.RESERVED)).doesNotExist();
    }

    @Test
    void leftoversWithoutALock_areRemoved() throws IOException {
        Path temp = Files.createDirectories(directory.resolve("%store/tmp"));
        for (String name : List.of("dead.1", "dead.2", "old", "other.lock")) {
            Files.writeString(temp.resolve(name), "x");
        }
        LocalStore store = LocalStore.create(directory);
        store.open().block(PATIENCE);
        assertThat(Given.tempFiles(directory)).isEmpty();
        assertThat(locks(directory)).hasSize(1);
        store.close().block(PATIENCE);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void close_endsPutsUnderWay_andWaitsUntilTheirFilesAreGone() {
        LocalStore store = LocalStore.create(directory);
        Sinks.Many<ByteBuffer> bytes = Sinks.many().unicast().onBackpressureBuffer(new ArrayDeque<>());
        for (int i = 0; i < 100_000; i++) {
            bytes.tryEmitNext(ByteBuffer.allocate(1000));
        }
        StepVerifier.create(store.put("x", Content.publisher(bytes.asFlux())))
                .then(() -> {
                    Given.eventually(
                            "it writes", () -> Given.tempFiles(directory).size() == 1);
                    store.close().block(PATIENCE);
                    assertThat(directory).isEmptyDirectory();
                })
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        assertThat(Given.descriptors(directory)).isZero();
        StepVerifier.create(store.put("x", Content.text("x")))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.deleteAll(Flux.just("x")))
                .expectNextMatches(result -> result.error() instanceof StoreClosedException)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void closingUnused_orTwice_isHarmless() {
        LocalStore store = LocalStore.create(directory.resolve("never"));
        store.close().block(PATIENCE);
        store.close().block(PATIENCE);
        assertThat(directory.resolve("never")).doesNotExist();
    }

    private static void assertRefused(Path root, Class<? extends StoreException> type, String text) {
        StepVerifier.create(LocalStore.create(root).open())
                .expectErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(type).hasMessageContaining(text);
                    assertThat(((StoreException) e).retryable()).isFalse();
                    assertThat(((StoreException) e).operation()).isEqualTo("open");
                })
                .verify(PATIENCE);
    }

    private static List<String> locks(Path root) throws IOException {
        try (var all = Files.list(root.resolve("%store/tmp"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".lock"))
                    .toList();
        }
    }
}
