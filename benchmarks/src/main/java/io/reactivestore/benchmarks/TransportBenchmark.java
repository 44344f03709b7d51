package io.reactivestore.benchmarks;

import io.netty.buffer.ByteBuf;
import io.reactivestore.benchmarks.Requests.Cost;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.s3.S3Store;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What does a GET cost that lasts no longer than the machine needs? A server without delays, in a JVM of its own that shares the cores;
 * beside the SDK's client on our transport, on netty-nio and on CRT. The limit is Reactor Netty by itself, which signs nothing. Each body
 * is read into one array, or drained; then the limit lends its memory, and whoever gives bytes away has to copy them.
 */
final class TransportBenchmark implements Benchmark {

    private static final String OURS = "S3Store";
    private static final String SDK_OURS = "AWS SDK on our transport";
    private static final String SDK_NETTY = "AWS SDK on netty-nio";
    private static final String SDK_CRT = "AWS SDK on CRT";
    private static final String LIMIT_COPIED = "Reactor Netty, each piece copied";
    private static final String LIMIT = "Reactor Netty";

    private static final int MAX_CONCURRENCY = 32;
    private static final int[] CONCURRENCIES = {MAX_CONCURRENCY, 1};

    /**
     * The compiler needs some hundred thousand requests, and takes two fifths of the processor until then: most of what is done for one is
     * done once, in some thousand methods of the SDK's.
     */
    private static final int WARM_UPS = 40;

    private static final int CONNECTIONS = 50;

    /** How much each batch moves, about, but for the smallest objects. */
    private static final long BATCH_BYTES = 192 << 20;

    private static final int MAX_BATCH = 3_000;

    @Override
    public String name() {
        return "s3-transport";
    }

    @Override
    public String question() {
        return "a GET of 4 KiB to 16 MiB from the same machine, 1 and 32 at a time: time and CPU beside the SDK's transports";
    }

    @Override
    public List<Row> run(boolean quick) {
        List<Row> rows = new ArrayList<>();
        for (int bytes : new int[] {4 << 10, 64 << 10, 1 << 20, 16 << 20}) {
            LatencySettings settings = LatencySettings.defaults()
                    .withLaw(LatencyLaw.none())
                    .withObject(LatencySettings.BUCKET, "k", bytes);
            try (LatencyServer server = LatencyServer.startProcess(settings);
                    Clients clients = new Clients(server.endpoint())) {
                for (int concurrency : CONCURRENCIES) {
                    int batch =
                            (int) Math.max(MAX_CONCURRENCY, Math.min(MAX_BATCH, BATCH_BYTES / bytes / (quick ? 4 : 1)));
                    int rounds = quick ? 5 : 11;
                    int warmUps = quick || concurrency == 1 ? 3 : WARM_UPS;
                    String what = String.format("%s, %d at a time, ", size(bytes), concurrency);
                    rows.addAll(rows(
                            what + "into an array",
                            clients.intoArrays().run(concurrency, warmUps, rounds, batch, bytes)));
                    rows.addAll(
                            rows(what + "drained", clients.drained().run(concurrency, warmUps, rounds, batch, bytes)));
                }
            }
        }
        return rows;
    }

    private List<Row> rows(String what, Map<String, Cost> costs) {
        return Requests.rows(name(), what, costs, OURS, LIMIT);
    }

    private static String size(int bytes) {
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }

    /** All clients of one server, with the SDK's usual number of connections each. */
    private static final class Clients implements AutoCloseable {

        private final String uri;
        private final S3Store store;
        private final Map<String, S3AsyncClient> sdk = new LinkedHashMap<>();
        private final List<SdkAsyncHttpClient> transports = new ArrayList<>();
        private final ConnectionProvider pool = ConnectionProvider.create("limit", CONNECTIONS);
        private final HttpClient raw = HttpClient.create(pool);

        Clients(URI endpoint) {
            uri = endpoint + "/" + LatencySettings.BUCKET + "/k";
            store = FarBucket.store(endpoint).maxConnections(CONNECTIONS).build();
            add(
                    endpoint,
                    SDK_OURS,
                    ReactorNettyAsyncHttpClient.builder()
                            .maxConnections(CONNECTIONS)
                            .build());
            add(
                    endpoint,
                    SDK_NETTY,
                    NettyNioAsyncHttpClient.builder()
                            .maxConcurrency(CONNECTIONS)
                            .build());
            add(
                    endpoint,
                    SDK_CRT,
                    AwsCrtAsyncHttpClient.builder().maxConcurrency(CONNECTIONS).build());
        }

        private void add(URI endpoint, String name, SdkAsyncHttpClient transport) {
            transports.add(transport);
            sdk.put(name, FarBucket.client(endpoint).httpClient(transport).build());
        }

        Requests intoArrays() {
            Requests requests =
                    new Requests().add(OURS, () -> store.getBytes("k").map(bytes -> (long) bytes.remaining()));
            sdk.forEach((name, client) -> requests.add(
                    name,
                    () -> FarBucket.get(client, "k", AsyncResponseTransformer.toBytes())
                            .map(answer -> (long) answer.asByteArrayUnsafe().length)));
            return requests.add(
                    LIMIT,
                    () -> raw.get()
                            .uri(uri)
                            .responseContent()
                            .aggregate()
                            .asByteArray()
                            .map(bytes -> (long) bytes.length));
        }

        Requests drained() {
            Requests requests =
                    new Requests().add(OURS, () -> count(store.read("k").map(bytes -> bytes.remaining())));
            sdk.forEach((name, client) -> requests.add(
                    name,
                    () -> FarBucket.get(client, "k", AsyncResponseTransformer.toPublisher())
                            .flatMap(answer -> count(Flux.from(answer).map(bytes -> bytes.remaining())))));
            return requests.add(
                            LIMIT_COPIED,
                            () -> count(raw.get().uri(uri).responseContent().map(bytes -> copy(bytes).length)))
                    .add(LIMIT, () -> count(raw.get().uri(uri).responseContent().map(bytes -> bytes.readableBytes())));
        }

        private static byte[] copy(ByteBuf bytes) {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            return copy;
        }

        private static Mono<Long> count(Flux<Integer> sizes) {
            return sizes.reduce(0L, Long::sum);
        }

        @Override
        public void close() {
            store.close().block();
            sdk.values().forEach(S3AsyncClient::close);
            transports.forEach(SdkAsyncHttpClient::close);
            pool.dispose();
        }
    }
}
