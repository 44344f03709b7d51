package io.reactivestore.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.benchmarks.Interleaved.Cost;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * What do the books of the disk cost those whose hits they count? Two threads are due to have 1.5 M hits in memory a second each, of which
 * the disk is to know, since it keeps what was used.
 *
 * <p>How long a hit takes is told beside one of a cache without a disk, one of Caffeine and, as the limit, one of a ConcurrentHashMap, at the
 * same pace: the machine has its pauses, and memory has books of its own. Then each of some entries is used once, at that pace, and new
 * ones push out all of the disk that was not used: what was, and is gone, is a miss that books without loss would not have had. Last, what
 * it costs to tell the books, with few entries and with many; the limit is one read at random from an array as large.
 */
final class LedgerBenchmark implements Benchmark {

    private static final String OURS = "CacheStore";
    private static final String WITHOUT = "CacheStore without a disk";
    private static final String CAFFEINE = "Caffeine";
    private static final String LIMIT = "ConcurrentHashMap";
    private static final int THREADS = 2;
    private static final int VALUE_BYTES = 1_000;
    private static final long MEMORY_BYTES = 320L << 20;
    private static final long DISK_BYTES = 256L << 20;

    /** About three quarters of what the disk holds. */
    private static final int ENTRIES = 150_000;

    /** Which keys are asked for again and again: a few of them very often, so that the machine can keep that pace. */
    private static final int ASKED = 1 << 20;

    /** Enough to push out all of them, too few to reach what was written again meanwhile. */
    private static final int LATER_ENTRIES = 220_000;

    /** Of the entries one in so many is used: half of what may be kept of a segment. */
    private static final int USED_ONE_IN = 4;

    private static final int AT_A_TIME = 16;
    private static final int SETTLED_AFTER = 10_000;

    /** What the index of the disk has for an entry, about. */
    private static final int INDEX_BYTES = 40;

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public String question() {
        return "3 M hits a second told to the books of the disk: do they wait, are they forgotten, what does an entry cost";
    }

    @Override
    public List<Row> run(boolean quick) {
        List<Row> rows = new ArrayList<>();
        rows.addAll(hits(quick ? 1 : 10, quick ? 1 : 5));
        rows.addAll(forgotten());
        for (int entries = 1_000; entries <= (quick ? 1_000_000 : 10_000_000); entries *= 10) {
            rows.addAll(books(entries, quick));
        }
        return rows;
    }

    // ---- at a pace ----

    private List<Row> hits(int seconds, int rounds) {
        try (TempDirectory directory = new TempDirectory()) {
            CacheStore cache = cache(directory.path);
            CacheStore without = CacheStore.builder(source())
                    .memory(m -> m.maxBytes(MEMORY_BYTES))
                    .build();
            fill(cache, 0, ENTRIES);
            fill(without, 0, ENTRIES);
            Map<String, StoredObject> map = new ConcurrentHashMap<>();
            Cache<String, StoredObject> caffeine =
                    Caffeine.newBuilder().maximumSize(2L * ENTRIES).build();
            String[] keys =
                    IntStream.range(0, ENTRIES).mapToObj(LedgerBenchmark::key).toArray(String[]::new);
            for (String key : keys) {
                map.put(key, Objects.requireNonNull(cache.get(key).block()));
            }
            caffeine.putAll(map);
            String[] asked = Arrays.stream(Trace.zipf(ENTRIES, ASKED).keys)
                    .mapToObj(i -> keys[i])
                    .toArray(String[]::new);
            Map<String, Pace> paces = atPace(
                    seconds * Pace.STEPS_A_SECOND,
                    rounds,
                    Map.of(
                            OURS, (thread, i, subscriber) -> read(cache, next(asked, thread, i), subscriber),
                            WITHOUT, (thread, i, subscriber) -> read(without, next(asked, thread, i), subscriber),
                            CAFFEINE, (thread, i, subscriber) -> size(caffeine.getIfPresent(next(asked, thread, i))),
                            LIMIT, (thread, i, subscriber) -> size(map.get(next(asked, thread, i)))));
            for (CacheStore each : List.of(cache, without)) {
                if (each.stats().misses() != ENTRIES) {
                    throw new IllegalStateException("not all were hits in memory: " + each.stats());
                }
                each.close().block();
            }
            return List.of(
                    row("hit, median", "ns", paces, pace -> pace.nanosAt(0.5)),
                    row("hit, 99.99 of 100", "ns", paces, pace -> pace.nanosAt(0.9999)),
                    row("hits not made in their time, of 100", "points", paces, Pace::late));
        }
    }

    private static Map<String, Pace> atPace(int count, int rounds, Map<String, Pace.Step> steps) {
        Map<String, Pace> paces = new HashMap<>();
        for (int round = -1; round < rounds; round++) {
            if (round == 0) {
                paces.clear(); // it was warming up
            }
            steps.forEach(
                    (name, step) -> paces.computeIfAbsent(name, n -> new Pace()).run(THREADS, count, step));
        }
        return paces;
    }

    private Row row(String what, String unit, Map<String, Pace> paces, ToDoubleFunction<Pace> figure) {
        return Row.of(name(), what, unit, paces, figure, OURS, LIMIT, null);
    }

    private Row nanos(String what, double ours, double bare) {
        return new Row(name(), what, "ns", ours, Map.of(), bare, null);
    }

    private List<Row> forgotten() {
        try (TempDirectory directory = new TempDirectory()) {
            CacheStore cache = cache(directory.path);
            fill(cache, 0, ENTRIES);
            String[] used = IntStream.range(0, ENTRIES)
                    .filter(LedgerBenchmark::isUsed)
                    .mapToObj(LedgerBenchmark::key)
                    .toArray(String[]::new);
            int each = used.length / THREADS;
            new Pace().run(THREADS, each, (thread, i, subscriber) -> read(cache, used[thread * each + i], subscriber));
            fill(cache, ENTRIES, LATER_ENTRIES);
            cache.close().block();
            CacheStore disk = DiskCache.opened(CacheStore.builder(MemoryStore.create())
                    .disk(d -> d.directory(directory.path).maxBytes(DISK_BYTES)));
            disk.settled().block();
            double usedGone = gone(disk, LedgerBenchmark::isUsed);
            double othersKept = 100 - gone(disk, i -> !isUsed(i));
            disk.close().block();
            return List.of(
                    new Row(
                            name(),
                            "entries used once that were forgotten, of 100",
                            "points",
                            usedGone,
                            Map.of(),
                            0.0,
                            null),
                    new Row(
                            name(),
                            "entries not used that were kept, of 100",
                            "points",
                            othersKept,
                            Map.of(),
                            0.0,
                            null));
        }
    }

    private static boolean isUsed(int i) {
        return i % USED_ONE_IN == 0;
    }

    /** Of a hundred of these entries so many are not there any more. */
    private static double gone(CacheStore disk, IntPredicate which) {
        int[] entries = IntStream.range(0, ENTRIES).filter(which).toArray();
        long before = disk.stats().hits(Served.DISK);
        for (int i : entries) {
            disk.get(key(i)).block();
        }
        return 100 - 100.0 * (disk.stats().hits(Served.DISK) - before) / entries.length;
    }

    private static CacheStore cache(Path directory) {
        return DiskCache.opened(CacheStore.builder(source())
                .memory(m -> m.maxBytes(MEMORY_BYTES))
                .disk(d -> d.directory(directory).maxBytes(DISK_BYTES)));
    }

    private static Store source() {
        ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES).asReadOnlyBuffer();
        return new ComputedSource(key -> value.duplicate());
    }

    private static void fill(CacheStore cache, int first, int count) {
        for (int at = first; at < first + count; at += SETTLED_AFTER) {
            Flux.range(at, SETTLED_AFTER)
                    .flatMap(i -> cache.get(key(i)), AT_A_TIME, 1)
                    .then(cache.settled())
                    .block();
        }
    }

    private static String key(int i) {
        return "objects/" + i;
    }

    private static String next(String[] asked, int thread, int i) {
        return asked[(i + thread * (ASKED / THREADS)) % ASKED];
    }

    private static long read(CacheStore cache, String key, SizeSubscriber subscriber) {
        cache.get(key).subscribe(subscriber);
        return subscriber.size;
    }

    private static long size(@Nullable StoredObject object) {
        return Objects.requireNonNull(object).info().size();
    }

    // ---- the books by themselves ----

    private List<Row> books(int entries, boolean quick) {
        try (TempDirectory directory = new TempDirectory();
                DiskLog log = DiskLog.open(
                        DirectoryFiles.in(directory.path), DiskLogSettings.of(DISK_BYTES), new UnheardRecovery())) {
            log.recover();
            long segment = log.segments().get(0).number();
            for (int i = 0; i < entries; i++) {
                log.publish(place(i, segment));
            }
            long[] array = new long[entries * INDEX_BYTES / Long.BYTES];
            Map<String, Cost> costs = new Interleaved()
                    .add("array", times -> {
                        long sum = 0;
                        for (long i = 0; i < times; i++) {
                            sum += array[ThreadLocalRandom.current().nextInt(array.length)];
                        }
                        return sum;
                    })
                    .add("put", times -> {
                        for (long i = 0; i < times; i++) {
                            log.publish(place(ThreadLocalRandom.current().nextInt(entries), segment));
                        }
                        return times;
                    })
                    .add("use", times -> {
                        for (long i = 0; i < times; i++) {
                            log.touch(place(ThreadLocalRandom.current().nextInt(entries), segment));
                        }
                        return times;
                    })
                    .run(1, 3, quick ? 5 : 15, quick ? 200_000 : 1_000_000);
            if (log.entries() != entries) {
                throw new IllegalStateException(log.entries() + " of " + entries + " entries");
            }
            double limit = Objects.requireNonNull(costs.get("array")).nanos();
            String of = String.format(", %,d entries", entries);
            return List.of(
                    nanos(
                            "a fill told" + of,
                            Objects.requireNonNull(costs.get("put")).nanos(),
                            limit),
                    nanos(
                            "a use told" + of,
                            Objects.requireNonNull(costs.get("use")).nanos(),
                            limit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Place place(int i, long segment) {
        int offset = (i & 0xfffff) * 8;
        return new Place(mixed(i), segment, offset, VALUE_BYTES, 1, 1, false, false);
    }

    /** As good as a hash of a key. */
    private static long mixed(long i) {
        long mixed = (i + 1) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
