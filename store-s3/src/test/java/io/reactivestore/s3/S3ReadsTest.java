package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.none;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.test.StepVerifier;

/** Reads: which requests they make, and what they make of the answers. */
class S3ReadsTest extends OneObject {

    @Test
    void smallObject_isOneRequest() {
        StoredObject found = one(store.get("a/b"));
        assertThat(found.info().size()).isEqualTo(SIZE);
        assertThat(found.info().etag()).isEqualTo("e1");
        assertThat(found.info().lastModified()).isEqualTo(Instant.parse("2015-10-21T07:28:00Z"));
        assertThat(one(found.byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /a/b bytes=0-262143");
    }

    @Test
    void bytesThatAreWantedTogether_areOneRequest_ofAsManyAsMayBe() {
        assertThat(one(store.getBytes("k")).remaining()).isEqualTo(SIZE);
        assertThat(one(store.getByteArray("k"))).isEqualTo(object.bytes);
        assertThat(one(store.getText("k"))).isEqualTo(new String(object.bytes, StandardCharsets.UTF_8));
        assertThat(http.log()).hasSize(3).containsOnly("GET /k bytes=0-16777215");
    }

    @Test
    void bytesThatAreTooMany_areRefusedByTheHeadOfTheAnswer() {
        object.bytes = new byte[(16 << 20) + 1];
        server = request -> object.reply(request).hangAfter(1);
        assertThat(failure(StoreRejectedException.class, store.getBytes("k")))
                .hasMessage(
                        "get k: 16777217 bytes are more than the maxBufferedBytes of 16777216; read body() instead");
        assertThat(http.log()).hasSize(1);
    }

    @Test
    void bytesOfAHedgingStore_areAskedForAsEverywhere_sinceLatenessIsThatOfLikeRequests() {
        S3Store hedging = FakeStores.builder(http).hedging(0.02).build();
        assertThat(one(hedging.getBytes("k")).remaining()).isEqualTo(SIZE);
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143");
    }

    @Test
    void largeObject_isReadInPartsPinnedToItsEtag() {
        assertThat(read(ReadOptions.defaults().withFirstPartBytes(1000))).isEqualTo(object.bytes);
        assertThat(http.log())
                .containsExactlyInAnyOrder(
                        "GET /k bytes=0-999",
                        "GET /k bytes=1000-3999",
                        "GET /k bytes=4000-6999",
                        "GET /k bytes=7000-9999");
        assertThat(http.requests().get(0).header("If-Match")).isNull();
        assertThat(http.requests().subList(1, 4)).allMatch(r -> "\"e1\"".equals(r.header("If-Match")));
    }

    @Test
    void objectOfAVersion_isPinnedToThat() {
        object.version = "v1";
        S3Store versioned =
                FakeStores.builder(http).versions(true).partBytes(9000).build();
        StoredObject found = one(versioned.get("k", ReadOptions.defaults().withFirstPartBytes(1000)));
        assertThat(found.info().version()).isEqualTo("v1");
        assertThat(one(found.byteArray())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-999", "GET /k?versionId=v1 bytes=1000-9999");
    }

    @Test
    void unreadBody_costsNothingMore_andASecondReaderReadsAgain() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(SIZE)));
        assertThat(http.log()).hasSize(1);
        assertThat(all(found.body())).isNotEmpty();
        assertThat(http.log()).hasSize(1);
        assertThat(one(found.byteArray())).isEqualTo(object.bytes);
        assertThat(http.requests().subList(1, 5)).allMatch(r -> "\"e1\"".equals(r.header("If-Match")));
    }

    @Test
    void nextPart_isAskedForWhenHalfOfThePresentOneIsTaken() {
        ReadOptions options = ReadOptions.defaults().withFirstPartBytes(1000).withChunkBytes(100);
        StoredObject found = one(store.get("k", options));
        StepVerifier.create(found.body(), 0)
                .thenRequest(4)
                .expectNextCount(4)
                .then(() -> assertThat(http.log()).hasSize(1))
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> Awaitility.await().until(() -> http.log().size() == 2))
                .thenRequest(6)
                .expectNextCount(6)
                .then(() -> assertThat(http.log()).hasSize(2))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void ranges_areAskedForAsTheyAre() {
        assertThat(read(range(ByteRange.of(10, 20)))).isEqualTo(Arrays.copyOfRange(object.bytes, 10, 20));
        assertThat(read(range(ByteRange.from(9990)))).isEqualTo(Arrays.copyOfRange(object.bytes, 9990, SIZE));
        assertThat(read(range(ByteRange.suffix(7)))).isEqualTo(Arrays.copyOfRange(object.bytes, SIZE - 7, SIZE));
        assertThat(read(range(ByteRange.of(9990, 20_000)))).hasSize(10);
        assertThat(read(range(ByteRange.suffix(20_000)))).hasSize(SIZE);
        assertThat(http.log())
                .containsExactly(
                        "GET /k bytes=10-19",
                        "GET /k bytes=9990-272133",
                        "GET /k bytes=-7",
                        "GET /k bytes=9990-19999",
                        "GET /k bytes=-20000");
    }

    @Test
    void rangeLongerThanTheFirstPart_beginsWithIt() {
        ReadOptions options = range(ByteRange.of(500, 5500)).withFirstPartBytes(1000);
        assertThat(read(options)).isEqualTo(Arrays.copyOfRange(object.bytes, 500, 5500));
        assertThat(http.log())
                .containsExactlyInAnyOrder("GET /k bytes=500-1499", "GET /k bytes=1500-4499", "GET /k bytes=4500-5499");
    }

    @Test
    void severalRanges_shareRequestsAsFarAsTheyAreNear() {
        List<ByteRange> ranges = List.of(
                ByteRange.of(0, 10), ByteRange.of(9000, 9010), ByteRange.of(100, 110), ByteRange.of(3000, 3010));
        assertThat(readRanges(ranges)).isEqualTo(ranges.size());
        assertThat(http.log())
                .as("a request is at most twice a part long")
                .containsExactlyInAnyOrder("GET /k bytes=0-9", "GET /k bytes=100-3009", "GET /k bytes=9000-9009");
    }

    @Test
    void rangeALittleLongerThanARequest_isStillOne_andALongerOneIsCutEvenly() {
        readRanges(List.of(ByteRange.of(0, 1), ByteRange.of(0, 7500)));
        readRanges(List.of(ByteRange.of(0, 1), ByteRange.of(0, 7600)));
        assertThat(http.log())
                .containsExactlyInAnyOrder(
                        "GET /k bytes=0-0",
                        "GET /k bytes=0-7499",
                        "GET /k bytes=0-0",
                        "GET /k bytes=0-3799",
                        "GET /k bytes=3800-7599");
    }

    private long readRanges(List<ByteRange> ranges) {
        Flux<RangedObject> read = store.getRanges("k", ranges, ReadOptions.defaults());
        return read.doOnNext(found -> {
                    byte[] bytes = new byte[found.bytes().remaining()];
                    found.bytes().duplicate().get(bytes);
                    assertThat(bytes)
                            .isEqualTo(Arrays.copyOfRange(
                                    object.bytes, (int) found.span().start(), (int)
                                            found.span().end()));
                })
                .count()
                .block(PATIENCE);
    }

    @Test
    void suffixLongerThanTheFirstPart_asksForTheSizeFirst() {
        ReadOptions options = range(ByteRange.suffix(2000)).withFirstPartBytes(1000);
        assertThat(read(options)).isEqualTo(Arrays.copyOfRange(object.bytes, 8000, SIZE));
        assertThat(http.log()).containsExactlyInAnyOrder("HEAD /k", "GET /k bytes=8000-8999", "GET /k bytes=9000-9999");
    }

    @Test
    void rangePastTheEnd_tellsTheSize() {
        var error = failure(RangeNotSatisfiableException.class, store.get("k", range(ByteRange.from(SIZE))));
        assertThat(error.size()).isEqualTo(SIZE);
        assertThat(http.log()).containsExactly("GET /k bytes=10000-272143", "HEAD /k");
    }

    @Test
    void emptyObject_isAHeadAfterThe416() {
        object.bytes = new byte[0];
        StoredObject found = one(store.get("k"));
        assertThat(found.status()).isEqualTo(Status.FULL);
        assertThat(one(found.byteArray())).isEmpty();
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143", "HEAD /k");
    }

    @Test
    void notModified_tellsTheFactsOfAHead() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withIfNoneMatch("e1")));
        assertThat(found.status()).isEqualTo(Status.NOT_MODIFIED);
        assertThat(found.info().size()).isEqualTo(SIZE);
        none(found.body());
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143", "HEAD /k");
    }

    @Test
    void anyEtag_isAskedByAHeadAlone() {
        assertThat(one(store.get("k", ReadOptions.defaults().withIfNoneMatch(ReadOptions.ANY)))
                        .status())
                .isEqualTo(Status.NOT_MODIFIED);
        assertThat(http.log()).containsExactly("HEAD /k");
    }

    @Test
    void severalEtags_areJudgedHere() {
        ReadOptions several = ReadOptions.defaults().withIfNoneMatch("x", "e1");
        assertThat(one(store.get("k", several)).status()).isEqualTo(Status.NOT_MODIFIED);
        failure(
                PreconditionFailedException.class,
                store.get("k", ReadOptions.defaults().withIfMatch("x", "y")));
        assertThat(http.requests()).allMatch(r -> r.header("If-Match") == null && r.header("If-None-Match") == null);
    }

    @Test
    void serverThatIgnoresConditions_isJudgedAgain() {
        server = request -> object.reply(new Request(
                request.method(),
                request.path(),
                request.query(),
                Map.of("Range", List.of("bytes=0-9999")),
                new byte[0]));
        assertThat(one(store.get("k", ReadOptions.defaults().withIfNoneMatch("e1")))
                        .status())
                .isEqualTo(Status.NOT_MODIFIED);
        failure(
                PreconditionFailedException.class,
                store.get("k", ReadOptions.defaults().withIfMatch("x")));
    }

    @Test
    void ifRangeOfAnotherEtag_readsTheWhole() {
        ReadOptions options = range(ByteRange.of(10, 20)).withIfRange("x");
        assertThat(read(options)).isEqualTo(object.bytes);
        assertThat(read(range(ByteRange.of(10, 20)).withIfRange("e1"))).hasSize(10);
    }

    @Test
    void objectReplacedUnderTheBody_isChanged() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(1000)));
        object.etag = "e2";
        ObjectChangedException error = failure(ObjectChangedException.class, found.body());
        assertThat(error.retryable()).isTrue();
        assertThat(error.key()).isEqualTo("k");
    }

    @Test
    void objectDeletedUnderTheBody_isChanged() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(1000)));
        server = request -> Reply.error(404, "NoSuchKey");
        failure(ObjectChangedException.class, found.body());
    }

    @Test
    void otherVersionInAPart_isChanged_alsoIfTheServerIgnoresIfMatch() {
        StoredObject found = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(1000)));
        FakeObject other = new FakeObject(SIZE, "e2");
        server = request -> other.reply(new Request(
                "GET", "/k", request.query(), Map.of("Range", List.of(request.header("Range"))), new byte[0]));
        failure(ObjectChangedException.class, found.body());
    }

    @Test
    void bodyThatFallsSilent_timesOut() {
        server = request -> object.reply(request).hangAfter(5000);
        S3Store hasty =
                FakeStores.builder(http).partTimeout(Duration.ofSeconds(1)).build();
        assertThat(failure(StoreTimeoutException.class, hasty.get("k")))
                .hasMessageContaining("no whole answer within 1000 ms: 5000 of the 10000 bytes of [0, 10000) came");
        Awaitility.await().until(() -> http.cancelled() == 1);
    }

    @Test
    void moreBytesThanAnnounced_areCorrupt() {
        server = request -> object.reply(request).body(new byte[9001]).without("Content-Length");
        failure(StoreCorruptException.class, store.get("k", range(ByteRange.of(0, 9000))));
    }

    @Test
    void rangeOtherThanAskedFor_isCorrupt() {
        server = request -> object.reply(request)
                .header("Content-Range", "bytes 1-10/10000")
                .body(new byte[10]);
        failure(StoreCorruptException.class, store.get("k", range(ByteRange.of(0, 10))));
        server = request -> object.reply(request).header("Content-Range", "bytes */10000");
        failure(StoreCorruptException.class, store.get("k", range(ByteRange.of(0, 10))));
    }

    @Test
    void serverThatIgnoresRanges_servesBeginningsOnly() {
        server = request -> new FakeObject(SIZE, "e1")
                .reply(new Request(request.method(), request.path(), request.query(), Map.of(), new byte[0]));
        assertThat(read(range(ByteRange.of(0, 10)))).isEqualTo(Arrays.copyOf(object.bytes, 10));
        failure(StoreUnsupportedException.class, store.get("k", range(ByteRange.of(5, 10))));
    }

    @Test
    void absentObject_isEmpty_andAMissingBucketIsNot() {
        server = request -> Reply.error(404, "NoSuchKey");
        none(store.get("k"));
        server = request -> Reply.error(404, "NoSuchBucket");
        assertThat(failure(StoreUnavailableException.class, store.get("k")).retryable())
                .isFalse();
    }

    @Test
    void headOfAnAbsentObject_asksOnceWhetherTheBucketIsThere() {
        server = request -> request.path().equals("/k") ? Reply.error(404, "") : Reply.of(200);
        none(store.head("k"));
        none(store.head("k"));
        assertThat(http.log()).containsExactly("HEAD /k", "HEAD ", "HEAD /k");
        server = request -> Reply.error(404, "");
        S3Store other = FakeStores.builder(http).build();
        failure(StoreUnavailableException.class, other.head("k"));
    }

    @Test
    void cancel_reachesTheWire() {
        server = request -> Reply.silent();
        StepVerifier.create(store.get("k"))
                .expectSubscription()
                .then(() -> Awaitility.await().until(() -> http.log().size() == 1))
                .thenCancel()
                .verify(PATIENCE);
        Awaitility.await().until(() -> http.cancelled() == 1);
    }

    @Test
    void interruptedThread_canStillAsk_andStaysInterrupted() {
        one(store.head("k"));
        Thread.currentThread().interrupt();
        var found = store.get("k").toFuture();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(found).succeedsWithin(PATIENCE);
    }

    @Test
    void errorAfterCancel_isDroppedInSilence() {
        server = request -> object.reply(request).hangAfter(10);
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try {
            StepVerifier.create(store.get("k"))
                    .expectSubscription()
                    .then(() -> Awaitility.await().until(() -> http.log().size() == 1))
                    .thenCancel()
                    .verify(PATIENCE);
            Awaitility.await().until(() -> http.cancelled() == 1);
            assertThat(dropped).isEmpty();
        } finally {
            Hooks.resetOnErrorDropped();
        }
    }

    @Test
    void closedStore_endsItsOpenBodies() {
        StoredObject found = one(
                store.get("k", ReadOptions.defaults().withFirstPartBytes(1000).withChunkBytes(100)));
        StepVerifier.create(found.body(), 1)
                .expectNextCount(1)
                .then(() -> none(store.close()))
                .thenRequest(1)
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
    }

    @Test
    void signals_arriveOnTheDeliveryThreads() {
        String thread = one(store.get("k").map(found -> Thread.currentThread().getName()));
        assertThat(thread).startsWith("parallel-");
    }

    @Test
    void context_staysThatOfTheCaller() {
        String seen = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(1000))
                .flatMapMany(StoredObject::body)
                .transformDeferredContextual((body, context) -> body.map(chunk -> context.<String>get("who")))
                .last()
                .contextWrite(context -> context.put("who", "me")));
        assertThat(seen).isEqualTo("me");
    }

    private byte[] read(ReadOptions options) {
        return one(one(store.get("k", options)).byteArray());
    }

    private static ReadOptions range(ByteRange range) {
        return ReadOptions.defaults().withRange(range);
    }
}
