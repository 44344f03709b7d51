package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.VirtualContent;
import io.reactivestore.s3.http.NettyLeaks;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Many downloads, most of them cancelled somewhere: no buffer is leaked, no connection lost, and what is read is right. */
@ExtendWith(BlockingCheck.class)
class S3StoreSoundnessTest {

    private static final int DOWNLOADS = Boolean.getBoolean("reactivestore.slow") ? 10_000 : 500;
    private static final int CONNECTIONS = 16;
    private static final int AT_A_TIME = 24;
    private static final List<Integer> SIZES = List.of(0, 1, 4_096, 65_536, 300_000, 2_000_000);
    private static final ReadOptions OPTIONS =
            ReadOptions.defaults().withFirstPartBytes(40_000).withChunkBytes(16_000);

    @RegisterExtension
    final NettyLeaks leaks = new NettyLeaks();

    @Test
    void downloadsCancelledAnywhere_leakNothing_andLoseNoConnection() {
        LatencySettings settings = LatencySettings.defaults().withLaw(LatencyLaw.of(Duration.ofMillis(1), 100_000_000));
        for (int size : SIZES) {
            settings = settings.withObject(LatencySettings.BUCKET, Integer.toString(size), size);
        }
        long seed = System.nanoTime();
        try (LatencyServer server = LatencyServer.start(settings);
                ReactorNettyAsyncHttpClient transport = ReactorNettyAsyncHttpClient.builder()
                        .noProxy()
                        .maxConnections(CONNECTIONS)
                        .build()) {
            S3Store store = S3Store.builder(LatencySettings.BUCKET)
                    .dialect(FakeStores.DIALECT)
                    .endpoint(server.endpoint())
                    .credentialsProvider(EmbeddedStores.CREDENTIALS)
                    .transport(transport)
                    .partBytes(300_000)
                    .build();
            downloads(store, transport, new SplittableRandom(seed), DOWNLOADS / 4);
            long base = NettyLeaks.directMemory();
            downloads(store, transport, new SplittableRandom(seed + 1), DOWNLOADS);
            assertThat(NettyLeaks.directMemory()).as("direct memory").isLessThanOrEqualTo(base + (16 << 20));
            long opened = server.counters().connectionsOpened();
            // All of the pool can still be had at a time.
            one(Flux.range(0, CONNECTIONS)
                    .flatMap(i -> read(store, 2_000_000), CONNECTIONS, 1)
                    .then(Mono.just(true)));
            assertThat(server.counters().connectionsOpened() - opened).isLessThanOrEqualTo(CONNECTIONS);
            Verify.none(store.close());
            leaks.assertNone();
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static void downloads(
            S3Store store, ReactorNettyAsyncHttpClient transport, SplittableRandom random, int count) {
        Flux.range(0, count)
                .map(i -> random.split())
                .flatMap(own -> download(store, own), AT_A_TIME, 1)
                .then()
                .block(PATIENCE.multipliedBy(1 + count / 500));
        await().atMost(PATIENCE)
                .until(() ->
                        transport.stats().leased() == 0 && transport.stats().pending() == 0);
    }

    /** Reads to the end, to some chunk, or until some time has passed. */
    private static Mono<?> download(S3Store store, SplittableRandom random) {
        int size = SIZES.get(random.nextInt(SIZES.size()));
        return switch (random.nextInt(4)) {
            case 0 -> read(store, size);
            case 1 -> body(store, size).take(1 + random.nextInt(20)).then();
            default ->
                body(store, size)
                        .take(Duration.ofNanos(random.nextInt(30_000_000)))
                        .then();
        };
    }

    private static Flux<ByteBuffer> body(S3Store store, int size) {
        return store.get(Integer.toString(size), OPTIONS).flatMapMany(StoredObject::body);
    }

    private static Mono<byte[]> read(S3Store store, int size) {
        return store.get(Integer.toString(size), OPTIONS)
                .flatMap(StoredObject::byteArray)
                .doOnNext(bytes -> assertThat(VirtualContent.matches(Integer.toString(size), 0, ByteBuffer.wrap(bytes)))
                        .isTrue())
                .doOnNext(bytes -> assertThat(bytes).hasSize(size));
    }
}
