package io.reactivestore.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.publisher.TestPublisher;

class CaptureTest {

    private final ByteBudget budget = new ByteBudget(100);
    private final Capture capture = new Capture(10, budget);

    @Test
    void completeAttempt_ofTheAcknowledgedLength_isKept_andItsBuffersAreNotMoved() {
        ByteBuffer chunk = bytes("abc");
        assertThat(capture.tee(Flux.just(chunk, bytes("de"))).blockLast().remaining())
                .isEqualTo(2);
        assertThat(chunk.remaining()).isEqualTo(3);
        assertThat(capture.bytes(5)).isEqualTo("abcde".getBytes(UTF_8));
        assertThat(capture.bytes(4)).as("of another length").isNull();
    }

    @Test
    void emptyContent_isKept() {
        capture.tee(Flux.empty()).blockLast();
        assertThat(capture.bytes(0)).isEmpty();
    }

    @Test
    void nothingRead_nothingKept() {
        assertThat(capture.bytes(0)).isNull();
    }

    @Test
    void attemptThatBrokeOffOrWasCutShort_isNotKept() {
        capture.tee(Flux.just(bytes("abc")).concatWith(Flux.error(new IllegalStateException())))
                .onErrorComplete()
                .blockLast();
        assertThat(capture.bytes(3)).isNull();
        capture.tee(Flux.just(bytes("abc"), bytes("d"))).take(1).blockLast();
        assertThat(capture.bytes(3)).isNull();
    }

    @Test
    void onlyTheLastAttemptCounts_alsoIfAnEarlierOneGoesOn() {
        TestPublisher<ByteBuffer> first = TestPublisher.create();
        capture.tee(first.flux()).subscribe();
        first.next(bytes("abc"));
        capture.tee(Flux.just(bytes("xyz"))).blockLast();
        first.next(bytes("def"));
        first.complete();
        assertThat(capture.bytes(3)).isEqualTo("xyz".getBytes(UTF_8));
        capture.release();
        assertThat(budget.take(100)).as("everything was given back").isTrue();
    }

    @Test
    void tooLongForAnEntry_letsGoOfWhatItHas() {
        TestPublisher<ByteBuffer> body = TestPublisher.create();
        capture.tee(body.flux()).subscribe();
        body.next(bytes("0123456789"));
        assertThat(budget.take(91)).isFalse();
        body.next(bytes("x"));
        assertThat(budget.take(100)).isTrue();
        body.complete();
        assertThat(capture.bytes(11)).isNull();
    }

    @Test
    void noRoomInTheBudget_isNotKept() {
        budget.take(98);
        capture.tee(Flux.just(bytes("abc"))).blockLast();
        assertThat(capture.bytes(3)).isNull();
        budget.give(98);
        assertThat(budget.take(100)).isTrue();
    }

    @Test
    void releasedWhileAnAttemptGoesOn_holdsNothingAgain() {
        TestPublisher<ByteBuffer> body = TestPublisher.create();
        capture.tee(body.flux()).subscribe();
        body.next(bytes("abc"));
        capture.release();
        body.next(bytes("def"));
        capture.tee(Flux.just(bytes("abc"))).blockLast();
        assertThat(budget.take(100)).isTrue();
        assertThat(capture.bytes(3)).isNull();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
