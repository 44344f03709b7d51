package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.none;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Conditions that are proven before they are relied on: what is found out, and that nothing is left behind. */
class ConditionProbeTest {

    private static final WriteOptions IF_ABSENT = WriteOptions.defaults().withIfAbsent();
    private static final String PROBE = "/.rs-probe/";
    private static final byte[] BIG = new byte[(5 << 20) + 1];

    private final FakeBucket bucket = new FakeBucket();
    private Function<Request, Reply> server = bucket::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = store(1);

    @ParameterizedTest
    @EnumSource(Condition.class)
    void serverThatEnforcesIt_isAskedOnce(Condition condition) {
        one(store.put("k", Content.text("1")));
        one(store.put("from", Content.text("2")));
        failure(PreconditionFailedException.class, write(condition, "k", "x"));
        long probes = probes();
        assertThat(probes).isBetween(4L, 12L);
        failure(PreconditionFailedException.class, write(condition, "k", "x"));
        String etag = bucket.objects.get("k").etag();
        Verify.all(write(condition, condition.isIfAbsent() ? "new" : "k", etag));
        assertThat(probes()).isEqualTo(probes);
        assertNothingIsLeft();
        assertThat(store.capabilities()).isEqualTo(S3Store.builder("b").build().capabilities());
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void serverThatIgnoresIt_isFoundOut_andTheWriteRefused(Condition condition) {
        String header = condition.isIfAbsent() ? "If-None-Match" : "If-Match";
        server = request -> bucket.reply(request.without(header));
        assertRefused(condition, "the server ignores " + condition);
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void serverThatDoesNotKnowIt_isFoundOut(Condition condition) {
        server = request -> request.header("If-None-Match") == null && request.header("If-Match") == null
                ? bucket.reply(request)
                : Reply.error(501, "NotImplemented");
        assertRefused(condition, "the server does not know " + condition + ": it answered 501");
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void serverThatRefusesWhatHolds_isFoundOut(Condition condition) {
        server = request -> request.header("If-None-Match") == null && request.header("If-Match") == null
                ? bucket.reply(request)
                : Reply.error(412, "PreconditionFailed");
        assertRefused(
                condition, "the server refuses " + condition + " although it holds; see S3Dialect.withQuotedIfMatch");
    }

    private void assertRefused(Condition condition, String reason) {
        one(store.put("k", Content.text("1")));
        one(store.put("from", Content.text("2")));
        String etag = bucket.objects.get("k").etag();
        StoreUnsupportedException error = failure(StoreUnsupportedException.class, write(condition, "k", "x"));
        assertThat(error.operation()).isEqualTo(operation(condition));
        assertThat(error.key()).isEqualTo("k");
        assertThat(error.reason()).isEqualTo(reason);
        assertThat(bucket.objects.get("k").etag()).isEqualTo(etag);
        assertNothingIsLeft();
        int requests = http.requests().size();
        failure(StoreUnsupportedException.class, write(condition, "k", "x"));
        assertThat(http.requests()).hasSize(requests);
        assertThat(store.capabilities().conditionalPut())
                .isEqualTo(condition != Condition.PUT_IF_ABSENT && condition != Condition.PUT_IF_MATCH);
        assertThat(store.capabilities().conditionalCopy())
                .isEqualTo(condition != Condition.COPY_IF_ABSENT && condition != Condition.COPY_IF_MATCH);
        assertThat(store.capabilities().conditionalDelete()).isEqualTo(condition != Condition.DELETE_IF_MATCH);
    }

    @Test
    void probe_touchesItsOwnObjectsOnly() {
        one(store.put("k", Content.text("1"), IF_ABSENT));
        String own = http.requests().get(0).path();
        assertThat(own).matches(PROBE + "[0-9a-f]{16}");
        assertThat(http.log())
                .containsExactly(
                        "PUT " + own,
                        "PUT " + own,
                        "PUT " + own + "-2",
                        "DELETE " + own,
                        "DELETE " + own + "-2",
                        "PUT /k");
        assertThat(http.requests().subList(0, 3)).allMatch(request -> request.body().length == 0);
    }

    @Test
    void probePrefix_isASetting() {
        S3Store elsewhere = builder(1).probePrefix("mine/tmp-").build();
        one(elsewhere.put("k", Content.text("1"), IF_ABSENT));
        assertThat(http.requests().get(0).path()).startsWith("/mine/tmp-");
        assertThat(bucket.objects).containsOnlyKeys("k");
    }

    @Test
    void writesWithoutACondition_probeNothing() {
        one(store.put("k", Content.text("1")));
        one(store.put("big", Content.bytes(BIG)));
        one(store.copy("k", "l"));
        none(store.delete("k"));
        assertThat(probes()).isZero();
    }

    @Test
    void dialectThatIsTrusted_probesNothing() {
        S3Store trusting = FakeStores.builder(http)
                .dialect(S3Dialect.s3Compatible().withProbedConditions(false))
                .build();
        one(trusting.put("k", Content.text("1"), IF_ABSENT));
        S3Store aws = FakeStores.builder(http).dialect(S3Dialect.aws()).build();
        failure(PreconditionFailedException.class, aws.put("k", Content.text("1"), IF_ABSENT));
        assertThat(probes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void probeThatFailsMidway_isTheWritesFailure_andMadeAgain(int at) {
        AtomicInteger puts = new AtomicInteger();
        server = request ->
                request.path().startsWith(PROBE) && request.method().equals("PUT") && puts.incrementAndGet() == at
                        ? Reply.error(503, "SlowDown")
                        : bucket.reply(request);
        StoreException error = failure(StoreThrottledException.class, store.put("k", Content.text("1"), IF_ABSENT));
        assertThat(error)
                .hasMessage("put k: whether conditions are enforced is being probed: the server answered 503 SlowDown");
        assertNothingIsLeft();
        assertThat(store.capabilities().conditionalPut()).isTrue();
        one(store.put("k", Content.text("1"), IF_ABSENT));
        assertNothingIsLeft();
    }

    @Test
    void probeWithoutTheRight_isDenied() {
        server = request -> request.path().startsWith(PROBE) ? Reply.error(403, "AccessDenied") : bucket.reply(request);
        StoreException error = failure(StoreAccessDeniedException.class, store.copy("from", "k", IF_ABSENT));
        assertThat(error.key()).isEqualTo("k");
        assertThat(error).hasMessageContaining("probed: the server answered 403 AccessDenied");
    }

    @Test
    void probeWhoseAnswerIsLost_isCleanedUpBehind_andProvesNothing() {
        AtomicInteger lost = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            return request.path().endsWith("-2") && lost.incrementAndGet() == 1 ? Reply.lost() : reply;
        };
        failure(StoreUnavailableException.class, store.put("k", Content.text("1"), IF_ABSENT));
        assertNothingIsLeft();
    }

    @Test
    void ownLostWrite_isNotTakenForARefusal() {
        AtomicInteger lost = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            return request.path().endsWith("-2") && lost.incrementAndGet() == 1 ? Reply.lost() : reply;
        };
        S3Store retrying = store(3);
        // The SDK tries again, and meets what its first try has written.
        failure(PreconditionFailedException.class, retrying.put("k", Content.text("1"), IF_ABSENT));
        assertThat(retrying.capabilities().conditionalPut()).isTrue();
        assertNothingIsLeft();
        one(retrying.put("k", Content.text("1"), IF_ABSENT));
    }

    @Test
    void bucketWithVersions_isLeftWithoutAny() {
        AtomicInteger version = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            boolean isWrite = request.method().equals("PUT") || !request.has("versionId");
            return isWrite ? reply.header("x-amz-version-id", "v" + version.incrementAndGet()) : reply;
        };
        one(store.put("k", Content.text("1")));
        String etag = bucket.objects.get("k").etag();
        none(store.delete("k", DeleteOptions.defaults().withIfMatch(etag)));
        String own = http.requests().get(1).path();
        // Put, refused delete, delete that leaves a marker; the object's version and the marker's are removed.
        assertThat(http.log().subList(1, 6))
                .containsExactly(
                        "PUT " + own,
                        "DELETE " + own,
                        "DELETE " + own,
                        "DELETE " + own + "?versionId=v2",
                        "DELETE " + own + "?versionId=v4");
    }

    @Test
    void objectThatCannotBeRemoved_isNoFailure() {
        server =
                request -> request.method().equals("DELETE") ? Reply.error(403, "AccessDenied") : bucket.reply(request);
        one(store.put("k", Content.text("1"), IF_ABSENT));
        assertThat(http.count(request -> request.method().equals("DELETE"))).isEqualTo(6);
    }

    @Test
    void manyWritersAtOnce_shareOneProbe() {
        List<ObjectInfo> all = one(Flux.range(0, 50)
                .flatMap(i -> store.put("k" + i, Content.text("1"), IF_ABSENT), 50)
                .collectList());
        assertThat(all).hasSize(50);
        assertThat(probes()).isEqualTo(5);
    }

    @Test
    void cancelOfOne_doesNotDisturbTheOthers() throws InterruptedException {
        CountDownLatch mayAnswer = hold(PROBE);
        Disposable first = start(store.put("a", Content.text("1"), IF_ABSENT));
        Awaitility.await().until(() -> probes() == 1);
        Mono<ObjectInfo> second = store.put("b", Content.text("1"), IF_ABSENT).cache();
        start(second);
        first.dispose();
        mayAnswer.countDown();
        one(second);
        assertThat(probes()).isEqualTo(5);
        assertThat(bucket.objects).containsOnlyKeys("b");
    }

    @Test
    void cancelOfAll_endsTheProbe_andLeavesNothing() throws InterruptedException {
        CountDownLatch mayAnswer = hold(PROBE);
        Disposable first = start(store.put("a", Content.text("1"), IF_ABSENT));
        Disposable second = start(store.put("b", Content.text("1"), IF_ABSENT));
        Awaitility.await().until(() -> probes() == 1);
        first.dispose();
        second.dispose();
        // What is under way may still write: it is waited for, also by close, before it is removed.
        Mono<Void> closed = store.close().cache();
        start(closed);
        assertThat(probes()).isEqualTo(1);
        mayAnswer.countDown();
        none(closed);
        assertThat(probes()).isEqualTo(2);
        assertThat(bucket.objects).isEmpty();
    }

    @Test
    void embeddedServer_ignoresTheConditionOfACopy_andOnlyThat() {
        S3Store probing = EmbeddedStores.builder(EmbeddedStores.newBucket())
                .dialect(S3Dialect.s3Compatible().withListOrder(ListOrder.UTF16))
                .build();
        String etag = one(probing.put("k", Content.text("1"), IF_ABSENT)).etag();
        one(probing.put("k", Content.text("2"), WriteOptions.defaults().withIfMatch(etag)));
        failure(PreconditionFailedException.class, probing.put("k", Content.bytes(BIG), IF_ABSENT));
        assertThat(failure(StoreUnsupportedException.class, probing.copy("k", "l", IF_ABSENT))
                        .reason())
                .isEqualTo("the server ignores If-None-Match of a copy");
        assertThat(one(probing.getText("k"))).isEqualTo("2");
        assertThat(Verify.all(probing.list("").map(ObjectInfo::key))).containsExactly("k");
    }

    /** A write that depends on a condition; {@code etag} matters to those that name one. */
    private Mono<?> write(Condition condition, String key, String etag) {
        WriteOptions options =
                condition.isIfAbsent() ? IF_ABSENT : WriteOptions.defaults().withIfMatch(etag);
        return switch (condition) {
            case PUT_IF_ABSENT, PUT_IF_MATCH -> store.put(key, Content.text("3"), options);
            case PARTS_IF_ABSENT, PARTS_IF_MATCH -> store.put(key, Content.bytes(BIG), options);
            case COPY_IF_ABSENT, COPY_IF_MATCH -> store.copy("from", key, options);
            case DELETE_IF_MATCH -> store.delete(key, DeleteOptions.defaults().withIfMatch(etag));
        };
    }

    private static String operation(Condition condition) {
        return switch (condition) {
            case COPY_IF_ABSENT, COPY_IF_MATCH -> "copy";
            case DELETE_IF_MATCH -> "delete";
            default -> "put";
        };
    }

    private CountDownLatch hold(String path) {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        server = request -> {
            if (request.path().startsWith(path)) {
                try {
                    mayAnswer.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return bucket.reply(request);
        };
        return mayAnswer;
    }

    private static Disposable start(Mono<?> mono) {
        return mono.subscribe(value -> {}, error -> {});
    }

    private long probes() {
        return http.count(request -> request.path().startsWith(PROBE));
    }

    private void assertNothingIsLeft() {
        assertThat(bucket.objects.keySet()).noneMatch(key -> key.startsWith(".rs-probe"));
        assertThat(bucket.uploads).isEmpty();
    }

    private S3Store store(int tries) {
        return builder(tries).build();
    }

    private S3StoreBuilder builder(int tries) {
        return FakeStores.builder(http, tries)
                .uploadPartBytes(5 << 20)
                .dialect(FakeStores.DIALECT.withProbedConditions(true));
    }
}
