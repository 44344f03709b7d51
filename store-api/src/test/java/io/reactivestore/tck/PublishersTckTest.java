package io.reactivestore.tck;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.decorate.LimitedStore;
import io.reactivestore.decorate.RetryingStore;
import io.reactivestore.decorate.TimeoutStore;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.FileReader;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** The publishers of this module that are not composed of Reactor's alone, against the rules of Reactive Streams. */
class PublishersTckTest {

    private static final int MAX_ELEMENTS = 1_000;
    private static final int CHUNK_BYTES = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> chunks() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> Buffers.chunks(ByteBuffer.allocate((int) n * CHUNK_BYTES), CHUNK_BYTES),
                Flux.error(new IllegalStateException("meant")));
    }

    @TestFactory
    Stream<DynamicTest> fileReader() {
        // It opens the file when it is asked for the first element, and fails no earlier.
        return TckTests.of(MAX_ELEMENTS, this::fileOf, null);
    }

    @TestFactory
    Stream<DynamicTest> contentOfPooledElements() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> Flux.defer(() -> pooled(Flux.range(0, (int) n))),
                Flux.defer(() -> pooled(Flux.error(new IllegalStateException("meant")))));
    }

    @TestFactory
    Stream<DynamicTest> memoryStoreList() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> storeOf(n).list(ListOptions.defaults()),
                closedStore().list(ListOptions.defaults()));
    }

    @TestFactory
    Stream<DynamicTest> limitedStoreList() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> LimitedStore.builder(storeOf(n), 1).build().list(ListOptions.defaults()),
                LimitedStore.builder(closedStore(), 1).build().list(ListOptions.defaults()));
    }

    @TestFactory
    Stream<DynamicTest> retryingStoreList() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> RetryingStore.builder(storeOf(n)).build().list(ListOptions.defaults()),
                RetryingStore.builder(closedStore()).build().list(ListOptions.defaults()));
    }

    @TestFactory
    Stream<DynamicTest> timeoutStoreList() {
        return TckTests.of(
                MAX_ELEMENTS,
                n -> TimeoutStore.builder(storeOf(n)).build().list(ListOptions.defaults()),
                TimeoutStore.builder(closedStore()).build().list(ListOptions.defaults()));
    }

    private static Flux<ByteBuffer> pooled(Flux<Integer> elements) {
        return Content.publisher(elements, i -> CHUNK_BYTES, (i, buffer) -> buffer.putLong(i), i -> {})
                .body(StoreRuntime.system());
    }

    private Publisher<ByteBuffer> fileOf(long chunks) {
        Path file = directory.resolve("chunks-" + chunks);
        try {
            if (!Files.exists(file)) {
                Files.write(file, new byte[(int) chunks * CHUNK_BYTES]);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new FileReader(
                () -> FileChannel.open(file, StandardOpenOption.READ),
                0,
                chunks * CHUNK_BYTES,
                CHUNK_BYTES,
                StoreRuntime.system().io());
    }

    private static Store storeOf(long objects) {
        Store store = MemoryStore.create();
        Flux.range(0, (int) objects)
                .concatMap(i -> store.put("key-" + i, Content.empty()))
                .blockLast(PATIENCE);
        return store;
    }

    private static Store closedStore() {
        Store store = MemoryStore.create();
        store.close().block(PATIENCE);
        return store;
    }
}
