package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.DeleteResult;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Bulk deletes: in which batches they are sent, and whose failure is whose. */
class S3BulkDeleteTest {

    private static final String NOTHING = "<DeleteResult></DeleteResult>";

    private final List<Integer> batches = new CopyOnWriteArrayList<>();
    private Function<Request, Reply> server = request -> Reply.xml(NOTHING);
    private final FakeHttp http = FakeStores.http(request -> {
        if (request.has("delete")) {
            batches.add((int)
                    Pattern.compile("<Key>").matcher(request.text()).results().count());
        }
        return server.apply(request);
    });
    private final S3Store store = FakeStores.builder(http).build();

    @Test
    void manyKeys_goByTheThousand_andAnswerInTheirOrder() {
        List<String> keys = Flux.range(0, 2500).map(i -> "k" + i).collectList().block(PATIENCE);
        List<DeleteResult> results = all(store.deleteAll(Flux.fromIterable(keys)));
        assertThat(results).extracting(DeleteResult::key).isEqualTo(keys);
        assertThat(results).allMatch(DeleteResult::deleted);
        assertThat(batches).containsExactly(1000, 1000, 500);
        assertThat(http.requests().get(0).text()).contains("<Quiet>true</Quiet>");
    }

    @Test
    void slowKeys_waitNoLongerThanTwentyMilliseconds() {
        TestPublisher<String> keys = TestPublisher.create();
        StepVerifier.create(store.deleteAll(keys))
                .then(() -> Awaitility.await().untilAsserted(() -> keys.assertMinRequested(1)))
                .then(() -> keys.next("a", "b"))
                .expectNextCount(2)
                .then(() -> Awaitility.await().untilAsserted(() -> keys.assertMinRequested(1)))
                .then(() -> keys.next("c"))
                .expectNextCount(1)
                .then(keys::complete)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(batches).containsExactly(2, 1);
    }

    @Test
    void thousandKeysThenSilence_areSentWithoutWaitingForMore() {
        Flux<String> keys = Flux.range(0, 1000).map(i -> "k" + i).concatWith(Flux.never());
        StepVerifier.create(store.deleteAll(keys))
                .expectNextCount(1000)
                .thenCancel()
                .verify(PATIENCE);
        assertThat(batches).containsExactly(1000);
    }

    @Test
    void demand_isThatOfBoundedBatches() {
        TestPublisher<String> keys = TestPublisher.create();
        StepVerifier.create(store.deleteAll(keys), 0)
                .then(() -> keys.assertMaxRequested(0))
                .thenRequest(1)
                .then(() -> Awaitility.await().untilAsserted(() -> keys.assertMinRequested(1)))
                .then(() -> keys.assertMaxRequested(1000))
                .thenCancel()
                .verify(PATIENCE);
        keys.assertCancelled();
    }

    @Test
    void exactlyOneBatch_completesWithTheDemandForIt() {
        Flux<String> keys = Flux.range(0, 1000).map(i -> "k" + i);
        StepVerifier.create(store.deleteAll(keys), 1000)
                .expectNextCount(1000)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void failureOfOneKey_isItsOwn() {
        server = request -> Reply.xml("<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code></Error>"
                + "<Error><Key>c</Key><Code>NoSuchKey</Code></Error></DeleteResult>");
        List<DeleteResult> results = all(store.deleteAll(Flux.just("a", "b", "c", "", "b")));
        assertThat(results).extracting(DeleteResult::key).containsExactly("a", "b", "c", "", "b");
        assertThat(results).extracting(DeleteResult::deleted).containsExactly(true, false, true, false, false);
        assertThat(results.get(1).error()).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(((StoreException) results.get(1).error()).key()).isEqualTo("b");
        assertThat(results.get(3).error()).isInstanceOf(IllegalArgumentException.class);
        assertThat(batches).containsExactly(3);
    }

    @Test
    void failureOfARequest_isThatOfItsKeysOnly() {
        server = request -> batches.size() == 1 ? Reply.error(503, "SlowDown") : Reply.xml(NOTHING);
        Flux<String> keys = Flux.range(0, 1001).map(i -> "k" + i);
        List<DeleteResult> results = all(store.deleteAll(keys));
        assertThat(results.get(999).error()).isInstanceOf(StoreThrottledException.class);
        assertThat(results.get(1000).deleted()).isTrue();
    }

    @Test
    void errorOfTheKeys_comesAfterTheResultsOfThoseBeforeIt() {
        IllegalStateException mine = new IllegalStateException("mine");
        StepVerifier.create(store.deleteAll(Flux.just("a", "b").concatWith(Mono.error(mine))))
                .expectNextCount(2)
                .expectErrorMatches(e -> e == mine)
                .verify(PATIENCE);
        assertThat(batches).containsExactly(2);
    }

    @Test
    void keyThatXmlCannotCarry_goesAlone() {
        assertThat(all(store.deleteAll(Flux.just("a", "b\u0001", "c\r")))).allMatch(DeleteResult::deleted);
        assertThat(batches).containsExactly(1);
        assertThat(http.count(r -> r.method().equals("DELETE"))).isEqualTo(2);
    }

    @Test
    void noKeys_areNoRequest() {
        assertThat(all(store.deleteAll(Flux.empty()))).isEmpty();
        assertThat(http.log()).isEmpty();
    }

    @Test
    void prefixWithAFailure_fails() {
        server = request -> request.has("delete")
                ? Reply.xml("<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>")
                : Reply.xml("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>"
                        + "<Contents><Key>b</Key></Contents></ListBucketResult>");
        StoreAccessDeniedException error = failure(StoreAccessDeniedException.class, store.deletePrefix(""));
        assertThat(error.operation()).isEqualTo("deletePrefix");
        server = request -> request.has("delete")
                ? Reply.xml(NOTHING)
                : Reply.xml("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>"
                        + "<Contents><Key>b</Key></Contents></ListBucketResult>");
        assertThat(one(store.deletePrefix(""))).isEqualTo(2);
    }
}
