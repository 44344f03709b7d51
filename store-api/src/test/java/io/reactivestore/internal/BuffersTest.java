package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class BuffersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void copy_isReadOnlyAndMovesNothing() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3}).position(1);
        ByteBuffer copy = Buffers.copy(buffer);
        buffer.put(1, (byte) 9);
        assertThat(copy).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
        assertThat(copy.isReadOnly()).isTrue();
        assertThat(buffer.position()).isEqualTo(1);
        assertThat(Buffers.copy(ByteBuffer.allocateDirect(4)).isDirect()).isFalse();
    }

    @Test
    void chunks_areSlicesThatAddUp() {
        ByteBuffer bytes = Buffers.wrap(new byte[] {0, 1, 2, 3, 4, 5, 6}).position(1);
        for (int subscriber = 0; subscriber < 2; subscriber++) {
            List<ByteBuffer> chunks = Buffers.chunks(bytes, 4).collectList().block(PATIENCE);
            assertThat(chunks)
                    .containsExactly(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), ByteBuffer.wrap(new byte[] {5, 6}));
            assertThat(chunks).allMatch(ByteBuffer::isReadOnly).allMatch(chunk -> chunk.position() == 0);
            chunks.forEach(chunk -> chunk.position(chunk.limit()));
        }
        assertThat(bytes.position()).isEqualTo(1);
    }

    @Test
    void chunks_followDemandAndNeedNoneToEnd() {
        StepVerifier.create(Buffers.chunks(ByteBuffer.allocate(8), 4), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .thenRequest(1)
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(Buffers.chunks(ByteBuffer.allocate(0), 4), 0)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void chunksOfTheLargestBuffer_reachItsEnd() throws IOException {
        Path sparse = directory.resolve("sparse");
        try (FileChannel channel = FileChannel.open(
                sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // A mapped hole costs neither disk nor heap.
            ByteBuffer largest = channel.map(FileChannel.MapMode.READ_WRITE, 0, Integer.MAX_VALUE);
            largest.position(Integer.MAX_VALUE - 10);
            assertThat(Buffers.chunks(largest, 1 << 20)
                            .map(ByteBuffer::remaining)
                            .collectList()
                            .block(PATIENCE))
                    .containsExactly(10);
        }
    }

    @Test
    void collected_isAllOfTheBody() {
        Flux<ByteBuffer> body = Flux.just(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3}));
        assertThat(Buffers.collect(answer(3, 3, body)).block(PATIENCE)).containsExactly(1, 2, 3);
    }

    @Test
    void collectedEmptyBody_isAnEmptyArray() {
        assertThat(Buffers.collect(answer(0, 0, Flux.empty())).block(PATIENCE)).isEmpty();
    }

    @Test
    void notModified_collectsNothingAtAll() {
        ObjectInfo info = new ObjectInfo("a", 3, "e", null, Instant.EPOCH, null);
        StoredObject answer = new Answer(
                info,
                StoredObject.Status.NOT_MODIFIED,
                new Span(0, 0),
                Served.fromSource(),
                ReadOptions.defaults(),
                Flux.empty());
        StepVerifier.create(Buffers.collect(answer)).expectComplete().verify(PATIENCE);
    }

    @Test
    void shortBody_isCorrupt() {
        StepVerifier.create(Buffers.collect(answer(3, 3, Flux.just(ByteBuffer.allocate(2)))))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreCorruptException.class)
                        .hasMessage("get a: the body has 2 of the announced 3 bytes"))
                .verify(PATIENCE);
        StepVerifier.create(Buffers.collect(answer(3, 3, Flux.empty())))
                .expectError(StoreCorruptException.class)
                .verify(PATIENCE);
    }

    @Test
    void longBody_isCorruptAndCancelled() {
        TestPublisher<ByteBuffer> body = TestPublisher.create();
        StepVerifier.create(Buffers.collect(answer(3, 3, body.flux())))
                .then(() -> body.next(ByteBuffer.allocate(3), ByteBuffer.allocate(1)))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreCorruptException.class)
                        .hasMessage("get a: the body has more than the announced 3 bytes"))
                .verify(PATIENCE);
        body.assertCancelled();
    }

    @Test
    void moreThanTheLimit_isRejectedWithoutReading() {
        TestPublisher<ByteBuffer> body = TestPublisher.create();
        StepVerifier.create(Buffers.collect(answer(4, 3, body.flux())))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                StoreRejectedException.class,
                                rejected -> assertThat(rejected.retryable()).isFalse())
                        .hasMessage("get a: 4 bytes are more than the maxBufferedBytes of 3; read body() instead"))
                .verify(PATIENCE);
        body.assertWasNotSubscribed();
    }

    @Test
    void eachSubscription_collectsAnArrayOfItsOwn() {
        var collected = Buffers.collect(answer(1, 3, Flux.defer(() -> Flux.just(ByteBuffer.wrap(new byte[] {7})))));
        byte[] first = collected.block(PATIENCE);
        first[0] = 0;
        assertThat(collected.block(PATIENCE)).containsExactly(7);
    }

    @Test
    void cancelOfACollect_cancelsTheBody() {
        TestPublisher<ByteBuffer> body = TestPublisher.create();
        StepVerifier.create(Buffers.collect(answer(3, 3, body.flux())))
                .thenCancel()
                .verify(PATIENCE);
        body.assertCancelled();
    }

    private static StoredObject answer(long size, long maxBufferedBytes, Flux<ByteBuffer> body) {
        ObjectInfo info = new ObjectInfo("a", size, "e", null, Instant.EPOCH, null);
        ReadOptions options = ReadOptions.defaults().withMaxBufferedBytes(maxBufferedBytes);
        return new Answer(info, StoredObject.Status.FULL, new Span(0, size), Served.fromSource(), options, body);
    }

    private record Answer(
            ObjectInfo info, Status status, Span span, Served served, ReadOptions options, Flux<ByteBuffer> body)
            implements StoredObject {}
}
