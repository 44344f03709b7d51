package io.reactivestore.benchmarks;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** How many reads of the source do storms of readers cost, and does one that leaves hurt the others? Beside the usual idioms. */
final class CoalescingBenchmark implements Benchmark {

    private static final int READERS = 10_000;
    private static final Duration LOAD = Duration.ofMillis(300);
    private static final String KEY = "hot";
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 32 * BLOCK_BYTES;
    private static final int ABSENT_KEYS = 10_000;
    private static final Duration ABSENCE = Duration.ofMillis(10);
    private static final int THREADS = 4;

    @Override
    public String name() {
        return "coalescing";
    }

    @Override
    public String question() {
        return "reads of the source by 10,000 concurrent readers of one cold key, and who survives a cancel";
    }

    @Override
    public List<Row> run(boolean quick) {
        return List.of(
                row("source reads, 10,000 gets of one cold key", 1, this::storm),
                block(),
                large(),
                row(
                        "source reads, " + (quick ? "100,000" : "1,000,000") + " gets of 10,000 absent keys",
                        ABSENT_KEYS,
                        way -> absent(way, quick ? 100_000 : 1_000_000)),
                questions("source heads, 10,000 heads of one cold key", store -> store.head(KEY)),
                questions(
                        "source listings, 10,000 listings of one cold prefix",
                        store -> store.list("").collectList()),
                row("readers lost when 9,999 of 10,000 cancel", 0, this::cancels),
                row("loads left running when all cancel", 0, this::abandoned),
                row("reads lost in spite of retry(1), first load fails", 0, this::retried));
    }

    /** A way to share loads, over a source of its own. */
    private interface Contender {
        Function<String, Mono<StoredObject>> over(SlowStore source);
    }

    private static Map<String, Contender> contenders() {
        Map<String, Contender> all = new LinkedHashMap<>();
        all.put(
                "ours",
                source -> CacheStore.builder(source)
                        .memory(m -> m.maxBytes(1 << 20))
                        .freshness(f -> f.negative(Duration.ofMinutes(10), ABSENT_KEYS))
                        .build()::get);
        all.put("no cache", source -> source::get);
        all.put("AsyncCache + Mono.fromFuture", source -> {
            AsyncCache<String, StoredObject> cache = Caffeine.newBuilder().buildAsync();
            return key ->
                    Mono.fromFuture(() -> cache.get(key, (k, e) -> source.get(k).toFuture()));
        });
        all.put("Mono.cache in a map", source -> {
            Map<String, Mono<StoredObject>> monos = new ConcurrentHashMap<>();
            return key -> Mono.defer(
                    () -> monos.computeIfAbsent(key, k -> source.get(k).cache()));
        });
        return all;
    }

    private Row row(String name, double limit, Function<Contender, Integer> scenario) {
        Map<String, Double> found = new LinkedHashMap<>();
        contenders().forEach((contender, way) -> found.put(contender, (double) scenario.apply(way)));
        double ours = Objects.requireNonNull(found.remove("ours"));
        return new Row(name(), name, "count", ours, found, limit, null);
    }

    private int storm(Contender way) {
        SlowStore source = new SlowStore(0);
        Function<String, Mono<StoredObject>> get = way.over(source);
        return storm(source, () -> get.apply(KEY));
    }

    private static int storm(SlowStore source, Supplier<Mono<?>> question) {
        return storm(READERS, source, question);
    }

    private static int storm(int readers, SlowStore source, Supplier<Mono<?>> question) {
        CountDownLatch done = new CountDownLatch(readers);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < readers; i++) {
            question.get().doFinally(signal -> done.countDown()).subscribe(answer -> {}, failure::set);
        }
        await(done);
        if (failure.get() != null) {
            throw new IllegalStateException("a reader failed", failure.get());
        }
        return source.started.get();
    }

    /** A storm of what is asked about objects, with the same ways to share an answer. */
    private <T> Row questions(String name, Function<Store, Mono<T>> question) {
        SlowStore cached = new SlowStore(0);
        CacheStore cache = CacheStore.builder(cached)
                .memory(m -> m.maxBytes(1 << 20))
                .freshness(f -> f.heads(Duration.ofMinutes(1), 100).listings(Duration.ofMinutes(1), 1 << 20))
                .build();
        double ours = storm(cached, () -> question.apply(cache));
        return new Row(name(), name, "count", ours, peers(() -> new SlowStore(0), question::apply), 1.0, null);
    }

    /** The same ways to share any answer, each over a source of its own. */
    private static <T> Map<String, Double> peers(Supplier<SlowStore> sources, Function<SlowStore, Mono<T>> question) {
        Map<String, Double> peers = new LinkedHashMap<>();
        SlowStore plain = sources.get();
        peers.put("no cache", (double) storm(plain, () -> question.apply(plain)));
        SlowStore behindFutures = sources.get();
        AsyncCache<String, T> futures = Caffeine.newBuilder().buildAsync();
        peers.put("AsyncCache + Mono.fromFuture", (double) storm(
                behindFutures,
                () -> Mono.fromFuture(() ->
                        futures.get(KEY, (k, e) -> question.apply(behindFutures).toFuture()))));
        SlowStore behindMonos = sources.get();
        Map<String, Mono<T>> monos = new ConcurrentHashMap<>();
        peers.put("Mono.cache in a map", (double) storm(
                behindMonos,
                () -> Mono.defer(() -> monos.computeIfAbsent(
                        KEY, k -> question.apply(behindMonos).cache()))));
        return peers;
    }

    /** Memory for a large object in blocks, of which an eighth is kept whole. */
    private static CacheStore inBlocks(SlowStore source) {
        return CacheStore.builder(source)
                .memory(m -> m.maxBytes(64 << 20))
                .maxEntryBytes(LARGE_BYTES / 8)
                .blocks(b ->
                        b.blockBytes(BLOCK_BYTES).partBytes(LARGE_BYTES / 8).readAheadBytes(LARGE_BYTES / 4))
                .build();
    }

    private static SlowStore largeSource() {
        SlowStore source = new SlowStore(0);
        source.put(KEY, Content.bytes(new byte[LARGE_BYTES])).block();
        return source;
    }

    /** A storm on a block that is missing of an object of which another one is held: peers know no blocks, and share the range. */
    private Row block() {
        ReadOptions first = ReadOptions.defaults().withRange(ByteRange.of(0, 1));
        ReadOptions range = ReadOptions.defaults().withRange(ByteRange.of(20 * BLOCK_BYTES + 1, 21 * BLOCK_BYTES - 1));
        SlowStore cached = largeSource();
        CacheStore cache = inBlocks(cached);
        cache.get(KEY, first).flatMap(StoredObject::bytes).block();
        cached.started.set(0);
        double ours = storm(cached, () -> cache.get(KEY, range).flatMap(StoredObject::bytes));
        return new Row(
                name(),
                "source reads, 10,000 reads of one missing block of a large object",
                "count",
                ours,
                peers(
                        CoalescingBenchmark::largeSource,
                        source -> source.get(KEY, range).flatMap(StoredObject::bytes)),
                1.0,
                null);
    }

    /** Ours asks in parts, as many as for one reader alone, and keeps blocks; peers ask once, and keep all of it in one array. */
    private Row large() {
        SlowStore alone = largeSource();
        int parts = storm(1, alone, wholeOf(inBlocks(alone)));
        SlowStore cached = largeSource();
        double ours = storm(cached, wholeOf(inBlocks(cached)));
        return new Row(
                name(),
                "source reads per part, 10,000 reads of a cold object in " + parts + " parts",
                "count",
                ours / parts,
                peers(
                        CoalescingBenchmark::largeSource,
                        source -> source.get(KEY).flatMap(StoredObject::bytes)),
                1.0,
                null);
    }

    private static Supplier<Mono<?>> wholeOf(CacheStore cache) {
        return () -> cache.get(KEY)
                .flatMapMany(StoredObject::body)
                .reduce(0L, (read, chunk) -> read + chunk.remaining())
                .filter(read -> read == LARGE_BYTES)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("a reader got too little")));
    }

    /** From several threads, all within one lifetime. Of the idioms, a future without a value is not kept, and an empty Mono for ever. */
    private static int absent(Contender way, int gets) {
        SlowStore source = new SlowStore(0);
        Function<String, Mono<StoredObject>> get = way.over(source);
        Flux.range(0, THREADS)
                .flatMap(thread -> {
                    SplittableRandom random = new SplittableRandom(thread);
                    return Flux.range(0, gets / THREADS)
                            .map(i -> "absent-" + random.nextInt(ABSENT_KEYS))
                            .flatMap(get, READERS / THREADS)
                            .subscribeOn(Schedulers.parallel());
                })
                .then()
                .block(Duration.ofMinutes(1));
        return source.started.get();
    }

    private int cancels(Contender way) {
        SlowStore source = new SlowStore(0);
        Function<String, Mono<StoredObject>> get = way.over(source);
        AtomicInteger served = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        List<Disposable> leaving = new ArrayList<>();
        for (int i = 0; i < READERS - 1; i++) {
            leaving.add(get.apply(KEY).subscribe(hit -> {}, error -> {}));
        }
        get.apply(KEY).doFinally(signal -> done.countDown()).subscribe(hit -> served.incrementAndGet(), error -> {});
        Collections.shuffle(leaving);
        leaving.forEach(Disposable::dispose);
        await(done);
        return 1 - served.get();
    }

    private int abandoned(Contender way) {
        SlowStore source = new SlowStore(0);
        Function<String, Mono<StoredObject>> get = way.over(source);
        List<Disposable> leaving = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            leaving.add(get.apply(KEY).subscribe(hit -> {}, error -> {}));
        }
        leaving.forEach(Disposable::dispose);
        return source.started.get() - source.cancelled.get();
    }

    private int retried(Contender way) {
        SlowStore source = new SlowStore(1);
        Function<String, Mono<StoredObject>> get = way.over(source);
        AtomicInteger served = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        get.apply(KEY)
                .retry(1)
                .doFinally(signal -> done.countDown())
                .subscribe(hit -> served.incrementAndGet(), error -> {});
        await(done);
        return 1 - served.get();
    }

    private static void await(CountDownLatch done) {
        try {
            if (!done.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a reader got no signal within 60 s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Answers each get after a while, and counts. */
    private static final class SlowStore extends ForwardingStore {

        final AtomicInteger started = new AtomicInteger();
        final AtomicInteger cancelled = new AtomicInteger();
        private final AtomicInteger failures;

        SlowStore(int failures) {
            super(MemoryStore.create());
            this.failures = new AtomicInteger(failures);
            put(KEY, Content.bytes(new byte[1_024])).block();
        }

        @Override
        public Mono<StoredObject> get(String key, ReadOptions options) {
            return Mono.defer(() -> {
                        started.incrementAndGet();
                        return failures.getAndDecrement() > 0
                                ? Mono.<StoredObject>error(new IllegalStateException("not this time"))
                                : super.get(key, options);
                    })
                    .delayElement(LOAD)
                    .switchIfEmpty(Mono.delay(ABSENCE).then(Mono.empty()))
                    .doOnCancel(cancelled::incrementAndGet);
        }

        @Override
        public Mono<ObjectInfo> head(String key, ReadOptions options) {
            return Mono.defer(() -> {
                        started.incrementAndGet();
                        return super.head(key, options);
                    })
                    .delayElement(LOAD);
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return Flux.defer(() -> {
                        started.incrementAndGet();
                        return super.list(options);
                    })
                    .delaySequence(LOAD);
        }
    }
}
