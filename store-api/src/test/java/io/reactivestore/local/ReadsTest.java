package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ReadsTest {

    private static final int SIZE = 1_000_000;
    private static final ReadOptions SMALL = ReadOptions.defaults().withChunkBytes(1000);

    @TempDir
    Path root;

    private LocalStore store;
    private String text;

    @BeforeEach
    void open() {
        store = LocalStore.create(root);
        byte[] bytes = new byte[SIZE];
        new Random(3).ints(SIZE, 'a', 'z').forEach(new IntConsumer() {
            private int at;

            @Override
            public void accept(int c) {
                bytes[at++] = (byte) c;
            }
        });
        text = new String(bytes, StandardCharsets.US_ASCII);
        Given.put(store, "x", text);
    }

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
        Given.eventually("all files are closed", () -> Given.descriptors(root) == 0);
    }

    @Test
    void body_comesInChunksOnDemand_fromAFileThatIsOpenedThenAndClosedAfter() {
        StoredObject object = store.get("x", SMALL).block(PATIENCE);
        assertThat(objectDescriptors()).isZero();
        StepVerifier.create(object.body(), 0)
                .then(() -> assertThat(objectDescriptors()).isZero())
                .thenRequest(1)
                .expectNextMatches(chunk -> chunk.remaining() == 1000 && chunk.isReadOnly() && !chunk.isDirect())
                .then(() -> assertThat(objectDescriptors()).isEqualTo(1))
                .thenRequest(998)
                .expectNextCount(998)
                .thenRequest(1)
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
        Given.eventually("the file is closed", () -> objectDescriptors() == 0);
        assertThat(object.text().block(PATIENCE)).as("a second subscription").isEqualTo(text);
    }

    @Test
    void bodyOfAReplacedObject_thatWasOpen_isTheOldOne() {
        StoredObject object = store.get("x", SMALL).block(PATIENCE);
        StringBuilder read = new StringBuilder();
        StepVerifier.create(object.body().doOnNext(chunk -> read.append(ascii(chunk))), 0)
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> Given.put(store, "x", "new"))
                .thenRequest(500)
                .expectNextCount(500)
                .then(() -> store.delete("x").block(PATIENCE))
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(490)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(read.toString()).isEqualTo(text);
    }

    @Test
    void bodyOfAReplacedOrDeletedObject_thatWasNotOpen_fails() {
        StoredObject replaced = store.get("x").block(PATIENCE);
        Given.put(store, "x", text);
        StepVerifier.create(replaced.body())
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
        StoredObject deleted = store.get("x").block(PATIENCE);
        store.delete("x").block(PATIENCE);
        StepVerifier.create(deleted.body())
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
    }

    @Test
    void bodyOfAnObjectThatMovedAside_isStillThere() {
        StoredObject object = store.get("x").block(PATIENCE);
        Given.put(store, "x/y", "below");
        assertThat(object.text().block(PATIENCE)).isEqualTo(text);
    }

    @Test
    void bodyOfAFileRewrittenInPlace_failsBeforeItsLastChunk() throws IOException {
        Path file = Files.writeString(root.resolve("foreign"), text);
        StoredObject object = store.get("foreign", SMALL).block(PATIENCE);
        StepVerifier.create(object.body(), 0)
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> rewrite(file, text.toUpperCase(Locale.ROOT)))
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(989)
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
        StoredObject cut = store.get("foreign", SMALL).block(PATIENCE);
        StepVerifier.create(cut.body(), 0)
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> rewrite(file, text.substring(0, 20_500)))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
    }

    @Test
    void randomRanges_areThoseOfTheBytes() {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            long start = random.nextInt(SIZE);
            long end = start + 1 + random.nextInt(SIZE);
            ByteRange range =
                    i % 3 == 0 ? ByteRange.of(start, end) : i % 3 == 1 ? ByteRange.from(start) : ByteRange.suffix(end);
            var span = range.clip(SIZE);
            String read = Flux.from(store.read("x", ReadOptions.defaults().withRange(range)))
                    .map(ReadsTest::ascii)
                    .collect(Collectors.joining())
                    .block(PATIENCE);
            assertThat(read).isEqualTo(text.substring((int) span.start(), (int) span.end()));
        }
        StepVerifier.create(store.get("x", ReadOptions.defaults().withRange(ByteRange.from(SIZE))))
                .expectError(RangeNotSatisfiableException.class)
                .verify(PATIENCE);
    }

    @Test
    void notModified_hasNoBytes_andAnEmptyObjectNeither() {
        String etag = store.head("x").block(PATIENCE).etag();
        StoredObject same =
                store.get("x", ReadOptions.defaults().withIfNoneMatch(etag)).block(PATIENCE);
        assertThat(same.status()).isEqualTo(StoredObject.Status.NOT_MODIFIED);
        StepVerifier.create(same.body(), 0).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.get("x", ReadOptions.defaults().withIfMatch("other")))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
        Given.put(store, "empty", "");
        assertThat(Given.text(store, "empty")).isEmpty();
    }

    @Test
    void getRanges_readsAllThroughOneDescriptor_onDemand() {
        List<ByteRange> ranges = List.of(
                ByteRange.of(5, 10),
                ByteRange.suffix(3),
                ByteRange.of(0, SIZE),
                ByteRange.of(5, 10),
                ByteRange.from(SIZE - 1));
        List<RangedObject> read = store.getRanges("x", ranges, ReadOptions.defaults())
                .collectList()
                .block(PATIENCE);
        assertThat(read).hasSize(5);
        for (RangedObject one : read) {
            var span = ranges.get(one.index()).clip(SIZE);
            assertThat(one.span()).isEqualTo(span);
            assertThat(ascii(one.bytes())).isEqualTo(text.substring((int) span.start(), (int) span.end()));
        }
        StepVerifier.create(store.getRanges("x", ranges, ReadOptions.defaults()), 0)
                .then(() -> assertThat(objectDescriptors()).isZero())
                .thenRequest(2)
                .expectNextCount(2)
                .then(() -> assertThat(objectDescriptors()).isEqualTo(1))
                .thenCancel()
                .verify(PATIENCE);
        Given.eventually("the file is closed", () -> objectDescriptors() == 0);
    }

    @Test
    void getRanges_pinsOneVersion_andFailsAsItShould() {
        StepVerifier.create(
                        store.getRanges("x", List.of(ByteRange.of(0, 5), ByteRange.of(5, 9)), ReadOptions.defaults()),
                        1)
                .expectNextMatches(one -> ascii(one.bytes()).equals(text.substring(0, 5)))
                .then(() -> Given.put(store, "x", "another"))
                .thenRequest(1)
                .expectNextMatches(one -> ascii(one.bytes()).equals(text.substring(5, 9)))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(
                        store.getRanges("x", List.of(ByteRange.of(0, 1), ByteRange.from(7)), ReadOptions.defaults()))
                .expectNextCount(1)
                .expectError(RangeNotSatisfiableException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.getRanges("none", List.of(), ReadOptions.defaults()))
                .expectError(ObjectNotFoundException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.getRanges("x", List.of(), ReadOptions.defaults()))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(store.getRanges(
                        "x", List.of(ByteRange.of(0, 5)), ReadOptions.defaults().withMaxBufferedBytes(4)))
                .expectError(StoreRejectedException.class)
                .verify(PATIENCE);
    }

    @Test
    void aThousandRandomCancels_leaveNoDescriptorOpen() {
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            Flux<?> reading = i % 3 == 0
                    ? store.getRanges(
                            "x", List.of(ByteRange.of(0, 900_000), ByteRange.of(1, 900_000)), ReadOptions.defaults())
                    : store.read("x", SMALL);
            Disposable read = reading.limitRate(1 + random.nextInt(100)).subscribe(chunk -> {}, e -> {});
            LockSupport.parkNanos(random.nextInt(500_000));
            read.dispose();
        }
        Given.eventually("all files are closed", () -> objectDescriptors() == 0);
    }

    @Test
    void close_endsOpenBodies_alsoIdleOnes_andEveryLaterOperation() {
        StoredObject object = store.get("x", SMALL).block(PATIENCE);
        StepVerifier.create(object.body(), 1)
                .expectNextCount(1)
                .then(() -> store.close().block(PATIENCE))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        Given.eventually("the file is closed", () -> objectDescriptors() == 0);
        StepVerifier.create(object.body())
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.get("x"))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.list(""))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.deletePrefix(""))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.open())
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        store.close().block(PATIENCE);
    }

    private long objectDescriptors() {
        return Given.descriptors(root) - Given.descriptors(root.resolve("%store"));
    }

    private static void rewrite(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ascii(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }
}
