package io.reactivestore.benchmarks;

import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.DiskSpec;
import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.LogView;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many requests does the disk miss, and how much does it write for them? The cache itself does it, on a real directory, with no memory
 * in front, each request after the one before is settled. Beside LRU and W-TinyLFU, which are asked how they would have done with as many
 * bytes of records; the limit is Belady's optimum, which knows what comes. What ours has beside records (a segment to write into, one
 * that is free, what nobody finds any more) is at its cost.
 */
final class HitRatioBenchmark implements Benchmark {

    /** The least that is divided into 32 segments. */
    private static final long LEAST_BYTES = 8 << 20;

    /** With fewer, records are so large beside a segment that much of its end stays empty. */
    private static final int LEAST_HELD = 512;

    /** Of an object, in the traces that tell no sizes. */
    private static final int LEAST_RECORD_BYTES = 256;

    private static final double[] SHARES = {0.05, 0.2};

    private final @Nullable Path traces;

    /** What a record has beside the bytes of its object, with the keys and facts that these have. */
    private int overheadBytes;

    /** @param traces a directory of recorded ones; null for computed ones */
    HitRatioBenchmark(@Nullable Path traces) {
        this.traces = traces;
    }

    @Override
    public String name() {
        return "hit-ratio";
    }

    @Override
    public String question() {
        return "misses of the disk (of 100) and bytes it writes a request, beside LRU, W-TinyLFU and Belady; --traces DIR";
    }

    /** Whether all is written that is read, or what is read for the second time. */
    private enum Admission {
        ALL(""),
        SECOND_USE(", on second use");

        final String label;

        Admission(String label) {
            this.label = label;
        }

        /** @param held how many objects the disk can hold, about */
        DiskSpec set(DiskSpec disk, int held) {
            return this == ALL ? disk : disk.onSecondUse(2 * held);
        }
    }

    @Override
    public List<Row> run(boolean quick) {
        overheadBytes = overheadBytes();
        List<Row> rows = new ArrayList<>();
        if (traces == null) {
            int objects = quick ? 10_000 : 100_000;
            int held = objects / 10;
            for (Trace trace : Trace.computed(objects, quick ? 30_000 : 500_000, held)) {
                rows.addAll(rows(trace, held, ""));
            }
        } else {
            for (Trace trace : Trace.in(traces)) {
                for (double share : SHARES) {
                    rows.addAll(recorded(quick ? trace.begin(20_000) : trace, share));
                }
            }
        }
        return rows;
    }

    private List<Row> recorded(Trace trace, double share) {
        String size = String.format(", disk of %.0f %%", 100 * share);
        int[] told = trace.bytes;
        if (told == null) {
            int held = (int) Math.max(LEAST_HELD, share * trace.distinct());
            return held >= trace.distinct() ? List.of() : rows(trace, held, size);
        }
        int[] bytes = Arrays.stream(told).map(object -> object + overheadBytes).toArray();
        long all = Arrays.stream(bytes).asLongStream().sum();
        return rows(trace, bytes, Math.max(LEAST_BYTES, (long) (share * all)), size);
    }

    /** Of objects that are all alike, so that so many of them fit. */
    private List<Row> rows(Trace trace, int held, String size) {
        long maxBytes = Math.max(LEAST_BYTES, (long) LEAST_RECORD_BYTES * held);
        int[] bytes = new int[trace.distinct()];
        Arrays.fill(bytes, (int) (maxBytes / held) & -8);
        return rows(trace, bytes, maxBytes, size);
    }

    private List<Row> rows(Trace trace, int[] bytes, long maxBytes, String size) {
        Simulated optimum = Simulated.optimum(trace, bytes, maxBytes);
        Simulated lru = Simulated.lru(trace, bytes, maxBytes);
        Simulated tinyLfu = Simulated.tinyLfu(trace, bytes, maxBytes);
        Map<String, Double> misses = new LinkedHashMap<>();
        misses.put("LRU", lru.misses());
        misses.put("W-TinyLFU", tinyLfu.misses());
        Map<String, Double> written = Map.of("LRU", lru.writtenPerRequest());
        List<Row> rows = new ArrayList<>();
        for (Admission admission : Admission.values()) {
            Simulated ours = ours(trace, bytes, maxBytes, admission);
            String what = trace.name + size + admission.label;
            String hits = String.format("%.2f hits of 100", 100 - ours.misses());
            rows.add(new Row(name(), what + ": misses", "points", ours.misses(), misses, optimum.misses(), hits));
            rows.add(new Row(
                    name(),
                    what + ": written",
                    "B",
                    ours.writtenPerRequest(),
                    written,
                    optimum.writtenPerRequest(),
                    null));
        }
        return rows;
    }

    private Simulated ours(Trace trace, int[] bytes, long maxBytes, Admission admission) {
        ByteBuffer value =
                ByteBuffer.allocate(Arrays.stream(bytes).max().orElse(0)).asReadOnlyBuffer();
        int held = (int)
                (maxBytes * bytes.length / Arrays.stream(bytes).asLongStream().sum());
        AtomicInteger loads = new AtomicInteger();
        ComputedSource source = new ComputedSource(key -> {
            loads.incrementAndGet();
            return value.slice(0, bytes[Integer.parseInt(key, 16)] - overheadBytes);
        });
        try (TempDirectory directory = new TempDirectory()) {
            CacheStore cache = DiskCache.opened(CacheStore.builder(source)
                    .disk(disk -> admission.set(disk.directory(directory.path).maxBytes(maxBytes), held)));
            for (int key : trace.keys) {
                int before = loads.get();
                cache.get(name(key)).block();
                if (loads.get() > before) {
                    cache.settled().block();
                }
            }
            long hits = cache.stats().hits(Served.DISK);
            if (hits + loads.get() != trace.keys.length) {
                throw new IllegalStateException("neither hit nor miss: " + cache.stats());
            }
            cache.close().block();
            return new Simulated(trace.keys.length, hits, written(directory.path));
        }
    }

    private static String name(int key) {
        return String.format("%08x", key);
    }

    private static int overheadBytes() {
        try (TempDirectory directory = new TempDirectory()) {
            CacheStore cache = DiskCache.opened(CacheStore.builder(new ComputedSource(key -> ByteBuffer.allocate(0)))
                    .disk(disk -> disk.directory(directory.path).maxBytes(LEAST_BYTES)));
            cache.get(name(0)).then(cache.settled()).block();
            long bytes = DiskCache.disk(cache).currentBytes();
            cache.close().block();
            return (int) bytes;
        }
    }

    /** The numbers of segments tell how many were written; each is full, but for the last. */
    private static double written(Path directory) {
        try (LogView view = LogView.open(DirectoryFiles.toRead(directory), new UnheardRecovery())) {
            List<SegmentFacts> segments = view.segments();
            SegmentFacts last = segments.get(segments.size() - 1);
            return (last.number() - 1.0) * last.fileBytes() + last.recordBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
