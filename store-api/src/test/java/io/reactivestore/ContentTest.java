package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ContentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final StoreRuntime RUNTIME = StoreRuntime.system();

    @TempDir
    static Path directory;

    static Stream<Named<Content>> replayable() throws Exception {
        Path file = Files.write(directory.resolve("hello"), "hello".getBytes(StandardCharsets.UTF_8));
        ByteBuffer shared = buffer("hello");
        return Stream.of(
                Named.of("bytes", Content.bytes("hello".getBytes(StandardCharsets.UTF_8))),
                Named.of("buffer", Content.buffer(buffer("hello"))),
                Named.of("wrapped", Content.wrap(buffer("hello"))),
                Named.of(
                        "wrapped, not on the heap",
                        Content.wrap(ByteBuffer.allocateDirect(7)
                                .put(1, "hello".getBytes(StandardCharsets.UTF_8))
                                .slice(1, 5))),
                Named.of("text", Content.text("hello")),
                Named.of("file", Content.file(file)),
                Named.of("publisher", Content.publisher(Flux.just(shared)).asReplayable()),
                Named.of(
                        "publisher of parts",
                        Content.publisher(Flux.just(buffer("he"), buffer("llo")))
                                .asReplayable()),
                Named.of(
                        "with length",
                        Content.publisher(Flux.just(shared)).withLength(5).asReplayable()));
    }

    @ParameterizedTest
    @MethodSource("replayable")
    void replayableContent_givesEachSubscriptionItsOwnViews(Content content) {
        assertThat(content.replayable()).isTrue();
        for (int attempt = 0; attempt < 3; attempt++) {
            List<ByteBuffer> buffers = content.body(RUNTIME).collectList().block(PATIENCE);
            assertThat(buffers.stream().mapToInt(ByteBuffer::remaining).sum()).isEqualTo(5);
            // A transport moves what it sends.
            buffers.forEach(buffer -> buffer.position(buffer.limit()));
        }
        assertThat(text(content)).isEqualTo("hello");
    }

    @ParameterizedTest
    @MethodSource("replayable")
    void length_isKnownUnlessOnlyAPublisherIs(Content content) {
        Long length = content.length(RUNTIME).block(PATIENCE);
        assertThat(length == null || length == 5).isTrue();
    }

    @Test
    void length_ofWhatIsHeldOrInAFileIsKnown() throws Exception {
        assertThat(Content.text("ü€").length(RUNTIME).block(PATIENCE)).isEqualTo(5);
        assertThat(Content.bytes(new byte[3]).length(RUNTIME).block(PATIENCE)).isEqualTo(3);
        assertThat(Content.empty().length(RUNTIME).block(PATIENCE)).isZero();
        Path file = Files.write(directory.resolve("length"), new byte[7]);
        assertThat(Content.file(file).length(RUNTIME).block(PATIENCE)).isEqualTo(7);
        assertThat(Content.publisher(Flux.just(buffer("a"))).length(RUNTIME).block(PATIENCE))
                .isNull();
        assertThat(Content.publisher(Flux.just(buffer("a")))
                        .withLength(9)
                        .length(RUNTIME)
                        .block(PATIENCE))
                .isEqualTo(9);
    }

    @Test
    void wrappedBytes_areNotCopied_unlessTheyLieOutsideTheHeap() {
        ByteBuffer whole = ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8));
        Content wrapped = Content.wrap(whole.position(1));
        assertThat(whole.position()).isEqualTo(1);
        whole.put(1, (byte) 'a');
        assertThat(text(wrapped))
                .as("breaking the rule shows that it is the same array")
                .isEqualTo("allo");
        assertThat(wrapped.inMemory().isReadOnly()).isTrue();
        assertThat(Content.wrap(ByteBuffer.allocateDirect(1)).inMemory().isDirect())
                .isFalse();
    }

    @Test
    void bytesOfTheCaller_areCopiedAtTheCall() {
        byte[] bytes = {1, 2, 3};
        ByteBuffer buffer = ByteBuffer.wrap(bytes).position(1);
        Content ofBytes = Content.bytes(bytes);
        Content ofBuffer = Content.buffer(buffer);
        bytes[1] = 9;
        assertThat(all(ofBytes)).containsExactly(1, 2, 3);
        assertThat(all(ofBuffer)).containsExactly(2, 3);
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void heldBytes_cannotBeChangedThroughTheBody() {
        ByteBuffer emitted = Content.bytes(new byte[] {1}).body(RUNTIME).blockFirst(PATIENCE);
        assertThatThrownBy(() -> emitted.put(0, (byte) 2)).isInstanceOf(ReadOnlyBufferException.class);
        assertThat(emitted.isDirect()).isFalse();
    }

    @Test
    void emptyContent_emitsNothing() throws Exception {
        Path file = Files.createFile(directory.resolve("empty"));
        for (Content content : List.of(
                Content.empty(),
                Content.bytes(new byte[0]),
                Content.text(""),
                Content.file(file),
                Content.buffer(ByteBuffer.allocate(0)))) {
            StepVerifier.create(content.body(RUNTIME)).expectComplete().verify(PATIENCE);
            assertThat(content.length(RUNTIME).block(PATIENCE)).isZero();
        }
    }

    @Test
    void viewOfAPublishersBuffer_doesNotMoveTheBuffer() {
        ByteBuffer own = buffer("hello").position(1);
        Content content = Content.publisher(Flux.just(own));
        ByteBuffer view = content.body(RUNTIME).blockFirst(PATIENCE);
        assertThat(view.remaining()).isEqualTo(4);
        view.get();
        assertThat(own.position()).isEqualTo(1);
    }

    @Test
    void oneShotContent_isReadOnce() {
        for (Content content : List.of(
                Content.publisher(Flux.just(buffer("hello"))),
                Content.publisher(Flux.just(buffer("hello"))).withLength(5),
                Content.publisher(Flux.just(buffer("hello"))).through(Flux::hide),
                pooled("hello"),
                pooled("hello").withLength(5))) {
            assertThat(content.replayable()).isFalse();
            Flux<ByteBuffer> body = content.body(RUNTIME);
            content.length(RUNTIME).block(PATIENCE);
            assertThat(body.map(ByteBuffer::remaining).collectList().block(PATIENCE))
                    .containsExactly(5);
            for (Flux<ByteBuffer> again : List.of(body, content.body(RUNTIME))) {
                StepVerifier.create(again)
                        .expectErrorMessage("content: can be read only once")
                        .verify(PATIENCE);
            }
        }
    }

    @Test
    void contentThroughAnOperator_isStillTheSameContent() {
        Content content = Content.text("hello")
                .through(body -> body.doOnNext(buffer -> {}).hide());
        assertThat(content.length(RUNTIME).block(PATIENCE)).isEqualTo(5);
        assertThat(content.replayable()).isTrue();
        assertThat(text(content)).isEqualTo("hello");
        assertThat(text(content)).isEqualTo("hello");
    }

    @Test
    void absentFile_failsWhenItIsRead() {
        Content content = Content.file(directory.resolve("absent"));
        StepVerifier.create(content.length(RUNTIME))
                .expectError(NoSuchFileException.class)
                .verify(PATIENCE);
        StepVerifier.create(content.body(RUNTIME))
                .expectError(NoSuchFileException.class)
                .verify(PATIENCE);
    }

    @Test
    void errorOfThePublisher_comesAsItIs() {
        IllegalStateException own = new IllegalStateException("meant");
        StepVerifier.create(Content.publisher(Flux.concat(Flux.just(buffer("a")), Flux.error(own)))
                        .body(RUNTIME))
                .expectNextCount(1)
                .expectErrorSatisfies(e -> assertThat(e).isSameAs(own))
                .verify(PATIENCE);
    }

    @Test
    void nullOrNegativeArgument_isRefusedAtTheCall() {
        assertThatNullPointerException().isThrownBy(() -> Content.bytes(null)).withMessage("content: bytes is null");
        assertThatNullPointerException().isThrownBy(() -> Content.buffer(null));
        assertThatNullPointerException().isThrownBy(() -> Content.text(null));
        assertThatNullPointerException().isThrownBy(() -> Content.file(null));
        assertThatNullPointerException().isThrownBy(() -> Content.publisher(null));
        Flux<String> some = Flux.just("a");
        assertThatNullPointerException()
                .isThrownBy(() -> Content.publisher((Flux<String>) null, String::length, (s, b) -> {}, s -> {}));
        assertThatNullPointerException().isThrownBy(() -> Content.publisher(some, null, (s, b) -> {}, s -> {}));
        assertThatNullPointerException().isThrownBy(() -> Content.publisher(some, String::length, null, s -> {}));
        assertThatNullPointerException().isThrownBy(() -> Content.publisher(some, String::length, (s, b) -> {}, null));
        assertThatNullPointerException().isThrownBy(() -> Content.empty().through(null));
        assertThatNullPointerException().isThrownBy(() -> Content.empty().body(null));
        assertThatNullPointerException().isThrownBy(() -> Content.empty().length(null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Content.empty().withLength(-1))
                .withMessage("content: need a length of 0 or more bytes, was -1");
    }

    @Test
    void contentInMemory_givesAReadOnlyView_eachWithAPositionOfItsOwn() {
        for (Content content :
                List.of(Content.text("abc"), Content.bytes("abc".getBytes()), Content.buffer(buffer("abc")))) {
            ByteBuffer first = content.inMemory();
            assertThat(first).isEqualTo(buffer("abc"));
            assertThat(first.isReadOnly()).isTrue();
            first.get();
            assertThat(content.inMemory()).isEqualTo(buffer("abc"));
        }
        assertThat(Content.empty().inMemory()).isEqualTo(buffer(""));
    }

    @Test
    void contentThatMustBeReadOrChecked_isNotInMemory() {
        assertThat(pooled("abc").inMemory()).isNull();
        assertThat(Content.text("abc").withLength(4).inMemory()).isNull();
        assertThat(Content.text("abc").through(body -> body).inMemory()).isNull();
    }

    private static Content pooled(String text) {
        return Content.publisher(Flux.just(text), String::length, (s, b) -> b.put(buffer(s)), s -> {});
    }

    private static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] all(Content content) {
        ByteBuffer all = ByteBuffer.allocate(1 << 10);
        content.body(RUNTIME).doOnNext(all::put).blockLast(PATIENCE);
        byte[] bytes = new byte[all.position()];
        all.get(0, bytes);
        return bytes;
    }

    private static String text(Content content) {
        return new String(all(content), StandardCharsets.UTF_8);
    }
}
