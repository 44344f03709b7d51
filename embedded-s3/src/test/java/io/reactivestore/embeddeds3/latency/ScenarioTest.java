package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** What the server is for, in small: clients that race slow answers, list in parallel, and read a large object in parts. */
class ScenarioTest {

    private static final Duration PATIENCE = Duration.ofSeconds(50);
    private static final String BUCKET = LatencySettings.BUCKET;
    private static final Pattern NEXT = Pattern.compile("<NextContinuationToken>(.*?)</NextContinuationToken>");

    private final ConnectionProvider connections = ConnectionProvider.create("test", 64);
    private final HttpClient http = HttpClient.create(connections);

    @AfterEach
    void close() {
        connections.disposeLater().block(PATIENCE);
    }

    @Test
    void hedging_sparesItsCallersTheSlowAnswers() {
        LatencySettings settings =
                LatencySettings.defaults().withLaw(LatencyLaw.none()).withObject(BUCKET, "k", 4096);
        int gets = 1000;
        try (LatencyServer server = LatencyServer.start(settings)) {
            List<Integer> slow = List.of(100, 300, 500, 700);
            for (int number : slow) {
                server.inject(FaultRule.of(Fault.delay(Duration.ofHours(1)))
                        .on(Operation.GET_OBJECT)
                        .requests(number, number + 1));
            }
            Mono<byte[]> get = get(server, "/bucket/k");
            Mono<byte[]> hedged = Flux.firstWithValue(
                            get, Mono.delay(Duration.ofMillis(500)).then(get))
                    .next();
            Long bytes = Flux.range(0, gets)
                    .flatMap(i -> hedged, 16)
                    .map(body -> (long) body.length)
                    .reduce(0L, Long::sum)
                    .block(PATIENCE);
            assertThat(bytes).isEqualTo(gets * 4096L);
            assertThat(server.counters().faults(Fault.Kind.DELAY)).isEqualTo(slow.size());
            assertThat(server.counters().requests(Operation.GET_OBJECT)).isGreaterThanOrEqualTo(gets + slow.size());
            await().untilAsserted(() -> {
                assertThat(server.counters().cancelled()).isGreaterThanOrEqualTo(slow.size());
                assertThat(server.counters().requestsOpen()).isZero();
            });
        }
    }

    @Test
    void listingInParallel_findsEveryKeyOnce() {
        KeySpace space = KeySpace.skewed(40_000);
        LatencySettings settings = LatencySettings.defaults()
                .withLaw(LatencyLaw.of(Duration.ofMillis(2), LatencyLaw.UNLIMITED))
                .withKeys(BUCKET, space, 1);
        int workers = 8;
        try (LatencyServer server = LatencyServer.start(settings)) {
            List<Integer> keys = Flux.range(0, workers)
                    .flatMap(
                            worker -> {
                                long first = space.size() * worker / workers;
                                long end = space.size() * (worker + 1) / workers;
                                String after = first == 0 ? "" : "&start-after=" + space.key(first - 1);
                                return listed(server, after, space.key(end - 1));
                            },
                            workers)
                    .collectList()
                    .block(PATIENCE);
            assertThat(keys).hasSize(workers).allMatch(count -> count == space.size() / workers);
            // 5000 keys are five pages; the fifth ends at the last key of its part.
            assertThat(server.counters().requests(Operation.LIST_OBJECTS)).isEqualTo(workers * 5L);
            assertThat(server.counters().keysListed()).isEqualTo(40_000);
        }
    }

    @Test
    void largeObjectInParts_isTheSameBytes_andCostsAsManyRequests() {
        long size = 64L << 20;
        int part = 4 << 20;
        LatencySettings settings = LatencySettings.defaults()
                .withLaw(LatencyLaw.of(Duration.ofMillis(5), 600_000_000))
                .withObject(BUCKET, "large", size);
        try (LatencyServer server = LatencyServer.start(settings)) {
            Long right = Flux.range(0, (int) (size / part))
                    .flatMap(
                            i -> http.headers(h ->
                                            h.set("Range", "bytes=" + (long) i * part + "-" + ((i + 1L) * part - 1)))
                                    .get()
                                    .uri(server.endpoint() + "/bucket/large")
                                    .responseSingle((answer, body) -> body.asByteArray())
                                    .filter(bytes ->
                                            VirtualContent.matches("large", (long) i * part, ByteBuffer.wrap(bytes)))
                                    .map(bytes -> (long) bytes.length),
                            8)
                    .reduce(0L, Long::sum)
                    .block(PATIENCE);
            assertThat(right).isEqualTo(size);
            Counters counters = server.counters();
            assertThat(counters.requests(Operation.GET_OBJECT)).isEqualTo(16);
            assertThat(counters.answers(206)).isEqualTo(16);
            assertThat(counters.bytesSent()).isEqualTo(size);
            assertThat(counters.connectionsOpened()).isBetween(1L, 16L);
        }
    }

    private Mono<byte[]> get(LatencyServer server, String target) {
        return http.get().uri(server.endpoint() + target).responseSingle((answer, body) -> body.asByteArray());
    }

    /** How many keys there are up to the last one. */
    private Mono<Integer> listed(LatencyServer server, String position, String last) {
        return get(server, "/bucket?list-type=2" + position).flatMap(bytes -> {
            String page = new String(bytes, StandardCharsets.UTF_8);
            int end = page.indexOf("<Key>" + last + "</Key>");
            int count = page.substring(0, end < 0 ? page.length() : end + 1).split("<Key>", -1).length - 1;
            var next = NEXT.matcher(page);
            if (end >= 0 || !next.find()) {
                return Mono.just(end < 0 ? count : count + 1);
            }
            return listed(server, "&continuation-token=" + next.group(1), last).map(more -> more + count);
        });
    }
}
