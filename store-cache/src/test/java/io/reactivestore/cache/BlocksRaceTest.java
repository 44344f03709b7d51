package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Readers of one object in blocks on real threads, half of whom leave, while its blocks are dropped again and again. */
class BlocksRaceTest {

    private static final int THREADS = 4;
    private static final int READS = Boolean.getBoolean("reactivestore.slow") ? 50_000 : 2_000;
    private static final int SIZE = 1_000;

    private final byte[] bytes = new byte[SIZE];
    private final MemoryStore objects = MemoryStore.create();

    @Test
    void readersThatComeAndGo_getTheRightBytes_andLeaveNothing() throws InterruptedException {
        race(builder -> builder.memory(m -> m.maxBytes(1 << 20)));
    }

    /** Memory has room for ten of its blocks, and the disk lets segments go all the time. */
    @Test
    void readersThatComeAndGo_overADisk_getTheRightBytes_andLeaveNothing(@TempDir Path directory)
            throws InterruptedException {
        race(builder -> builder.memory(m -> m.maxBytes(3_000))
                .disk(d -> d.directory(directory).maxBytes(32 << 10)));
    }

    private void race(UnaryOperator<CacheStoreBuilder> tiers) throws InterruptedException {
        new Random(1).nextBytes(bytes);
        objects.put("a", Content.bytes(bytes)).block(Duration.ofSeconds(10));
        Store source = new GetsThrough(objects, get -> get.subscribeOn(Schedulers.parallel()));
        CacheStore cache = tiers.apply(CacheStore.builder(source))
                .maxEntryBytes(64)
                .blocks(b -> b.blockBytes(16).partBytes(64).readAheadBytes(128))
                .build();
        AtomicInteger ended = new AtomicInteger();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(thread);
            threads.execute(() -> {
                for (int i = 0; i < READS; i++) {
                    read(cache, random, ended, wrong);
                    if (random.nextInt(50) == 0) {
                        cache.invalidate("a").subscribe(done -> {}, wrong::set);
                    }
                    if (random.nextInt(200) == 0) {
                        cache.clearCache().subscribe(done -> {}, wrong::set);
                    }
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(ended).hasValue(THREADS * READS));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(cache.underWay()).isZero());
        assertThat(wrong.get()).isNull();
        cache.close().block(Duration.ofSeconds(10));
    }

    private void read(CacheStore cache, Random random, AtomicInteger ended, AtomicReference<Throwable> wrong) {
        int start = random.nextInt(SIZE);
        int end = Math.min(SIZE, start + 1 + random.nextInt(200));
        Mono<byte[]> read = cache.get("a", ReadOptions.defaults().withRange(ByteRange.of(start, end)))
                .flatMap(StoredObject::byteArray);
        Disposable reading = read.doFinally(signal -> ended.incrementAndGet())
                .subscribe(
                        got -> {
                            if (!Arrays.equals(got, 0, got.length, bytes, start, end)) {
                                wrong.set(new AssertionError("wrong bytes of [" + start + ", " + end + ")"));
                            }
                        },
                        wrong::set);
        if (random.nextBoolean()) {
            reading.dispose();
        }
    }
}
