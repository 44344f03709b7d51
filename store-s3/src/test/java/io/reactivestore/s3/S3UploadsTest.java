package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attempts;
import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Puts: which requests they make, that each try sends the same bytes, and that nothing is left behind. */
class S3UploadsTest {

    private static final int PART = 5 << 20;
    private static final byte[] BIG = bytes(2 * PART + 17);
    private static final WriteOptions IF_ABSENT = WriteOptions.defaults().withIfAbsent();

    private final FakeBucket bucket = new FakeBucket();
    private Function<Request, Reply> server = bucket::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = store(1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PART - 1, PART})
    void contentOfOnePart_isOneRequest(int size) {
        byte[] bytes = bytes(size);
        ObjectInfo known = one(store.put("k", Content.bytes(bytes)));
        assertThat(known.size()).isEqualTo(size);
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(bytes);
        one(store.put("k", Content.publisher(chunks(bytes, 100_003))));
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(bytes);
        assertThat(http.log()).containsExactly("PUT /k", "PUT /k");
        assertThat(http.requests().get(0).header("x-amz-meta-rs-write")).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {PART + 1, 2 * PART, 3 * PART - 1})
    void longerContent_isUploadedInParts(int size) {
        byte[] bytes = bytes(size);
        ObjectInfo written = one(store.put("k", Content.publisher(chunks(bytes, 700_001))));
        assertThat(written.size()).isEqualTo(size);
        assertThat(written.etag()).isEqualTo(bucket.objects.get("k").etag());
        assertThat(written.attributes()).isEqualTo(Attributes.none());
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(bytes);
        long parts = (size + PART - 1) / PART;
        assertThat(http.count(r -> r.is("PUT", "partNumber"))).isEqualTo(parts);
        assertThat(http.log().get(0)).isEqualTo("POST /k?uploads");
        assertThat(http.log()).endsWith("HEAD /k");
    }

    @Test
    void oneHugeChunk_isCutIntoParts() {
        one(store.put("k", Content.bytes(BIG)));
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(BIG);
        assertThat(http.count(r -> r.is("PUT", "partNumber"))).isEqualTo(3);
    }

    @Test
    void everyTry_sendsTheSameBytes() {
        AtomicInteger tries = new AtomicInteger();
        server = request -> tries.incrementAndGet() % 2 == 1 && request.method().equals("PUT")
                ? Reply.error(503, "SlowDown")
                : bucket.reply(request);
        byte[] small = bytes(1000);
        one(store(3).put("small", Content.publisher(chunks(small, 7))));
        assertThat(bucket.objects.get("small").bytes()).isEqualTo(small);
        one(store(3).put("big", Content.publisher(chunks(BIG, 700_001))));
        assertThat(bucket.objects.get("big").bytes()).isEqualTo(BIG);
    }

    @Test
    void contentOfTheWrongLength_isCorrupt_andNothingIsWritten() {
        for (int announced : new int[] {9, 11, PART + 1, 3 * PART}) {
            Content content = Content.publisher(chunks(bytes(10), 3)).withLength(announced);
            failure(StoreCorruptException.class, store.put("k", content));
        }
        failure(
                StoreCorruptException.class,
                store.put("k", Content.publisher(chunks(BIG, 1 << 20)).withLength(2 * PART)));
        failure(
                StoreCorruptException.class,
                store.put("k", Content.publisher(chunks(BIG, 1 << 20)).withLength(4 * PART)));
        assertThat(bucket.objects).isEmpty();
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void errorOfTheContent_comesThrough_andTheUploadIsAborted() {
        IllegalStateException mine = new IllegalStateException("mine");
        Flux<ByteBuffer> broken = Flux.from(chunks(BIG, 1 << 20)).concatWith(Mono.error(mine));
        assertThat(failure(IllegalStateException.class, store.put("k", Content.publisher(broken))))
                .isSameAs(mine);
        assertThat(bucket.uploads).isEmpty();
        assertThat(http.log().get(0)).isEqualTo("POST /k?uploads");
    }

    @Test
    void partThatFails_abortsTheUpload() {
        server = request ->
                "2".equals(request.parameter("partNumber")) ? Reply.error(503, "SlowDown") : bucket.reply(request);
        failure(StoreThrottledException.class, store.put("k", Content.bytes(BIG)));
        assertThat(bucket.uploads).isEmpty();
        assertThat(bucket.objects).isEmpty();
    }

    @Test
    void cancelWhileAPartTravels_abortsTheUpload() {
        server = request -> "2".equals(request.parameter("partNumber")) ? Reply.silent() : bucket.reply(request);
        cancelWhen(() -> http.count(r -> "2".equals(r.parameter("partNumber"))) == 1);
        // The first part may still be travelling too.
        Awaitility.await().until(() -> bucket.uploads.isEmpty() && http.cancelled() >= 1);
    }

    @Test
    void cancelWhileTheUploadIsCreated_abortsItWhenItIs() throws InterruptedException {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        server = request -> {
            if (request.has("uploads")) {
                await(mayAnswer);
            }
            return bucket.reply(request);
        };
        cancelWhen(() -> http.log().size() == 1);
        assertThat(bucket.uploads).isEmpty();
        mayAnswer.countDown();
        Awaitility.await().until(() -> http.count(r -> r.is("DELETE", "uploadId")) == 1);
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void cancelWhileTheContentIsWaitedFor_cancelsIt() {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        Flux<ByteBuffer> never = Flux.<ByteBuffer>never()
                .doOnRequest(n -> asked.incrementAndGet())
                .doOnCancel(cancelled::incrementAndGet);
        StepVerifier.create(store.put("k", Content.publisher(never)))
                .expectSubscription()
                .then(() -> Awaitility.await().until(() -> asked.get() > 0))
                .thenCancel()
                .verify(PATIENCE);
        Awaitility.await().until(() -> cancelled.get() == 1);
        assertThat(http.log()).isEmpty();
    }

    @Test
    void partThatArrivesAfterTheAbort_isAbortedAgain() {
        server = request -> "2".equals(request.parameter("partNumber")) ? Reply.error(500, "") : bucket.reply(request);
        failure(StoreUnavailableException.class, store.put("k", Content.bytes(BIG)));
        Awaitility.await().until(() -> http.count(r -> r.is("DELETE", "uploadId")) == 2);
    }

    @Test
    void abortThatFails_isTriedAgain() {
        AtomicInteger aborts = new AtomicInteger();
        server = request -> request.has("partNumber")
                ? Reply.error(500, "")
                : request.is("DELETE", "uploadId") && aborts.incrementAndGet() < 3
                        ? Reply.error(500, "")
                        : bucket.reply(request);
        failure(StoreUnavailableException.class, store.put("k", Content.bytes(BIG)));
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void demandForContent_followsWhatIsSent() {
        CountDownLatch maySend = new CountDownLatch(1);
        server = request -> {
            if (request.has("partNumber")) {
                await(maySend);
            }
            return bucket.reply(request);
        };
        AtomicInteger emitted = new AtomicInteger();
        S3Store narrow = FakeStores.builder(http)
                .uploadPartBytes(PART)
                .uploadConcurrency(2)
                .build();
        Flux<ByteBuffer> content = Flux.from(chunks(bytes(6 * PART), 1 << 20)).doOnNext(c -> emitted.incrementAndGet());
        Mono<ObjectInfo> put = narrow.put("k", Content.publisher(content));
        StepVerifier.create(put)
                .expectSubscription()
                .then(() -> Awaitility.await().until(() -> http.count(r -> r.has("partNumber")) == 2))
                // Two parts, and the chunk that told that the second was not the last.
                .then(() -> assertThat(emitted.get()).isLessThanOrEqualTo(11))
                .then(maySend::countDown)
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(bytes(6 * PART));
    }

    @Test
    void budget_isSharedByAllUploads_andAllOfThemEnd() {
        S3Store narrow = FakeStores.builder(http)
                .uploadPartBytes(PART)
                .maxBufferedUploadBytes(PART)
                .build();
        List<ObjectInfo> written = one(Flux.range(0, 6)
                .flatMap(i -> narrow.put("k" + i, Content.publisher(chunks(BIG, 700_001))), 6)
                .collectList());
        assertThat(written).hasSize(6);
        assertThat(bucket.objects.values()).allMatch(stored -> Arrays.equals(stored.bytes(), BIG));
    }

    @Test
    void conditions_areSentAsTheDialectWritesThem() {
        String etag = one(store.put("k", Content.text("1"), IF_ABSENT)).etag();
        failure(PreconditionFailedException.class, store.put("k", Content.text("2"), IF_ABSENT));
        one(store.put("k", Content.text("2"), WriteOptions.defaults().withIfMatch(etag)));
        failure(
                PreconditionFailedException.class,
                store.put("k", Content.text("3"), WriteOptions.defaults().withIfMatch(etag)));
        failure(
                PreconditionFailedException.class,
                store.put("absent", Content.text("3"), WriteOptions.defaults().withIfMatch(etag)));
        S3Store bare = FakeStores.builder(http)
                .dialect(FakeStores.DIALECT.withQuotedIfMatch(false))
                .build();
        failure(
                PreconditionFailedException.class,
                bare.put("k", Content.text("3"), WriteOptions.defaults().withIfMatch("x")));
        assertThat(http.requests().get(2).header("If-Match")).isEqualTo('"' + etag + '"');
        assertThat(http.requests().get(5).header("If-Match")).isEqualTo("x");
    }

    @Test
    void lostConflict_isAFailedCondition() {
        server = request -> Reply.error(409, "ConditionalRequestConflict");
        failure(PreconditionFailedException.class, store.put("k", Content.text("1"), IF_ABSENT));
        assertThat(one(store.putIfAbsent("k", Content.text("1"))).stored()).isFalse();
    }

    @Test
    void lostAnswer_isReadBack_andFoundToBeOurs() {
        loseFirstAnswer(request -> request.method().equals("PUT"));
        ObjectInfo written = one(store(3).put("k", Content.text("mine"), IF_ABSENT));
        assertThat(written.etag()).isEqualTo(bucket.objects.get("k").etag());
        assertThat(written.attributes()).isEqualTo(Attributes.none());
        assertThat(http.log()).containsExactly("PUT /k", "PUT /k", "HEAD /k");
    }

    @Test
    void lostAnswer_isReadBack_andFoundToBeSomebodyElses() {
        AtomicInteger puts = new AtomicInteger();
        server = request -> {
            if (request.method().equals("PUT") && puts.incrementAndGet() == 1) {
                return Reply.lost();
            }
            if (puts.get() == 2 && request.method().equals("PUT")) {
                bucket.reply(new Request("PUT", "/k", Map.of(), Map.of(), bytes(4)));
            }
            return bucket.reply(request);
        };
        failure(PreconditionFailedException.class, store(3).put("k", Content.text("mine"), IF_ABSENT));
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(bytes(4));
    }

    @Test
    void throttledTry_isNoReasonToReadBack() {
        one(store.put("k", Content.text("theirs")));
        AtomicInteger puts = new AtomicInteger();
        server = request -> puts.incrementAndGet() == 1 ? Reply.error(503, "SlowDown") : bucket.reply(request);
        failure(PreconditionFailedException.class, store(3).put("k", Content.text("mine"), IF_ABSENT));
        assertThat(http.log()).containsExactly("PUT /k", "PUT /k", "PUT /k");
    }

    @Test
    void secondSubscriptionAfterALostAnswer_findsTheFirstOnesObject() {
        loseFirstAnswer(request -> request.method().equals("PUT"));
        Mono<ObjectInfo> put = store.put("k", Content.text("mine"), IF_ABSENT);
        assertThat(failure(StoreUnavailableException.class, put).retryable()).isTrue();
        assertThat(one(put).etag()).isEqualTo(bucket.objects.get("k").etag());
        failure(PreconditionFailedException.class, store.put("k", Content.text("mine"), IF_ABSENT));
    }

    @Test
    void lostAnswerToTheCompletion_isReadBack() {
        loseFirstAnswer(request -> request.is("POST", "uploadId"));
        ObjectInfo written = one(store(3).put("k", Content.bytes(BIG)));
        assertThat(written.etag()).isEqualTo(bucket.objects.get("k").etag());
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(BIG);
    }

    @Test
    void lostAnswerToTheCreation_leavesAnUploadThatNobodyKnows_andTheLogSaysSo() {
        loseFirstAnswer(request -> request.is("POST", "uploads"));
        List<String> log = Logged.during(
                List.of(MultipartUpload.class.getName()), () -> one(store(3).put("k", Content.bytes(BIG))));
        assertThat(bucket.objects.get("k").bytes()).isEqualTo(BIG);
        assertThat(bucket.uploads)
                .as("what may be another writer's is not aborted")
                .hasSize(1);
        assertThat(log).singleElement().asString().startsWith("put k: 1 tries to begin an upload were not answered");
    }

    @Test
    void completionWithoutAnEtag_isAskedForByAHead() {
        server = request -> {
            Reply reply = bucket.reply(request);
            return request.is("POST", "uploadId")
                    ? Reply.xml("<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>")
                    : reply;
        };
        assertThat(one(store.put("k", Content.bytes(BIG))).etag())
                .isEqualTo(bucket.objects.get("k").etag());
    }

    @Test
    void unansweredTries_areToldToTheListener() {
        AtomicInteger told = new AtomicInteger();
        loseFirstAnswer(request -> request.method().equals("PUT"));
        one(store(3).put("k", Content.text("x")).contextWrite(c -> Attempts.onUnanswered(c, told::incrementAndGet)));
        assertThat(told).hasValue(1);
        loseFirstAnswer(request -> request.method().equals("DELETE"));
        Verify.none(store(3).delete("k").contextWrite(c -> Attempts.onUnanswered(c, told::incrementAndGet)));
        assertThat(told).hasValue(2);
        one(store(3).put("k", Content.text("x")).contextWrite(c -> Attempts.onUnanswered(c, told::incrementAndGet)));
        assertThat(told).hasValue(2);
    }

    @Test
    void metricsOfTheClient_areStillSent() {
        AtomicInteger published = new AtomicInteger();
        MetricPublisher theirs = new MetricPublisher() {
            @Override
            public void publish(MetricCollection metrics) {
                published.incrementAndGet();
            }

            @Override
            public void close() {}
        };
        S3AsyncClient client = FakeStores.client(http, 1, theirs);
        S3Store measured = S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .client(client)
                .build();
        one(measured.put("k", Content.text("x")));
        assertThat(published).hasValue(1);
    }

    @Test
    void putWithoutAnAnswer_timesOut() {
        server = request -> Reply.silent();
        S3Store hasty =
                FakeStores.builder(http).partTimeout(Duration.ofMillis(100)).build();
        failure(StoreTimeoutException.class, hasty.put("k", Content.text("x")));
        Awaitility.await().until(() -> http.cancelled() == 1);
    }

    @Test
    void whatTheDialectDoesNotHave_isRefusedBeforeAnythingIsSent() {
        S3Dialect without = S3Dialect.strictLegacy()
                .withConditionalPut(false)
                .withConditionalDelete(false)
                .withConditionalCopy(false);
        S3Store legacy = FakeStores.builder(http).dialect(without).build();
        refused(legacy.put("k", Content.text("x"), IF_ABSENT));
        refused(legacy.put("a\u0001b", Content.text("x")));
        refused(legacy.copy("k", "a\u0001b"));
        refused(legacy.delete("k", DeleteOptions.defaults().withIfMatch("x")));
        refused(legacy.copy("k", "l", IF_ABSENT));
        WriteOptions umlaut =
                WriteOptions.defaults().withAttributes(Attributes.none().withContentDisposition("ü"));
        refused(store.put("k", Content.text("x"), umlaut));
        S3Store onlySmall = FakeStores.builder(http)
                .uploadPartBytes(PART)
                .dialect(FakeStores.DIALECT.withConditionalMultipart(false))
                .build();
        refused(onlySmall.put("k", Content.bytes(BIG), IF_ABSENT));
        assertThat(http.log()).isEmpty();
    }

    @Test
    void partsThatFitInNoBudget_areRefusedBeforeTheContentIsRead() {
        S3Store narrow = FakeStores.builder(http)
                .uploadPartBytes(PART)
                .maxBufferedUploadBytes(PART)
                .build();
        AtomicInteger read = new AtomicInteger();
        Content content = Content.publisher(Flux.<ByteBuffer>empty().doOnSubscribe(s -> read.incrementAndGet()))
                .withLength(10_000L * PART + 1);
        assertThat(failure(StoreRejectedException.class, narrow.put("k", content))
                        .reason())
                .isEqualTo("52428800001 bytes need parts of 5242881, and maxBufferedUploadBytes is 5242880");
        assertThat(read).hasValue(0);
    }

    @Test
    void contentThatWouldNeedTooManyParts_getsLargerOnes() {
        Content content = Content.publisher(chunks(bytes(2 * PART), 1 << 20)).withLength(10_000L * PART + 1);
        failure(StoreCorruptException.class, store.put("k", content));
        assertThat(http.requests().stream().filter(r -> "1".equals(r.parameter("partNumber"))))
                .allMatch(r -> r.body().length == PART + 1)
                .hasSize(1);
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void budget_isGivenBackOnEveryPath() {
        S3Store narrow = FakeStores.builder(http)
                .uploadPartBytes(PART)
                .maxBufferedUploadBytes(PART)
                .build();
        Flux<ByteBuffer> broken = Flux.from(chunks(BIG, 1 << 20)).concatWith(Mono.error(new RuntimeException("mine")));
        failure(RuntimeException.class, narrow.put("k", Content.publisher(broken)));
        failure(StoreCorruptException.class, narrow.put("k", Content.bytes(BIG).withLength(PART)));
        for (String step : List.of("uploads", "partNumber", "uploadId")) {
            server = request -> request.has(step) && !request.method().equals("DELETE")
                    ? Reply.error(500, "")
                    : bucket.reply(request);
            failure(StoreUnavailableException.class, narrow.put("k", Content.bytes(BIG)));
            server = request ->
                    request.has(step) && !request.method().equals("DELETE") ? Reply.silent() : bucket.reply(request);
            long before = http.count(r -> r.has(step));
            StepVerifier.create(narrow.put("k", Content.bytes(BIG)))
                    .expectSubscription()
                    .then(() -> Awaitility.await().until(() -> http.count(r -> r.has(step)) > before))
                    .thenCancel()
                    .verify(PATIENCE);
        }
        server = bucket::reply;
        one(narrow.put("k", Content.bytes(BIG)));
    }

    @Test
    void completionThatFails_abortsTheUpload() {
        server = request -> request.is("POST", "uploadId") ? Reply.error(500, "InternalError") : bucket.reply(request);
        failure(StoreUnavailableException.class, store.put("k", Content.bytes(BIG)));
        assertThat(bucket.uploads).isEmpty();
        assertThat(bucket.objects).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "DELETE"})
    void closeRightAfterACancel_waitsUntilTheUploadIsAborted(String held) {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        server = request -> {
            if (request.method().equals(held)) {
                await(mayAnswer);
            }
            // Without parts, there is no second abort that would make up for the first.
            return request.has("partNumber") ? Reply.silent() : bucket.reply(request);
        };
        S3Store own = S3Store.builder("bucket")
                .transport(http)
                .endpoint(URI.create("http://s3.test"))
                .dialect(FakeStores.DIALECT)
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .uploadPartBytes(PART)
                .build();
        Content content =
                Content.publisher(Flux.from(chunks(bytes(PART + 1), PART + 1)).concatWith(Flux.never()));
        StepVerifier.create(own.put("k", content))
                .expectSubscription()
                .then(() -> Awaitility.await().until(() -> http.count(r -> r.has("uploads")) == 1))
                .thenCancel()
                .verify(PATIENCE);
        Mono<Void> closed = own.close().cache();
        closed.subscribe(nothing -> {}, e -> {});
        mayAnswer.countDown();
        Verify.none(closed);
        assertThat(http.count(r -> r.has("uploads"))).isEqualTo(1);
        assertThat(bucket.uploads).isEmpty();
    }

    private static void refused(Mono<?> operation) {
        StoreException error = failure(StoreUnsupportedException.class, operation);
        assertThat(error.retryable()).isFalse();
    }

    private void cancelWhen(Callable<Boolean> condition) {
        StepVerifier.create(store.put("k", Content.bytes(BIG)))
                .expectSubscription()
                .then(() -> Awaitility.await().until(condition))
                .thenCancel()
                .verify(PATIENCE);
    }

    /** The server does what the first of these requests asks for, and its answer never arrives. */
    private void loseFirstAnswer(Function<Request, Boolean> which) {
        AtomicInteger seen = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            return which.apply(request) && seen.incrementAndGet() == 1 ? Reply.lost() : reply;
        };
    }

    private S3Store store(int tries) {
        return FakeStores.builder(http, tries).uploadPartBytes(PART).build();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Flux<ByteBuffer> chunks(byte[] bytes, int size) {
        return Flux.range(0, (bytes.length + size - 1) / size)
                .map(i -> ByteBuffer.wrap(bytes, i * size, Math.min(size, bytes.length - i * size)));
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
