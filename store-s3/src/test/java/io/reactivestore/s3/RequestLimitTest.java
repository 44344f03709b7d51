package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** How many requests of a store are under way at a time, who waits, who is refused, and what a service that refuses gets to do. */
@ExtendWith(BlockingCheck.class)
class RequestLimitTest {

    private final FakeObject object = new FakeObject(10_000, "e1");
    private Function<Request, Reply> server = object::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));

    @Test
    void requestsBeyondTheMost_wait_andBeyondTheLine_areRefused_byNameAndReason() {
        server = request -> Reply.silent();
        S3Store store =
                FakeStores.builder(http).maxRequests(2).maxWaitingRequests(1).build();
        List<Disposable> reads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            reads.add(store.get("k" + i).subscribe(found -> {}, error -> {}));
            await().until(() -> http.log().size() + store.waitingRequestCount() == reads.size());
        }
        assertThat(http.log()).hasSize(2);
        StoreRejectedException refused = failure(StoreRejectedException.class, store.head("other"));
        assertThat(refused).hasMessage("head other: 2 requests are under way and 1 wait: no more of them may");
        assertThat(refused.retryable()).isTrue();
        assertThat(refused.operation()).isEqualTo("head");
        assertThat(failure(StoreRejectedException.class, store.put("p", Content.text("x"))))
                .hasMessageStartingWith("put p: 2 requests are under way");
        reads.get(0).dispose();
        await().until(() -> http.log().size() == 3);
        assertThat(store.waitingRequestCount()).isZero();
        reads.forEach(Disposable::dispose);
        await().until(() -> http.cancelled() == 3);
        server = object::reply;
        assertThat(one(store.head("k")).size()).isEqualTo(10_000);
    }

    @Test
    void cancelInLine_leavesIt_andNothingIsSent() {
        server = request -> Reply.silent();
        S3Store store = FakeStores.builder(http).maxRequests(1).build();
        Disposable first = store.get("a").subscribe(found -> {}, error -> {});
        await().until(() -> http.log().size() == 1);
        Disposable second = store.get("b").subscribe(found -> {}, error -> {});
        await().until(() -> store.waitingRequestCount() == 1);
        second.dispose();
        assertThat(store.waitingRequestCount()).isZero();
        first.dispose();
        server = object::reply;
        one(store.head("c"));
        assertThat(http.log()).containsExactly("GET /a bytes=0-262143", "HEAD /c");
    }

    @Test
    void timeInLine_countsForTheTimeout() {
        server = request -> Reply.silent();
        S3Store store = FakeStores.builder(http)
                .maxRequests(1)
                .requestTimeout(Duration.ofMillis(300))
                .build();
        Disposable first = store.get("a").subscribe(found -> {}, error -> {});
        await().until(() -> http.log().size() == 1);
        failure(StoreTimeoutException.class, store.head("b"));
        assertThat(store.waitingRequestCount()).isZero();
        assertThat(http.log()).hasSize(1);
        first.dispose();
    }

    @Test
    void slowReaders_holdNoTurn() {
        S3Store store = FakeStores.builder(http).maxRequests(1).partBytes(1000).build();
        ReadOptions options = ReadOptions.defaults().withFirstPartBytes(1000).withChunkBytes(100);
        StepVerifier.create(store.get("slow", options).flatMapMany(StoredObject::body), 1)
                .expectNextCount(1)
                .then(() -> assertThat(one(store.getBytes("other")).remaining()).isEqualTo(10_000))
                .thenRequest(9)
                .expectNextCount(9)
                .then(() -> assertThat(one(store.getBytes("other")).remaining()).isEqualTo(10_000))
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(90)
                .expectComplete()
                .verify(Verify.PATIENCE);
    }

    @Test
    void uploadInParts_withASingleTurn_goesThrough() {
        FakeBucket bucket = new FakeBucket();
        server = bucket::reply;
        S3Store store = FakeStores.builder(http)
                .maxRequests(1)
                .maxWaitingRequests(4)
                .uploadPartBytes(5 << 20)
                .build();
        byte[] bytes = new byte[(15 << 20) + 1];
        one(store.put("big", Content.publisher(Flux.just(ByteBuffer.wrap(bytes)))));
        assertThat(bucket.objects.get("big").bytes()).isEqualTo(bytes);
    }

    /** Of a client that was passed in, only the refusals are known that it tells. */
    @Test
    void refusalByThePassedInClient_lowersTheLimit_andOneThatItsOwnTriesOvercame_doesNot() {
        AtomicInteger requests = new AtomicInteger();
        server = request -> requests.incrementAndGet() == 1 ? Reply.error(503, "SlowDown") : object.reply(request);
        S3Store patient = FakeStores.builder(http, 2).maxRequests(10).build();
        one(patient.head("k"));
        assertThat(requests).hasValue(2);
        assertThat(patient.requestLimit()).isEqualTo(10);

        requests.set(0);
        S3Store told = FakeStores.builder(http, 1).maxRequests(10).build();
        failure(StoreThrottledException.class, told.head("k"));
        assertThat(told.requestLimit()).isEqualTo(8);
    }

    /** A service that answers 503 above so many at a time: the store finds what it bears, and has few requests refused. */
    @Test
    void crowdedService_isAskedForLess_andRefusesLittle() {
        Outcome fixed = crowd(true);
        Outcome adaptive = crowd(false);
        System.out.println("a service that bears 20 requests: fixed " + fixed + ", adaptive " + adaptive);
        assertThat(adaptive.answered).isPositive();
        assertThat(adaptive.refusedShare())
                .as("refused attempts")
                .isLessThan(0.1)
                .isLessThan(fixed.refusedShare());
    }

    private record Outcome(long answered, long failed, long refusedAttempts, long attempts) {

        double refusedShare() {
            return (double) refusedAttempts / attempts;
        }
    }

    private static Outcome crowd(boolean fixed) {
        LatencySettings settings = LatencySettings.defaults()
                .withLaw(LatencyLaw.of(Duration.ofMillis(20), LatencyLaw.UNLIMITED))
                .withObject(LatencySettings.BUCKET, "k", 1_000);
        try (LatencyServer latency = LatencyServer.start(settings);
                ReactorNettyAsyncHttpClient netty = ReactorNettyAsyncHttpClient.builder()
                        .noProxy()
                        .maxConnections(64)
                        .build()) {
            Crowded crowded = new Crowded(netty, 20);
            S3StoreBuilder builder = S3Store.builder(LatencySettings.BUCKET)
                    .dialect(FakeStores.DIALECT)
                    .endpoint(latency.endpoint())
                    .credentialsProvider(EmbeddedStores.CREDENTIALS)
                    .transport(crowded);
            S3Store store = fixed ? builder.fixedRequests().build() : builder.build();
            AtomicLong answered = new AtomicLong();
            AtomicLong failed = new AtomicLong();
            // So many users as connections, each of whom asks again as soon as he is answered, for a while.
            Mono<Void> user = Mono.defer(() -> store.getBytes("k"))
                    .doOnNext(bytes -> answered.incrementAndGet())
                    .onErrorResume(error -> Mono.fromRunnable(failed::incrementAndGet))
                    .repeat()
                    .take(Duration.ofMillis(1_000))
                    .then();
            Mono<Boolean> users = Flux.range(0, 64).flatMap(i -> user, 64, 1).then(Mono.just(true));
            one(users);
            answered.set(0);
            crowded.attempts.set(0);
            crowded.refused.set(0);
            one(users);
            Verify.none(store.close());
            assertThat(latency.counters().requests(Operation.GET_OBJECT)).isPositive();
            return new Outcome(answered.get(), failed.get(), crowded.refused.get(), crowded.attempts.get());
        }
    }

    /** A transport to a service that bears only so many requests at a time. */
    private static final class Crowded implements SdkAsyncHttpClient {

        private static final byte[] SLOW_DOWN =
                "<Error><Code>SlowDown</Code></Error>".getBytes(java.nio.charset.StandardCharsets.UTF_8);

        private final SdkAsyncHttpClient inner;
        private final int bears;
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicLong attempts = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();

        Crowded(SdkAsyncHttpClient inner, int bears) {
            this.inner = inner;
            this.bears = bears;
        }

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            attempts.incrementAndGet();
            if (running.incrementAndGet() > bears) {
                running.decrementAndGet();
                refused.incrementAndGet();
                return refuse(request);
            }
            CompletableFuture<Void> future = inner.execute(request);
            future.whenComplete((nothing, error) -> running.decrementAndGet());
            return future;
        }

        private static CompletableFuture<Void> refuse(AsyncExecuteRequest request) {
            request.responseHandler()
                    .onHeaders(SdkHttpResponse.builder()
                            .statusCode(503)
                            .appendHeader("Content-Length", Integer.toString(SLOW_DOWN.length))
                            .build());
            request.responseHandler().onStream(Flux.just(ByteBuffer.wrap(SLOW_DOWN)));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
