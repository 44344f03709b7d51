package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class ContentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final StoreRuntime RUNTIME = StoreRuntime.system();

    @TempDir
    Path directory;

    @Test
    void asLongAsAnnounced_isPassedOn() {
        StepVerifier.create(checked(chunks(2, 3).withLength(5)).map(ByteBuffer::remaining))
                .expectNext(2, 3)
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(checked(Content.empty())).expectComplete().verify(PATIENCE);
        StepVerifier.create(checked(chunks().withLength(0))).expectComplete().verify(PATIENCE);
    }

    @Test
    void lengthNotAnnounced_isNotChecked() {
        StepVerifier.create(checked(chunks(2, 3)))
                .expectNextCount(2)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void shorterThanAnnounced_failsAtTheEnd() {
        StepVerifier.create(checked(chunks(2, 2).withLength(5)))
                .expectNextCount(2)
                .expectErrorSatisfies(e -> assertCorrupt(e, "put a: the content has 4 of the announced 5 bytes"))
                .verify(PATIENCE);
        StepVerifier.create(checked(chunks().withLength(1)))
                .expectErrorSatisfies(e -> assertCorrupt(e, "put a: the content has 0 of the announced 1 bytes"))
                .verify(PATIENCE);
    }

    @Test
    void longerThanAnnounced_failsBeforeTheFirstByteTooMany() {
        TestPublisher<ByteBuffer> source = TestPublisher.create();
        StepVerifier.create(checked(Content.publisher(source).withLength(5)))
                .then(() -> source.next(ByteBuffer.allocate(5)))
                .expectNextCount(1)
                .then(() -> source.next(ByteBuffer.allocate(1)))
                .expectErrorSatisfies(e -> assertCorrupt(e, "put a: the content has more than the announced 5 bytes"))
                .verify(PATIENCE);
        source.assertCancelled();
    }

    @Test
    void eachAttempt_countsForItself() {
        Flux<ByteBuffer> body = checked(chunks(2, 3).withLength(5).asReplayable());
        for (int attempt = 0; attempt < 3; attempt++) {
            StepVerifier.create(body).expectNextCount(2).expectComplete().verify(PATIENCE);
        }
    }

    @Test
    void fileThatGrowsUnderWay_fails() throws IOException {
        Path file = Files.write(directory.resolve("growing"), new byte[600 << 10]);
        StepVerifier.create(checked(Content.file(file)), 1)
                .expectNextCount(1)
                .then(() -> write(file, StandardOpenOption.APPEND, 1))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectErrorSatisfies(
                        e -> assertCorrupt(e, "put a: the content has more than the announced 614400 bytes"))
                .verify(PATIENCE);
    }

    @Test
    void fileThatShrinksUnderWay_fails() throws IOException {
        Path file = Files.write(directory.resolve("shrinking"), new byte[600 << 10]);
        StepVerifier.create(checked(Content.file(file)), 1)
                .expectNextCount(1)
                .then(() -> write(file, StandardOpenOption.TRUNCATE_EXISTING, 300 << 10))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectErrorSatisfies(
                        e -> assertCorrupt(e, "put a: the content has 307200 of the announced 614400 bytes"))
                .verify(PATIENCE);
    }

    @Test
    void demand_isThatOfTheSubscriber() {
        TestPublisher<ByteBuffer> source = TestPublisher.create();
        StepVerifier.create(checked(Content.publisher(source).withLength(5)), 0)
                .thenRequest(2)
                .then(() -> source.assertMinRequested(2).assertMaxRequested(2))
                .thenCancel()
                .verify(PATIENCE);
        source.assertCancelled();
    }

    @Test
    void collected_isOneReadOnlyBuffer() {
        ByteBuffer all = Contents.collect("put", "a", chunks(2, 3), RUNTIME).block(PATIENCE);
        assertThat(all.remaining()).isEqualTo(5);
        assertThat(all.isReadOnly()).isTrue();
        assertThat(Contents.collect("put", "a", Content.empty(), RUNTIME)
                        .block(PATIENCE)
                        .remaining())
                .isZero();
        StepVerifier.create(Contents.collect("put", "a", chunks(2).withLength(1), RUNTIME))
                .expectError(StoreCorruptException.class)
                .verify(PATIENCE);
    }

    @Test
    void contentBeyondALimit_isRefused_whereverItLies() {
        for (Content content : List.of(Content.text("abcd"), chunks(2, 2).asReplayable())) {
            StepVerifier.create(Contents.collect("put", "a", content, RUNTIME, 3, "maxEntryBytes, 3"))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(StoreRejectedException.class)
                            .hasMessageContaining("longer than maxEntryBytes, 3"))
                    .verify(PATIENCE);
            StepVerifier.create(Contents.collect("put", "a", content, RUNTIME, 4, "maxEntryBytes, 4"))
                    .expectNextMatches(all -> all.remaining() == 4)
                    .expectComplete()
                    .verify(PATIENCE);
        }
    }

    private static Content chunks(int... sizes) {
        return Content.publisher(Flux.range(0, sizes.length).map(i -> ByteBuffer.allocate(sizes[i])));
    }

    private static Flux<ByteBuffer> checked(Content content) {
        return Contents.checked("put", "a", content, RUNTIME);
    }

    private static void assertCorrupt(Throwable error, String message) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        StoreCorruptException.class,
                        corrupt -> assertThat(corrupt.retryable()).isFalse())
                .hasMessage(message);
    }

    private static void write(Path file, StandardOpenOption option, int bytes) {
        try {
            Files.write(file, new byte[bytes], StandardOpenOption.WRITE, option);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
