package io.reactivestore.benchmarks;

import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.s3.S3Store;
import io.reactivestore.s3.S3StoreBuilder;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * How fast is one large object from far away? First byte after 50 ms, 60 MB/s a connection, up to 8 of them; beside one GET by the AWS SDK
 * and its multipart client, both streamed. The limit is what eight connections could bring without a pause but for the first bytes.
 */
final class LargeObjectBenchmark implements Benchmark {

    private static final String ONE_GET = "AWS SDK, one GET";
    private static final String MULTIPART = "AWS SDK, multipart";
    private static final String KEY = "large";
    private static final Duration FIRST_BYTE = Duration.ofMillis(50);
    private static final long RATE = 60_000_000;
    private static final int PART_BYTES = 8 << 20;
    private static final int CONNECTIONS = 8;
    private static final int SLOW_READERS = 100;

    @Override
    public String name() {
        return "s3-large-object";
    }

    @Override
    public String question() {
        return "one large object, first byte 50 ms, 60 MB/s a connection, 8 connections; and a hundred slow readers under one budget";
    }

    @Override
    public List<Row> run(boolean quick) {
        long bytes = quick ? 256L << 20 : 1L << 30;
        LatencySettings settings = LatencySettings.defaults()
                .withLaw(LatencyLaw.of(FIRST_BYTE, RATE))
                .withObject(LatencySettings.BUCKET, KEY, bytes);
        try (LatencyServer server = LatencyServer.startProcess(settings)) {
            return List.of(throughput(server.endpoint(), bytes, quick ? 3 : 5), slowReaders(server.endpoint(), quick));
        }
    }

    private Row throughput(URI endpoint, long bytes, int rounds) {
        S3Store store = builder(endpoint).build();
        SdkAsyncHttpClient transport = NettyNioAsyncHttpClient.create();
        S3AsyncClient single = FarBucket.client(endpoint).httpClient(transport).build();
        S3AsyncClient multipart = FarBucket.client(endpoint)
                .httpClient(transport)
                .multipartEnabled(true)
                .build();
        List<LongSupplier> contenders =
                List.of(() -> count(store.read(KEY)), () -> count(body(single)), () -> count(body(multipart)));
        double[][] millis = new double[contenders.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                long begin = System.nanoTime();
                long read = contenders.get(i).getAsLong();
                if (read != bytes) {
                    throw new IllegalStateException("read " + read + " of " + bytes + " bytes");
                }
                if (round >= 0) {
                    millis[i][round] = (System.nanoTime() - begin) / 1e6;
                }
            }
        }
        Arrays.stream(millis).forEach(Arrays::sort);
        double partMillis = FIRST_BYTE.toMillis() + PART_BYTES * 1e3 / RATE;
        double limit = bytes / (CONNECTIONS * PART_BYTES / partMillis);
        store.close().block();
        single.close();
        multipart.close();
        transport.close();
        return new Row(
                name(),
                (bytes >> 20) + " MiB",
                "ms",
                millis[0][rounds / 2],
                Map.of(ONE_GET, millis[1][rounds / 2], MULTIPART, millis[2][rounds / 2]),
                limit,
                String.format("%.0f to %.0f", millis[0][0], millis[0][rounds - 1]));
    }

    /** Each reads a few megabytes at 100 KB/s, all under one budget of 64 MiB; those that finish are counted. */
    private Row slowReaders(URI endpoint, boolean quick) {
        long perSecond = 100_000;
        long wanted = perSecond * (quick ? 10 : 60);
        S3Store store = builder(endpoint).build();
        List<Mono<Long>> readers = new ArrayList<>();
        for (int i = 0; i < SLOW_READERS; i++) {
            readers.add(Mono.create(sink -> store.read(KEY).subscribe(new BaseSubscriber<ByteBuffer>() {
                private long read;

                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    request(1);
                }

                @Override
                protected void hookOnNext(ByteBuffer chunk) {
                    read += chunk.remaining();
                    if (read >= wanted) {
                        cancel();
                        sink.success(read);
                        return;
                    }
                    Mono.delay(Duration.ofMillis(chunk.remaining() * 1_000L / perSecond))
                            .subscribe(tick -> request(1), sink::error);
                }

                @Override
                protected void hookOnError(Throwable error) {
                    sink.error(error);
                }
            })));
        }
        AtomicLong finished = new AtomicLong();
        Flux.fromIterable(readers)
                .flatMap(reader -> reader.doOnNext(read -> finished.incrementAndGet()), SLOW_READERS)
                .blockLast(Duration.ofMinutes(5));
        store.close().block();
        return new Row(
                name(),
                "slow readers that did not finish, of " + SLOW_READERS,
                "count",
                SLOW_READERS - finished.get(),
                Map.of(),
                0.0,
                null);
    }

    private static long count(Flux<ByteBuffer> body) {
        Long bytes = body.map(chunk -> (long) chunk.remaining())
                .reduce(0L, Long::sum)
                .block();
        return bytes == null ? 0 : bytes;
    }

    private static Flux<ByteBuffer> body(S3AsyncClient client) {
        return FarBucket.get(client, KEY, AsyncResponseTransformer.toPublisher())
                .flatMapMany(answer -> answer);
    }

    private static S3StoreBuilder builder(URI endpoint) {
        return FarBucket.store(endpoint)
                .readConcurrency(CONNECTIONS)
                .partBytes(PART_BYTES)
                .maxBufferedReadBytes(CONNECTIONS * PART_BYTES);
    }
}
