package io.reactivestore.benchmarks;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.benchmarks.Interleaved.Cost;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;
import java.util.function.ToDoubleFunction;
import reactor.core.publisher.Mono;

/**
 * What does a hit in memory cost beside a bare lookup in Caffeine with the same weigher, expiry and statistics? The cache is over half
 * full; keys are drawn at random from it.
 */
final class L1HitBenchmark implements Benchmark {

    private static final int KEYS = 8_192;
    private static final int VALUE_BYTES = 1_024;
    private static final long MAX_BYTES = 16L << 20;
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final Weigher<String, StoredObject> WEIGHER =
            (key, value) -> 400 + 2 * key.length() + (int) value.info().size();

    private static final String LIMIT = "Caffeine getIfPresent";
    private static final String OURS = "CacheStore.get";

    @Override
    public String name() {
        return "l1-hit";
    }

    @Override
    public String question() {
        return "a hit in memory through CacheStore.get, subscribed to, beside a bare Caffeine lookup";
    }

    @Override
    public List<Row> run(boolean quick) {
        String[] keys = new String[KEYS];
        MemoryStore source = MemoryStore.create();
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "objects/" + i + ".bin";
            source.put(keys[i], Content.bytes(new byte[VALUE_BYTES])).block();
        }
        CacheStore cache = CacheStore.builder(source)
                .memory(m -> m.maxBytes(MAX_BYTES))
                .freshness(f -> f.maxAge(MAX_AGE))
                .build();
        for (String key : keys) {
            cache.get(key).block();
        }
        // First, and told last: a JVM that has only seen fresh hits for minutes has compiled them as the only ones
        // there are.
        List<Row> stale = stale(cache, source, keys, quick);
        List<Row> rows = new ArrayList<>();
        rows.add(hops(cache, keys));
        for (int threads = 1; threads <= 2; threads++) {
            Map<String, Cost> costs = contenders(cache, source, keys)
                    .run(threads, quick ? 3 : 10, quick ? 7 : 31, quick ? 200_000 : 500_000);
            String suffix = threads == 1 ? ", 1 thread" : ", " + threads + " threads";
            rows.add(row("time" + suffix, "ns", costs, Cost::nanos));
            rows.add(row("allocated" + suffix, "B", costs, Cost::bytes));
        }
        rows.addAll(stale);
        return rows;
    }

    /** Copies past their time, which the source is just being asked about, beside those that are fresh. */
    private List<Row> stale(CacheStore fresh, MemoryStore source, String[] keys, boolean quick) {
        AtomicBoolean hangs = new AtomicBoolean();
        Store hanging = new ForwardingStore(source) {
            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return Mono.defer(() -> hangs.get() ? Mono.never() : super.get(key, options));
            }
        };
        CacheStore stale = CacheStore.builder(hanging)
                .memory(m -> m.maxBytes(MAX_BYTES))
                .freshness(f -> f.maxAge(Duration.ofNanos(1))
                        .staleWhileRevalidate(MAX_AGE)
                        .renewals(KEYS, MAX_AGE))
                .build();
        for (String key : keys) {
            stale.get(key).block();
        }
        hangs.set(true);
        Map<String, Cost> costs = new Interleaved()
                .add(LIMIT, work(keys, (key, subscriber) -> first(fresh.get(key), subscriber)))
                .add(OURS, work(keys, (key, subscriber) -> first(stale.get(key), subscriber)))
                .run(1, quick ? 3 : 10, quick ? 7 : 31, quick ? 200_000 : 500_000);
        stale.close().block();
        return List.of(
                row("stale beside fresh, 1 thread", "ns", costs, Cost::nanos),
                row("allocated by stale beside fresh", "B", costs, Cost::bytes));
    }

    private Row row(String name, String unit, Map<String, Cost> costs, ToDoubleFunction<Cost> figure) {
        String spread =
                unit.equals("ns") ? Objects.requireNonNull(costs.get(OURS)).spread() : null;
        return Row.of(name(), name, unit, costs, figure, OURS, LIMIT, spread);
    }

    /** How many of a thousand hits arrived on another thread than the one that subscribed. */
    private Row hops(CacheStore cache, String[] keys) {
        long[] hops = {0};
        Thread caller = Thread.currentThread();
        for (int i = 0; i < 1_000; i++) {
            cache.get(keys[i])
                    .doOnNext(hit -> hops[0] += Thread.currentThread() == caller ? 0 : 1)
                    .block();
        }
        return new Row(name(), "thread hops of 1,000 hits", "count", hops[0], Map.of(), 0.0, null);
    }

    private static Interleaved contenders(CacheStore cache, MemoryStore source, String[] keys) {
        Cache<String, StoredObject> bare = Caffeine.newBuilder()
                .maximumWeight(MAX_BYTES)
                .weigher(WEIGHER)
                .expireAfterWrite(MAX_AGE)
                .recordStats()
                .build();
        AsyncCache<String, StoredObject> async = Caffeine.newBuilder()
                .maximumWeight(MAX_BYTES)
                .weigher(WEIGHER)
                .expireAfterWrite(MAX_AGE)
                .recordStats()
                .buildAsync();
        Map<String, Mono<StoredObject>> monos = new ConcurrentHashMap<>();
        for (String key : keys) {
            StoredObject value = Objects.requireNonNull(source.get(key).block());
            bare.put(key, value);
            async.put(key, CompletableFuture.completedFuture(value));
            Mono<StoredObject> cached = Mono.just(value).hide().cache();
            cached.block();
            monos.put(key, cached);
        }
        return new Interleaved()
                .add(
                        LIMIT,
                        work(
                                keys,
                                (key, subscriber) -> Objects.requireNonNull(bare.getIfPresent(key))
                                        .info()
                                        .size()))
                .add(OURS, work(keys, (key, subscriber) -> first(cache.get(key), subscriber)))
                .add(
                        "AsyncCache + Mono.fromFuture",
                        work(
                                keys,
                                (key, subscriber) -> first(
                                        Mono.fromFuture(() -> Objects.requireNonNull(async.getIfPresent(key))),
                                        subscriber)))
                .add(
                        "Mono.cache in a map",
                        work(keys, (key, subscriber) -> first(Objects.requireNonNull(monos.get(key)), subscriber)));
    }

    private interface Hit {
        /** @param subscriber used again and again, so that only what the contender itself allocates is counted */
        long read(String key, SizeSubscriber subscriber);
    }

    private static LongUnaryOperator work(String[] keys, Hit hit) {
        return batch -> {
            long sum = 0;
            ThreadLocalRandom random = ThreadLocalRandom.current();
            SizeSubscriber subscriber = new SizeSubscriber();
            for (long i = 0; i < batch; i++) {
                sum += hit.read(keys[random.nextInt(keys.length)], subscriber);
            }
            return sum;
        };
    }

    private static long first(Mono<StoredObject> answer, SizeSubscriber subscriber) {
        answer.subscribe(subscriber);
        return subscriber.size;
    }
}
