package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What is asked for after a body broke, and when it is an error. Each request is tried once, so that no other layer helps. */
class ResumedReadsTest extends OneObject {

    @Test
    void brokenBody_goesOnAtTheMissingByte_ofTheSameVersion() {
        server = request -> http.log().size() < 3 ? object.reply(request).breakAfter(2000) : object.reply(request);
        assertThat(one(one(store.get("k")).byteArray())).isEqualTo(object.bytes);
        assertThat(http.log())
                .containsExactly("GET /k bytes=0-262143", "GET /k bytes=2000-9999", "GET /k bytes=4000-9999");
        assertThat(http.requests().get(0).header("If-Match")).isNull();
        assertThat(http.requests().subList(1, 3)).allMatch(r -> "\"e1\"".equals(r.header("If-Match")));
        assertThat(store.resumedCount()).isEqualTo(2);
    }

    @Test
    void bodyThatEndsTooEarly_isBroken() {
        server = request -> http.log().size() == 1 ? object.reply(request).cutAfter(4321) : object.reply(request);
        assertThat(one(one(store.get("k")).byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143", "GET /k bytes=4321-9999");
    }

    @Test
    void version_isPinnedByItsId() {
        object.version = "v1";
        S3Store versioned = FakeStores.builder(http).versions(true).build();
        server = request -> http.log().size() == 1 ? object.reply(request).breakAfter(1) : object.reply(request);
        assertThat(one(one(versioned.get("k")).byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143", "GET /k?versionId=v1 bytes=1-9999");
    }

    @Test
    void laterPart_isResumedByItself() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(1000)));
        server = request -> request.header("Range").startsWith("bytes=4000")
                ? object.reply(request).cutAfter(17)
                : object.reply(request);
        assertThat(all(found.body()).stream()
                        .mapToInt(java.nio.ByteBuffer::remaining)
                        .sum())
                .isEqualTo(SIZE);
        assertThat(http.log()).hasSize(5).contains("GET /k bytes=4017-6999");
    }

    @Test
    void threeResumesThatBringNothing_areAnError_thatTellsHowFarItCame() {
        server = request -> object.reply(request).breakAfter(http.log().size() == 1 ? 5000 : 0);
        var error = failure(StoreUnavailableException.class, store.get("k"));
        assertThat(error.retryable()).isTrue();
        assertThat(error).hasMessage("get k: the connection failed: 5000 of the 10000 bytes of [0, 10000) came");
        assertThat(http.log()).hasSize(4);
        server = request -> object.reply(request).cutAfter(0);
        assertThat(failure(StoreCorruptException.class, store.get("k")))
                .hasMessage("get k: the answer ended: 0 of the 10000 bytes of [0, 10000) came");
    }

    @Test
    void resumesThatBringSomething_areNotCounted() {
        server = request -> {
            int number = http.log().size();
            return object.reply(request).breakAfter(number % 3 == 0 ? 4000 : 0);
        };
        assertThat(one(one(store.get("k")).byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).hasSize(9);
    }

    @Test
    void objectReplacedMeanwhile_isChanged() {
        server = request -> {
            Reply reply = object.reply(request);
            object.etag = "e2";
            return http.log().size() == 1 ? reply.breakAfter(100) : reply;
        };
        ObjectChangedException error = failure(ObjectChangedException.class, store.get("k"));
        assertThat(error.retryable()).isTrue();
        assertThat(http.log()).hasSize(2);
    }

    @Test
    void objectReplacedMeanwhile_isChanged_alsoIfTheServerIgnoresIfMatch() {
        FakeObject other = new FakeObject(SIZE, "e2");
        server = request -> http.log().size() == 1
                ? object.reply(request).breakAfter(100)
                : other.reply(new Request(
                        "GET",
                        "/k",
                        request.query(),
                        Map.of("Range", java.util.List.of(request.header("Range"))),
                        new byte[0]));
        failure(ObjectChangedException.class, store.get("k"));
    }

    @Test
    void objectDeletedMeanwhile_isChanged() {
        server = request ->
                http.log().size() == 1 ? object.reply(request).breakAfter(100) : Reply.error(404, "NoSuchKey");
        failure(ObjectChangedException.class, store.get("k"));
    }

    @Test
    void serverThatRefusesTheResume_isToldSo_withHowFarItCame() {
        server = request ->
                http.log().size() == 1 ? object.reply(request).breakAfter(100) : Reply.error(503, "SlowDown");
        assertThat(failure(StoreThrottledException.class, store.get("k")))
                .hasMessage("get k: the server answered 503 SlowDown: 100 of the 10000 bytes of [0, 10000) came");
        assertThat(http.log()).hasSize(2);
    }

    @Test
    void serverWithoutRanges_isNotResumed() {
        server = request -> new FakeObject(SIZE, "e1")
                .reply(new Request(request.method(), request.path(), request.query(), Map.of(), new byte[0]))
                .breakAfter(100);
        failure(StoreUnavailableException.class, store.get("k"));
        assertThat(http.log()).hasSize(1);
    }

    @Test
    void serverThatForgetsRanges_isUnsupported() {
        server = request -> http.log().size() == 1
                ? object.reply(request).breakAfter(100)
                : new FakeObject(SIZE, "e1")
                        .reply(new Request(request.method(), request.path(), request.query(), Map.of(), new byte[0]));
        failure(StoreUnsupportedException.class, store.get("k"));
    }

    @Test
    void silence_isABreak_afterTheStallTimeout() {
        S3Store hasty =
                FakeStores.builder(http).stallTimeout(Duration.ofMillis(500)).build();
        server = request -> http.log().size() == 1 ? object.reply(request).hangAfter(3000) : object.reply(request);
        assertThat(one(one(hasty.get("k")).byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143", "GET /k bytes=3000-9999");
        Awaitility.await()
                .untilAsserted(() -> assertThat(http.cancelled())
                        .as("the silent one is given up")
                        .isEqualTo(1));
        server = request -> object.reply(request).hangAfter(0);
        assertThat(failure(StoreTimeoutException.class, hasty.get("k")))
                .hasMessageContaining("nothing came for 500 ms: 0 of the 10000 bytes");
    }

    @Test
    void partTimeout_holdsForAllRequestsOfAPart() {
        S3Store hasty =
                FakeStores.builder(http).partTimeout(Duration.ofMillis(500)).build();
        server = request -> http.log().size() == 1 ? object.reply(request).breakAfter(3000) : Reply.silent();
        assertThat(failure(StoreTimeoutException.class, hasty.get("k")))
                .hasMessage("get k: no whole answer within 500 ms: 3000 of the 10000 bytes of [0, 10000) came");
        server = request -> object.reply(request).breakAfter(1);
        assertThat(failure(StoreTimeoutException.class, hasty.get("k")))
                .hasMessageMatching(
                        "get k: no whole answer within 500 ms: \\d+ of the 10000 bytes of \\[0, 10000\\) came");
    }

    @Test
    void cancel_endsTheResumesToo() {
        server = request -> http.log().size() < 4
                ? object.reply(request).breakAfter(1000)
                : object.reply(request).hangAfter(10);
        StepVerifier.create(store.get("k"))
                .expectSubscription()
                .then(() -> Awaitility.await().until(() -> http.log().size() == 4))
                .thenCancel()
                .verify(PATIENCE);
        Awaitility.await().until(() -> http.cancelled() == 1);
        assertThat(http.log()).hasSize(4);
    }

    @Test
    void cancelBetweenTwoResumes_asksForNoMore() {
        S3Store patient = FakeStores.builder(http).build();
        server = request -> object.reply(request).breakAfter(1);
        var reading = patient.get("k").subscribe(found -> {}, error -> {});
        Awaitility.await().until(() -> http.log().size() == 5);
        reading.dispose();
        int asked = http.log().size();
        Awaitility.await().during(Duration.ofMillis(500)).until(() -> http.log().size() <= asked + 1);
    }
}
