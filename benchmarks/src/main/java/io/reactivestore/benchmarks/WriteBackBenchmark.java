package io.reactivestore.benchmarks;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.benchmarks.Interleaved.Cost;
import io.reactivestore.cache.window.CachingWindowStore;
import io.reactivestore.cache.window.WindowKeySchema;
import io.reactivestore.cache.window.WindowedEntry;
import io.reactivestore.cache.window.WindowedKey;
import io.reactivestore.cache.writeback.RecordContext;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What do a put, a get, the start of a scan and a flush cost behind a write-back cache? Beside Kafka Streams' CachingWindowStore, whose
 * layer of raw bytes is used, over its in-memory store; ours is over a MemoryStore. The limit is a sorted map without any store.
 */
final class WriteBackBenchmark implements Benchmark {

    private static final String LIMIT = "ConcurrentSkipListMap";
    private static final String OURS = "CachingWindowStore";
    private static final String KAFKA = "Kafka Streams CachingWindowStore";

    private static final int VALUE_BYTES = 100;
    private static final int FLUSH_CONCURRENCY = 16;
    private static final int SCANNED = 10;

    /** Of both inner stores and both caches together, measured. */
    private static final long HEAP_PER_INNER_ROW = 1_200;

    private static final RecordContext CONTEXT = new RecordContext("topic", 0, 0, 0);

    @Override
    public String name() {
        return "write-back";
    }

    @Override
    public String question() {
        return "put, get, start of a scan and flush of a windowed write-back cache, beside Kafka Streams";
    }

    @Override
    public List<Row> run(boolean quick) {
        List<Row> rows = new ArrayList<>();
        KafkaWindows.use(kafka -> rows.addAll(putsAndGets(kafka, quick)));
        KafkaWindows.use(kafka -> rows.addAll(scans(kafka, quick)));
        KafkaWindows.use(kafka -> rows.addAll(flushes(kafka, quick)));
        return rows;
    }

    private List<Row> putsAndGets(WindowStore<Bytes, byte[]> kafka, boolean quick) {
        byte[][] keys = keys(100_000);
        CachingWindowStore ours = windows(MemoryStore.create());
        Map<Bytes, byte[]> map = new ConcurrentSkipListMap<>();
        int rounds = quick ? 7 : 21;
        long batch = quick ? 50_000 : 100_000;
        List<Row> rows = new ArrayList<>();
        for (Walk walk : Walk.values()) {
            Map<String, Cost> puts = new Interleaved()
                    .add(LIMIT, operations(keys, walk, (key, start) -> {
                        byte[] storeKey = bytes(WindowKeySchema.toStoreKey(WindowedKey.of(key, start)));
                        map.put(Bytes.wrap(storeKey), wrapped());
                        return 1;
                    }))
                    .add(OURS, operations(keys, walk, (key, start) -> {
                        write(ours.put(WindowedKey.of(key, start), ByteBuffer.wrap(new byte[VALUE_BYTES]), CONTEXT));
                        return 1;
                    }))
                    .add(KAFKA, operations(keys, walk, (key, start) -> {
                        kafka.put(Bytes.wrap(key), wrapped(), start);
                        return 1;
                    }))
                    .run(1, 5, rounds, batch);
            Map<String, Cost> gets = new Interleaved()
                    .add(LIMIT, operations(keys, walk, (key, start) -> {
                        byte[] storeKey = bytes(WindowKeySchema.toStoreKey(WindowedKey.of(key, start)));
                        return length(map.get(Bytes.wrap(storeKey)));
                    }))
                    .add(OURS, operations(keys, walk, (key, start) -> {
                        long[] found = {0};
                        ours.get(WindowedKey.of(key, start))
                                .subscribe(entry -> found[0] = entry.wrapped().remaining());
                        return found[0];
                    }))
                    .add(KAFKA, operations(keys, walk, (key, start) -> length(kafka.fetch(Bytes.wrap(key), start))))
                    .run(1, 5, rounds, batch);
            rows.add(row("put, " + VALUE_BYTES + " bytes, " + walk.label, "ns", puts, true));
            rows.add(row("garbage of a put, " + walk.label, "B", puts, false));
            rows.add(row("get of what is dirty, " + walk.label, "ns", gets, true));
            rows.add(row("garbage of a get, " + walk.label, "B", gets, false));
        }
        return rows;
    }

    private List<Row> scans(org.apache.kafka.streams.state.internals.CachingWindowStore kafka, boolean quick) {
        int inner = (int)
                Math.min(quick ? 1_000_000 : 10_000_000, Runtime.getRuntime().maxMemory() / HEAP_PER_INNER_ROW);
        int dirty = inner / 10;
        byte[][] keys = keys(1_000);
        MemoryStore below = MemoryStore.create();
        CachingWindowStore filling = windows(below);
        WindowStore<Bytes, byte[]> kafkaBelow = inner(kafka);
        for (int i = 0; i < inner; i++) {
            byte[] key = keys[i % keys.length];
            long start = 2L * (i / keys.length);
            write(filling.putInner(WindowedKey.of(key, start), ByteBuffer.wrap(new byte[1]), 0));
            kafkaBelow.put(Bytes.wrap(key), new byte[9], start);
        }
        CachingWindowStore ours = windows(below);
        for (int i = 0; i < dirty; i++) {
            byte[] key = keys[i % keys.length];
            long start = 2L * (i / keys.length) + 1;
            write(ours.put(WindowedKey.of(key, start), ByteBuffer.wrap(new byte[1]), CONTEXT));
            kafka.put(Bytes.wrap(key), new byte[9], start);
        }
        Map<String, Cost> scans = new Interleaved()
                .add(OURS, times -> {
                    long sum = 0;
                    for (long i = 0; i < times; i++) {
                        for (WindowedEntry entry : first(ours.all())) {
                            sum += entry.wrapped().remaining();
                        }
                    }
                    return sum;
                })
                .add(KAFKA, times -> {
                    long sum = 0;
                    for (long i = 0; i < times; i++) {
                        try (KeyValueIterator<Windowed<Bytes>, byte[]> all = kafka.all()) {
                            for (int row = 0; row < SCANNED; row++) {
                                sum += all.next().value.length;
                            }
                        }
                    }
                    return sum;
                })
                .run(1, 2, quick ? 5 : 11, 1);
        String case0 = String.format("start of a scan, %,d dirty + %,d inner", dirty, inner);
        return List.of(row(case0, "ns", scans, true), row("allocated by the start of a scan", "B", scans, false));
    }

    private List<Row> flushes(org.apache.kafka.streams.state.internals.CachingWindowStore kafka, boolean quick) {
        int entries = quick ? 100_000 : 1_000_000;
        byte[][] keys = keys(1_000);
        CountingStore below = new CountingStore(MemoryStore.create());
        CachingWindowStore ours = windows(below);
        Map<String, Cost> costs = new Interleaved()
                .add(OURS, times -> {
                    dirtyAll(entries, keys, (key, start) -> {
                        write(ours.put(WindowedKey.of(key, start), ByteBuffer.wrap(new byte[VALUE_BYTES]), CONTEXT));
                        return 1;
                    });
                    return Objects.requireNonNull(ours.flush().count().block());
                })
                .add(KAFKA, times -> {
                    dirtyAll(entries, keys, (key, start) -> {
                        kafka.put(Bytes.wrap(key), wrapped(), start);
                        return 1;
                    });
                    kafka.flushCache();
                    return 1;
                })
                .run(1, 1, quick ? 3 : 5, entries);
        Row most = new Row(
                name(), "most writes in flight", "count", below.most.get(), Map.of(), (double) FLUSH_CONCURRENCY, null);
        return List.of(row(String.format("put and flush of %,d", entries), "ns", costs, true), most);
    }

    private Row row(String name, String unit, Map<String, Cost> costs, boolean time) {
        String spread = time ? Objects.requireNonNull(costs.get(OURS)).spread() : null;
        return Row.of(name(), name, unit, costs, time ? Cost::nanos : Cost::bytes, OURS, LIMIT, spread);
    }

    private interface Operation {
        long of(byte[] key, long start);
    }

    /** In which order the keys are taken; the same for all who are compared. */
    private enum Walk {
        /** The same round each time, so that what was written one after the other is read one after the other. */
        IN_ROUNDS("in rounds"),
        /** As requests come: what is needed next is nowhere near. */
        AT_RANDOM("keys at random");

        private static final int STRIDE = 7_919;

        private final String label;

        Walk(String label) {
            this.label = label;
        }

        IntSupplier over(int count) {
            if (this == AT_RANDOM) {
                SplittableRandom random = new SplittableRandom(1);
                return () -> random.nextInt(count);
            }
            int[] at = {0};
            return () -> at[0] = (at[0] + STRIDE) % count;
        }
    }

    private static LongUnaryOperator operations(byte[][] keys, Walk walk, Operation operation) {
        IntSupplier next = walk.over(keys.length);
        return batch -> {
            long sum = 0;
            for (long i = 0; i < batch; i++) {
                int at = next.getAsInt();
                sum += operation.of(keys[at], at % 10);
            }
            return sum;
        };
    }

    private static void dirtyAll(int entries, byte[][] keys, Operation put) {
        for (int i = 0; i < entries; i++) {
            put.of(keys[i % keys.length], i / keys.length);
        }
    }

    private static CachingWindowStore windows(Store inner) {
        return CachingWindowStore.builder(inner)
                .writeBack(settings -> settings.unlimitedBytes()
                        .unlimitedDirtyBytes()
                        .unlimitedEntries()
                        .flushConcurrency(FLUSH_CONCURRENCY))
                .build();
    }

    @SuppressWarnings("unchecked")
    private static WindowStore<Bytes, byte[]> inner(org.apache.kafka.streams.state.internals.CachingWindowStore kafka) {
        return (WindowStore<Bytes, byte[]>) (Object) kafka.wrapped();
    }

    private static List<WindowedEntry> first(Flux<WindowedEntry> scan) {
        return Objects.requireNonNull(scan.take(SCANNED).collectList().block());
    }

    private static byte[][] keys(int count) {
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++) {
            keys[i] = String.format("sensor-%06d", i).getBytes(StandardCharsets.UTF_8);
        }
        return keys;
    }

    /** Subscribes as a caller does who goes on at once; a write that fails ends the benchmark, and is not timed as one. */
    private static void write(Mono<Void> write) {
        write.subscribe(nothing -> {}, error -> {
            throw new IllegalStateException("a write failed", error);
        });
    }

    private static byte[] wrapped() {
        return new byte[Long.BYTES + VALUE_BYTES];
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static long length(byte @Nullable [] value) {
        return value == null ? 0 : value.length;
    }

    /** Counts the puts that are under way. */
    private static final class CountingStore extends ForwardingStore {

        final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger underWay = new AtomicInteger();

        CountingStore(Store inner) {
            super(inner);
        }

        @Override
        public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
            return Mono.defer(() -> {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                return super.put(key, content, options).doFinally(signal -> underWay.decrementAndGet());
            });
        }
    }
}
