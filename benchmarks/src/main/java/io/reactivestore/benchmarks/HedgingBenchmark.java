package io.reactivestore.benchmarks;

import io.reactivestore.embeddeds3.latency.Fault;
import io.reactivestore.embeddeds3.latency.FaultRule;
import io.reactivestore.embeddeds3.latency.KeySpace;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.s3.S3Store;
import io.reactivestore.s3.S3StoreBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * How much shorter is the tail of small reads if those that are late are sent again? A server in a JVM of its own answers by the law of
 * an object store: first byte lognormal, median 30 ms, 95 % within 200 ms, one of 500 after 5 to 10 s. The peer is the same store without
 * hedging, in turn.
 */
final class HedgingBenchmark implements Benchmark {

    private static final String PLAIN = "S3Store without hedging";
    private static final int OBJECT_BYTES = 4_096;
    private static final int KEYS = 1_000_000;
    private static final int CONCURRENCY = 256;
    private static final double[] SHARES = {0.02, 0.05};
    private static final long[] SEEDS = {1, 2, 3};

    /** Less than the ten seconds after which the service counts as quiet again. */
    private static final Duration THROTTLED = Duration.ofSeconds(9);

    @Override
    public String name() {
        return "hedging";
    }

    @Override
    public String question() {
        return "the tail of 4 KiB reads if those that are late are sent again, and what that costs in requests";
    }

    @Override
    public List<Row> run(boolean quick) {
        List<Row> rows = new ArrayList<>();
        for (double share : SHARES) {
            for (long seed : quick ? new long[] {1} : SEEDS) {
                rows.addAll(tail(share, seed, quick ? 20_000 : 200_000));
            }
        }
        rows.add(throttled(quick ? 5_000 : 20_000));
        return rows;
    }

    private List<Row> tail(double share, long seed, int requests) {
        LatencySettings settings = settings().withSeed(seed);
        double[] plain;
        double[] hedged;
        double extra;
        try (LatencyServer server = LatencyServer.startProcess(settings)) {
            S3Store store = builder(server).build();
            plain = millis(store, requests);
            store.close().block();
        }
        try (LatencyServer server = LatencyServer.startProcess(settings)) {
            S3Store store = builder(server).hedging(share).build();
            hedged = millis(store, requests);
            extra = (double) server.counters().requests(Operation.GET_OBJECT) / requests - 1;
            store.close().block();
        }
        String what = String.format("%,d reads, up to %.0f %% again, seed %d", requests, 100 * share, seed);
        return List.of(
                row("p99.9, " + what, hedged, plain, 0.999),
                row("p99, " + what, hedged, plain, 0.99),
                row("p50, " + what, hedged, plain, 0.5),
                new Row(name(), "further requests, " + what, "%", 100 * extra, Map.of(), 100 * share, null));
    }

    /** From the first time that the service asks for fewer requests, none is sent again for ten seconds. */
    private Row throttled(int requests) {
        try (LatencyServer server = LatencyServer.startProcess(settings())) {
            S3Store store = builder(server).hedging(0.05).build();
            millis(store, requests);
            server.inject(
                    FaultRule.of(Fault.slowDown()).on(Operation.GET_OBJECT).times(1));
            store.getBytes(KeySpace.uniform(KEYS).key(0)).block();
            long before = store.hedgedCount();
            Mono<Long> after =
                    Mono.delay(THROTTLED).map(tick -> store.hedgedCount()).cache();
            var unused = after.subscribe();
            millis(store, requests);
            String what = String.format("sent again within %d s of a 503", THROTTLED.toSeconds());
            Row row =
                    new Row(name(), what, "count", Objects.requireNonNull(after.block()) - before, Map.of(), 0.0, null);
            store.close().block();
            return row;
        }
    }

    private Row row(String name, double[] hedged, double[] plain, double quantile) {
        return new Row(name(), name, "ms", at(hedged, quantile), Map.of(PLAIN, at(plain, quantile)), null, null);
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) (quantile * sorted.length)];
    }

    private static LatencySettings settings() {
        return LatencySettings.defaults().withKeys(LatencySettings.BUCKET, KeySpace.uniform(KEYS), OBJECT_BYTES);
    }

    private static S3StoreBuilder builder(LatencyServer server) {
        return FarBucket.store(server.endpoint()).maxConnections(2 * CONCURRENCY);
    }

    /** How long each read took, sorted; reads that warm the machine up are left out. */
    private static double[] millis(S3Store store, int requests) {
        KeySpace keys = KeySpace.uniform(KEYS);
        double[] millis = new double[requests];
        AtomicInteger next = new AtomicInteger();
        Flux.range(0, requests)
                .flatMap(
                        i -> Mono.defer(() -> {
                            long begin = System.nanoTime();
                            return store.getBytes(keys.key((i * 7_919L) % KEYS))
                                    .doOnNext(bytes ->
                                            millis[next.getAndIncrement()] = (System.nanoTime() - begin) / 1e6);
                        }),
                        CONCURRENCY,
                        1)
                .blockLast();
        Arrays.sort(millis);
        return millis;
    }
}
