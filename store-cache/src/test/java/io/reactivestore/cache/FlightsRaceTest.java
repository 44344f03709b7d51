package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Many readers of one key on real threads, on a cache as it is used. */
class FlightsRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final MemoryStore objects = MemoryStore.create();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final Sinks.Empty<Void> gate = Sinks.empty();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** A cache whose source answers when the gate opens. */
    private CacheStore cacheOverGate() {
        Store source = new GetsThrough(
                objects,
                get -> Mono.defer(() -> {
                            reads.incrementAndGet();
                            return gate.asMono().then(get);
                        })
                        .doOnCancel(cancels::incrementAndGet));
        return CacheStore.builder(source).memory(memory -> memory.unlimited()).build();
    }

    private static Mono<String> text(CacheStore cache) {
        return cache.get("k", ReadOptions.defaults()).flatMap(StoredObject::text);
    }

    private void onAllThreads(int times, IntConsumer task) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(THREADS);
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            threads.execute(() -> {
                for (int i = first; i < times; i += THREADS) {
                    task.accept(i);
                }
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tenThousandReadersOfAColdKey_areOneReadOfTheSource() throws InterruptedException {
        objects.put("k", Content.text("1")).block(PATIENCE);
        CacheStore cache = cacheOverGate();
        AtomicInteger answers = new AtomicInteger();
        onAllThreads(10_000, i -> {
            text(cache).subscribe(text -> answers.incrementAndGet());
            if (i == 5_000) {
                gate.tryEmitEmpty();
            }
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(answers).hasValue(10_000));
        assertThat(reads).hasValue(1);
        assertThat(cancels).hasValue(0);
    }

    /** What many may ask at once, beside the whole of an object. */
    private enum Asked {
        HEAD {
            @Override
            Mono<String> of(Store store) {
                return store.head("k").map(ObjectInfo::key);
            }
        },
        EXISTS {
            @Override
            Mono<String> of(Store store) {
                return store.exists("k").map(there -> there ? "k" : "none");
            }
        },
        PAGE {
            @Override
            Mono<String> of(Store store) {
                return store.list("").next().map(ObjectInfo::key);
            }
        };

        abstract Mono<String> of(Store store);
    }

    @ParameterizedTest
    @EnumSource
    void tenThousandWhoAskTheSame_areOneQuestionToTheSource(Asked asked) throws InterruptedException {
        objects.put("k", Content.text("1")).block(PATIENCE);
        Store source = new ForwardingStore(objects) {
            @Override
            protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
                return behindGate(work.flux()).singleOrEmpty();
            }

            @Override
            protected <T> Flux<T> around(String operation, String key, Flux<T> work) {
                return behindGate(work);
            }
        };
        CacheStore cache = CacheStore.builder(source)
                .memory(memory -> memory.unlimited())
                .freshness(f -> f.heads(PATIENCE, 10).listings(PATIENCE, 10_000))
                .build();
        AtomicInteger answers = new AtomicInteger();
        onAllThreads(10_000, i -> {
            asked.of(cache).filter("k"::equals).subscribe(key -> answers.incrementAndGet());
            if (i == 5_000) {
                gate.tryEmitEmpty();
            }
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(answers).hasValue(10_000));
        assertThat(reads).hasValue(1);
        assertThat(cancels).hasValue(0);
    }

    /** Of 64 blocks of 16 bytes, of which eight are kept whole. */
    private CacheStore inBlocks(List<ByteRange> asked) {
        Store source = new ForwardingStore(objects) {
            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return Mono.defer(() -> {
                            asked.add(options.range());
                            return super.get(key, options);
                        })
                        .delayElement(Duration.ofMillis(1));
            }
        };
        return CacheStore.builder(source)
                .memory(memory -> memory.unlimited())
                .maxEntryBytes(128)
                .blocks(blocks -> blocks.blockBytes(16).partBytes(128).readAheadBytes(256))
                .build();
    }

    @Test
    void tenThousandReadersOfOneMissingBlock_areOneReadOfTheSource() throws InterruptedException {
        byte[] bytes = new byte[1024];
        new Random(1).nextBytes(bytes);
        objects.put("k", Content.bytes(bytes)).block(PATIENCE);
        List<ByteRange> asked = Collections.synchronizedList(new ArrayList<>());
        CacheStore cache = inBlocks(asked);
        cache.getRange("k", ByteRange.of(0, 1)).block(PATIENCE);
        asked.clear();
        AtomicInteger right = new AtomicInteger();
        onAllThreads(10_000, i -> {
            int start = 320 + i % 8;
            cache.getRange("k", ByteRange.of(start, start + 8))
                    .filter(ByteBuffer.wrap(bytes, start, 8)::equals)
                    .subscribe(same -> right.incrementAndGet());
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(right).hasValue(10_000));
        assertThat(asked).containsExactly(ByteRange.of(320, 336));
    }

    @Test
    void tenThousandReadersOfALargeObject_areOneReadOfTheSourceForEachPart() throws InterruptedException {
        byte[] bytes = new byte[1024];
        new Random(1).nextBytes(bytes);
        objects.put("k", Content.bytes(bytes)).block(PATIENCE);
        List<ByteRange> askedByOne = Collections.synchronizedList(new ArrayList<>());
        inBlocks(askedByOne).get("k").flatMap(StoredObject::bytes).block(PATIENCE);
        List<ByteRange> asked = Collections.synchronizedList(new ArrayList<>());
        CacheStore cache = inBlocks(asked);
        AtomicInteger right = new AtomicInteger();
        onAllThreads(
                10_000,
                i -> cache.get("k")
                        .flatMap(StoredObject::byteArray)
                        .filter(read -> Arrays.equals(read, bytes))
                        .subscribe(same -> right.incrementAndGet()));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(right).hasValue(10_000));
        assertThat(askedByOne).hasSizeBetween(8, 10);
        assertThat(asked).containsExactlyInAnyOrderElementsOf(askedByOne);
        assertThat(asked.stream().mapToLong(range -> range.clip(1024).length()).sum())
                .isEqualTo(1024);
    }

    @Test
    void getsOfAbsentKeys_askAtMostOnceForEach_inALifetime() throws InterruptedException {
        int keys = 1_000;
        Store source = new GetsThrough(
                objects,
                get -> Mono.defer(() -> {
                    reads.incrementAndGet();
                    return Mono.delay(Duration.ofNanos(1000)).then(get);
                }));
        CacheStore cache = CacheStore.builder(source)
                .memory(memory -> memory.unlimited())
                .freshness(fresh -> fresh.negative(Duration.ofHours(1), keys))
                .build();
        AtomicInteger answers = new AtomicInteger();
        onAllThreads(
                100 * keys,
                i -> cache.get("k" + i / THREADS % keys)
                        .doOnSuccess(none -> answers.incrementAndGet())
                        .subscribe());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(answers).hasValue(100 * keys));
        assertThat(reads).hasValue(keys);
    }

    /** Hits that the thread that asks finds by itself, and that others join or leave meanwhile. */
    @Test
    void readersOfAHitOnDisk_areEachAnsweredOnce(@TempDir Path directory) throws InterruptedException {
        objects.put("k", Content.text("1")).block(PATIENCE);
        CacheStore cache = CacheStore.builder(objects)
                .disk(disk -> disk.directory(directory).maxBytes(1 << 20))
                .build();
        cache.open().then(text(cache)).then(cache.settled()).block(PATIENCE);
        readersComeAndLeave(cache, 40_000);
        assertThat(cache.stats().loads()).as("%s", cache.stats()).isEqualTo(1);
        assertThat(cache.underWay()).isZero();
        cache.close().block(PATIENCE);
    }

    /** Two of three leave at once; each of the others is answered once, and none fails. */
    private void readersComeAndLeave(CacheStore cache, int readers) throws InterruptedException {
        AtomicInteger stayed = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        onAllThreads(readers, i -> {
            boolean leaves = i % 3 != 0;
            Disposable reader = text(cache).subscribe(text -> answered.addAndGet(leaves ? 0 : 1), failed::set);
            if (leaves) {
                reader.dispose();
            } else {
                stayed.incrementAndGet();
            }
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(answered).hasValue(stayed.get()));
        assertThat(failed).hasValue(null);
    }

    private <T> Flux<T> behindGate(Flux<T> work) {
        return Flux.defer(() -> {
                    reads.incrementAndGet();
                    return gate.asMono().thenMany(work);
                })
                .doOnCancel(cancels::incrementAndGet);
    }

    @Test
    void allButOneOfTenThousandLeave_theLastOneGetsItsValue() throws InterruptedException {
        objects.put("k", Content.text("1")).block(PATIENCE);
        CacheStore cache = cacheOverGate();
        AtomicReference<String> kept = new AtomicReference<>();
        List<Disposable> leaving = Collections.synchronizedList(new ArrayList<>());
        text(cache).subscribe(kept::set);
        onAllThreads(9_999, i -> leaving.add(text(cache).subscribe()));
        Collections.shuffle(leaving, new Random(1));
        onAllThreads(9_999, i -> {
            leaving.get(i).dispose();
            if (i == 5_000) {
                gate.tryEmitEmpty();
            }
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(kept).hasValue("1"));
        assertThat(reads).hasValue(1);
        assertThat(cancels).hasValue(0);
    }

    @Test
    void allOfTenThousandLeave_theReadOfTheSourceIsCancelledOnce() throws InterruptedException {
        CacheStore cache = cacheOverGate();
        List<Disposable> leaving = Collections.synchronizedList(new ArrayList<>());
        onAllThreads(10_000, i -> leaving.add(text(cache).subscribe()));
        assertThat(reads).hasValue(1);
        onAllThreads(10_000, i -> leaving.get(i).dispose());
        assertThat(cancels).hasValue(1);
        assertThat(cache.get("k")
                        .hasElement()
                        .timeout(Duration.ofMillis(1), Mono.just(false))
                        .block(PATIENCE))
                .isFalse();
        assertThat(reads).as("the next reader begins anew").hasValue(2);
    }

    @Test
    void readersThatComeAndLeave_neverHangAndNeverFail() throws InterruptedException {
        objects.put("k", Content.text("1")).block(PATIENCE);
        Store source = new GetsThrough(
                objects, get -> Mono.delay(Duration.ofNanos(1000)).then(get));
        CacheStore cache =
                CacheStore.builder(source).memory(memory -> memory.maxBytes(1)).build();
        readersComeAndLeave(cache, 20_000);
    }

    @Test
    void readerThatSubscribesAfterAnAcknowledgement_neverGetsAnOlderValue() throws InterruptedException {
        int keys = 3;
        Store source = new GetsThrough(objects, get -> get.delayElement(Duration.ofNanos(1000)));
        MemoryStore tier = MemoryStore.create();
        CacheStore cache = CacheStore.builder(source)
                .memory(memory -> memory.maxBytes(1000))
                .tier(tier, settings -> settings.maxBytes(8))
                .build();
        AtomicLong[] acknowledged = new AtomicLong[keys];
        for (int k = 0; k < keys; k++) {
            acknowledged[k] = new AtomicLong();
            cache.put("k" + k, Content.text("0")).block(PATIENCE);
        }
        AtomicReference<String> stale = new AtomicReference<>();
        CountDownLatch over = new CountDownLatch(THREADS);
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        for (int t = 0; t < THREADS; t++) {
            int writes = t; // one writer for each key, and readers of all
            threads.execute(() -> {
                Random random = new Random(writes);
                for (long n = 1; System.nanoTime() < end; n++) {
                    int k = random.nextInt(keys);
                    if (writes < keys && random.nextInt(4) == 0) {
                        long value = n;
                        cache.put("k" + writes, Content.text(Long.toString(value)))
                                .block(PATIENCE);
                        acknowledged[writes].set(value);
                    } else if (random.nextInt(20) == 0) {
                        cache.invalidate("k" + k).block(PATIENCE);
                    } else {
                        long floor = acknowledged[k].get();
                        String text = cache.getText("k" + k).block(PATIENCE);
                        if (Long.parseLong(text) < floor) {
                            stale.set("k" + k + " was " + text + " after " + floor);
                        }
                    }
                }
                over.countDown();
            });
        }
        assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(stale).hasValue(null);
        cache.settled().block(PATIENCE);
        long present = tier.list("")
                .filter(info -> !Manifest.isReserved(info.key()))
                .map(info -> info.size())
                .reduce(0L, Long::sum)
                .block(PATIENCE);
        assertThat(cache.info().block(PATIENCE).tiers().get(1).currentBytes()).isEqualTo(present);
    }
}
