package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.error.StoreCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every kind of content that a put takes, and content that is not what it announced. */
@Needs(Need.WRITES)
public interface ContentContract extends StoreContract {

    @Test
    default void bytesAndText_areWritten() {
        assertWritten(Content.bytes(Samples.bytes(300)), Samples.bytes(300));
        assertWritten(Content.text("ü€🚀"), "ü€🚀".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    default void remainderOfABuffer_isWritten_andTheBufferNotMoved() {
        ByteBuffer buffer = ByteBuffer.wrap(Samples.bytes(100), 10, 50);
        assertWritten(Content.buffer(buffer), Arrays.copyOfRange(Samples.bytes(100), 10, 60));
        assertThat(buffer.position()).isEqualTo(10);
        assertThat(buffer.remaining()).isEqualTo(50);
    }

    @Test
    default void directAndReadOnlyBuffers_areWritten() {
        ByteBuffer direct =
                ByteBuffer.allocateDirect(100).put(Samples.bytes(100)).flip();
        assertWritten(Content.publisher(Flux.just(direct)), Samples.bytes(100));
        assertWritten(Content.publisher(Flux.just(direct.asReadOnlyBuffer())), Samples.bytes(100));
    }

    @Test
    default void file_isWritten(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("file"), Samples.bytes(70_000));
        assertWritten(Content.file(file), Samples.bytes(70_000));
    }

    @Test
    default void missingFile_failsThePut_andWritesNothing(@TempDir Path directory) {
        failure(IOException.class, store().put(KEY, Content.file(directory.resolve("missing"))));
        none(store().get(KEY));
    }

    @Test
    default void publisherOfUnknownLength_isWritten() {
        assertWritten(Content.publisher(pieces(300, 7)), Samples.bytes(300));
    }

    @Test
    default void publisherOfKnownLength_isWritten() {
        assertWritten(Content.publisher(pieces(300, 7)).withLength(300), Samples.bytes(300));
    }

    @Test
    default void publisherOfOneLargeBuffer_isWritten() {
        assertWritten(Content.publisher(pieces(200_000, 200_000)), Samples.bytes(200_000));
    }

    @Test
    default void publisherWithEmptyBuffersBetween_isWritten() {
        ByteBuffer empty = ByteBuffer.allocate(0);
        Flux<ByteBuffer> bytes = Flux.concat(Mono.just(empty), pieces(20, 5), Mono.just(empty), Mono.just(empty));
        assertWritten(Content.publisher(bytes), Samples.bytes(20));
    }

    @Test
    default void slowPublisher_isWaitedFor() {
        Flux<ByteBuffer> bytes = pieces(40, 10).delayElements(Duration.ofMillis(5));
        assertWritten(Content.publisher(bytes), Samples.bytes(40));
    }

    @Test
    default void contentThatCanBeReadOnce_isWrittenOnce() {
        Content content = Content.publisher(pieces(30, 10));
        assertWritten(content, Samples.bytes(30));
        failure(IllegalStateException.class, store().put(KEY, content));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(30));
    }

    @Test
    default void sameContent_canBeWrittenSeveralTimes() {
        Content content = Content.buffer(ByteBuffer.wrap(Samples.bytes(30)));
        done(store().put("first", content));
        done(store().put("second", content));
        assertThat(one(store().getByteArray("first"))).isEqualTo(Samples.bytes(30));
        assertThat(one(store().getByteArray("second"))).isEqualTo(Samples.bytes(30));
    }

    @Test
    default void sameBuffersPublishedTwice_areWrittenTwice() {
        Content content =
                Content.publisher(Flux.just(ByteBuffer.wrap(Samples.bytes(30)))).asReplayable();
        assertWritten(content, Samples.bytes(30));
        assertWritten(content, Samples.bytes(30));
    }

    @Test
    default void arrayChangedAfterThePut_doesNotChangeTheObject() {
        byte[] mine = Samples.bytes(50);
        done(store().put(KEY, Content.publisher(Flux.just(ByteBuffer.wrap(mine)))));
        Arrays.fill(mine, (byte) 0);
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(50));
    }

    @Test
    default void arrayChangedBeforeThePut_doesNotChangeTheObject() {
        byte[] mine = Samples.bytes(50);
        Content content = Content.bytes(mine);
        Arrays.fill(mine, (byte) 0);
        assertWritten(content, Samples.bytes(50));
    }

    @Test
    default void contentShorterThanAnnounced_failsAndChangesNothing() {
        given(KEY, "old");
        assertCorrupt(Content.publisher(pieces(30, 10)).withLength(31));
    }

    @Test
    default void contentLongerThanAnnounced_failsAndChangesNothing() {
        given(KEY, "old");
        assertCorrupt(Content.publisher(pieces(30, 10)).withLength(29));
        assertCorrupt(Content.publisher(pieces(30, 10)).withLength(0));
    }

    @Test
    default void emptyContentAnnouncedAsSome_failsAndChangesNothing() {
        given(KEY, "old");
        assertCorrupt(Content.publisher(Flux.empty()).withLength(1));
    }

    private void assertWritten(Content content, byte[] expected) {
        assertThat(one(store().put(KEY, content)).size()).isEqualTo(expected.length);
        assertThat(one(store().getByteArray(KEY))).isEqualTo(expected);
    }

    private void assertCorrupt(Content content) {
        failure(StoreCorruptException.class, store().put(KEY, content));
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    private static Flux<ByteBuffer> pieces(int size, int pieceBytes) {
        return Flux.range(0, (size + pieceBytes - 1) / pieceBytes)
                .map(i -> ByteBuffer.wrap(Samples.bytes(size))
                        .slice(i * pieceBytes, Math.min(pieceBytes, size - i * pieceBytes)));
    }
}
