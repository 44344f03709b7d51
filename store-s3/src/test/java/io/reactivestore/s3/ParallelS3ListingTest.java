package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.embeddeds3.latency.Fault;
import io.reactivestore.embeddeds3.latency.FaultRule;
import io.reactivestore.embeddeds3.latency.KeySpace;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.s3.FakeHttp.Reply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Parallel listings over the wire. */
class ParallelS3ListingTest {

    private static final ListOptions PARALLEL = ListOptions.defaults().withParallelism(16);

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "skewed", "unicode"})
    void manyKeys_comeInOrder_forHardlyMorePages(String space) {
        KeySpace keys = switch (space) {
            case "uniform" -> KeySpace.uniform(100_000);
            case "skewed" -> KeySpace.skewed(100_000);
            default -> KeySpace.unicode(100_000);
        };
        try (LatencyServer server = server(keys)) {
            S3Store store = store(server);
            assertListed(store, keys);
            long asked = server.counters().requests(Operation.LIST_OBJECTS);
            assertThat(asked).isLessThanOrEqualTo(112); // a hundred pages leave less room for trials than thousands
            assertListed(store, keys);
            assertThat(server.counters().requests(Operation.LIST_OBJECTS) - asked)
                    .isLessThanOrEqualTo(103);
            store.close().block(PATIENCE);
        }
    }

    @Test
    void serverThatAsksForFewerRequests_getsThem_andAllKeysCome() {
        KeySpace keys = KeySpace.uniform(50_000);
        try (LatencyServer server = server(keys)) {
            server.inject(
                    FaultRule.of(Fault.slowDown()).on(Operation.LIST_OBJECTS).requests(5, 8));
            S3Store store = store(server);
            assertListed(store, keys);
            assertThat(server.counters().answers(503)).isEqualTo(3);
            store.close().block(PATIENCE);
        }
    }

    @Test
    void fewKeysTaken_costOnePage() {
        try (LatencyServer server = server(KeySpace.uniform(50_000))) {
            S3Store store = store(server);
            assertThat(all(store.list(PARALLEL).take(15))).hasSize(15);
            assertThat(all(store.list(PARALLEL).limitRate(1).take(1000))).hasSize(1000);
            assertThat(server.counters().requests(Operation.LIST_OBJECTS)).isEqualTo(2);
            store.close().block(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1000, 1001, 1999, 2000})
    void shortListing_costsNoMorePagesThanAnyOther(int keys) {
        try (LatencyServer server = server(KeySpace.uniform(keys))) {
            S3Store store = store(server);
            assertThat(one(store.list(PARALLEL).count())).isEqualTo(keys);
            assertThat(server.counters().requests(Operation.LIST_OBJECTS)).isEqualTo((keys + 999) / 1000);
            store.close().block(PATIENCE);
        }
    }

    @Test
    void cancel_endsAllRequests() {
        AtomicInteger requests = new AtomicInteger();
        String[] keys = KeySpaces.keys(KeySpaces.Shape.HASHES, 2_000, new Random(1));
        FakeHttp http =
                FakeStores.http(request -> requests.incrementAndGet() <= 40 ? page(keys, request) : Reply.silent());
        S3Store store = FakeStores.hooked(http, 1).build();
        Disposable listing = store.list(PARALLEL).subscribe(info -> {}, error -> {});
        Awaitility.await().atMost(PATIENCE).until(() -> requests.get() > 42);
        listing.dispose();
        Awaitility.await().atMost(PATIENCE).until(() -> http.cancelled() == requests.get() - 40);
    }

    @Test
    void failure_comesAfterTheKeysBeforeIt() {
        String[] keys = KeySpaces.keys(KeySpaces.Shape.HASHES, 2_000, new Random(1));
        FakeHttp http = FakeStores.http(request -> {
            String after = request.parameter("continuation-token");
            return after != null && after.compareTo("after 8") > 0
                    ? Reply.error(403, "AccessDenied")
                    : page(keys, request);
        });
        S3Store store = FakeStores.hooked(http, 1).build();
        List<String> listed = new java.util.ArrayList<>();
        failure(StoreAccessDeniedException.class, store.list(PARALLEL).doOnNext(info -> listed.add(info.key())));
        assertThat(listed).isNotEmpty().isEqualTo(Arrays.asList(keys).subList(0, listed.size()));
    }

    @Test
    void storeInAnotherOrder_isReadPageByPage() {
        String[] keys = KeySpaces.keys(KeySpaces.Shape.HASHES, 200, new Random(1));
        FakeHttp http = FakeStores.http(request -> page(keys, request));
        S3Store store = FakeStores.hooked(http, 1)
                .dialect(FakeStores.DIALECT.withListOrder(ListOrder.UTF16))
                .build();
        assertThat(one(store.list(PARALLEL).count())).isEqualTo(200);
        assertThat(http.log()).hasSize(10);
        assertThat(http.count(request -> request.has("start-after"))).isZero();
    }

    @Test
    void storeThatDoesNotKeepTheOrderItClaims_isCorrupt() {
        FakeHttp http = FakeStores.http(request -> Reply.xml("<ListBucketResult><Contents><Key>b</Key></Contents>"
                + "<Contents><Key>a</Key></Contents></ListBucketResult>"));
        failure(StoreCorruptException.class, FakeStores.hooked(http, 1).build().list(PARALLEL));
    }

    private static Reply page(String[] keys, FakeHttp.Request request) {
        String token = request.parameter("continuation-token");
        String after = token != null ? token.substring("after ".length()) : request.parameter("start-after");
        ListPage page = KeySpaces.page(keys, "", after, 20);
        StringBuilder xml =
                new StringBuilder("<ListBucketResult><IsTruncated>" + (page.next() != null) + "</IsTruncated>");
        page.infos(0, page.size())
                .forEach(
                        info -> xml.append("<Contents><Key>").append(info.key()).append("</Key></Contents>"));
        xml.append(page.next() == null ? "" : "<NextContinuationToken>" + page.next() + "</NextContinuationToken>");
        return Reply.xml(xml + "</ListBucketResult>");
    }

    private static void assertListed(S3Store store, KeySpace keys) {
        Flux<String> listed = store.list(PARALLEL).map(ObjectInfo::key);
        long[] at = new long[1];
        String[] before = {""};
        one(listed.doOnNext(key -> {
                    assertThat(Keys.UTF8_ORDER.compare(before[0], key)).isNegative();
                    if (at[0] % 97 == 0) {
                        assertThat(key).isEqualTo(keys.key(at[0]));
                    }
                    before[0] = key;
                    at[0]++;
                })
                .count());
        assertThat(at[0]).isEqualTo(keys.size());
    }

    private static LatencyServer server(KeySpace keys) {
        return LatencyServer.start(LatencySettings.defaults()
                .withLaw(LatencyLaw.of(Duration.ofMillis(5), LatencyLaw.UNLIMITED))
                .withKeys(LatencySettings.BUCKET, keys, 1));
    }

    private static S3Store store(LatencyServer server) {
        return S3Store.builder(LatencySettings.BUCKET)
                .endpoint(server.endpoint())
                .dialect(S3Dialect.aws().withPathStyle(true))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .build();
    }
}
