package io.reactivestore.benchmarks;

import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/**
 * How soon is a disk of many small entries of use again, and what do they cost in memory? After a clean close and after a kill, which a
 * copy of the directory stands for that was made while it was in use. Beside what a file per entry needs: a walk over the directories that
 * notes names and lengths, and one that reads each file, as where the key and the facts are in it.
 *
 * <p>Heap is what full collections leave with the cache open, less what they leave with the same cache on an empty directory; at its peak
 * it is the most that one collection after the other finds while the recovery goes on.
 *
 * <p>Cold figures need a page cache that can be dropped, on Linux by root; without, there are none.
 */
final class L2RecoveryBenchmark implements Benchmark {

    private static final int VALUE_BYTES = 1_024;
    private static final int AT_A_TIME = 16;

    /** So many at a time that nothing is shed. */
    private static final int SETTLED_AFTER = 10_000;

    @Override
    public String name() {
        return "l2-recovery";
    }

    @Override
    public String question() {
        return "reopening a disk of 1 M entries of 1 KiB: first hit, all found, heap, beside a walk of files";
    }

    @Override
    public List<Row> run(boolean quick) {
        int entries = quick ? 50_000 : 1_000_000;
        long maxBytes = quick ? 256L << 20 : 2L << 30;
        int rounds = quick ? 3 : 7;
        try (TempDirectory directory = new TempDirectory()) {
            Disk disk = new Disk(directory.path, entries, maxBytes);
            disk.fill();
            Path files = directory.path.resolve("files");
            writeFiles(files, entries);
            List<Row> rows = new ArrayList<>();
            rows.addAll(times("", disk, files, rounds, () -> {}));
            rows.addAll(heap(disk));
            if (PageCache.drop()) {
                rows.addAll(times(", cold", disk, files, quick ? 1 : 3, PageCache::drop));
            } else {
                System.out.println("  the page cache cannot be dropped here: no cold figures");
            }
            return rows;
        }
    }

    private List<Row> times(String suffix, Disk disk, Path files, int rounds, Runnable before) {
        List<Opening> clean = new ArrayList<>();
        List<Opening> killed = new ArrayList<>();
        double[] names = new double[rounds];
        double[] heads = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            before.run();
            clean.add(disk.open(disk.closed));
            Path copy = disk.copyOfKilled();
            before.run();
            killed.add(disk.open(copy));
            TempDirectory.delete(copy);
            before.run();
            names[round] = walk(files, false, disk.entries);
            before.run();
            heads[round] = walk(files, true, disk.entries);
        }
        Map<String, Double> peers = new LinkedHashMap<>();
        peers.put("walk, names and lengths", median(names));
        peers.put("walk, and read of each file", median(heads));
        return List.of(
                row("first hit" + suffix, clean, Opening::firstHitNanos, Map.of()),
                row("all found" + suffix, clean, Opening::allFoundNanos, peers),
                row("first hit after a kill" + suffix, killed, Opening::firstHitNanos, Map.of()),
                row("all found after a kill" + suffix, killed, Opening::allFoundNanos, peers));
    }

    private Row row(String what, List<Opening> openings, ToLongFunction<Opening> nanos, Map<String, Double> peers) {
        double[] millis =
                openings.stream().mapToDouble(o -> nanos.applyAsLong(o) / 1e6).toArray();
        double median = median(millis);
        String spread = String.format("%.1f to %.1f", millis[0], millis[millis.length - 1]);
        return new Row(name(), what, "ms", median, peers, null, spread);
    }

    /** Sorts them, too. */
    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private List<Row> heap(Disk disk) {
        CacheStore none = DiskCache.opened(disk.on(disk.root.resolve("empty")));
        none.settled().block();
        long bare = LiveHeap.bytes();
        none.close().block();
        CacheStore[] opened = new CacheStore[1];
        long most = LiveHeap.mostDuring(() -> opened[0] = disk.recovered(disk.closed));
        long steady = LiveHeap.bytes();
        opened[0].close().block();
        return List.of(
                perEntry("heap an entry", steady - bare, disk.entries),
                perEntry("heap an entry, at most during recovery", Math.max(most, steady) - bare, disk.entries));
    }

    private Row perEntry(String what, long bytes, int entries) {
        return new Row(name(), what, "B", (double) bytes / entries, Map.of(), null, null);
    }

    /** How long after the begin of its opening a cache was of use. */
    private record Opening(long firstHitNanos, long allFoundNanos) {}

    /** The same entries in a directory that was closed, and in one of a process that was killed. */
    private static final class Disk {

        final Path root;
        final Path closed;
        final int entries;
        private final Path killed;
        private final long maxBytes;

        Disk(Path root, int entries, long maxBytes) {
            this.root = root;
            this.closed = root.resolve("closed");
            this.killed = root.resolve("killed");
            this.entries = entries;
            this.maxBytes = maxBytes;
        }

        void fill() {
            ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES).asReadOnlyBuffer();
            CacheStore cache = DiskCache.opened(CacheStore.builder(new ComputedSource(key -> value.duplicate()))
                    .disk(d -> d.directory(closed).maxBytes(maxBytes)));
            for (int at = 0; at < entries; at += SETTLED_AFTER) {
                Flux.range(at, Math.min(SETTLED_AFTER, entries - at))
                        .flatMap(i -> cache.get(key(i)), AT_A_TIME, 1)
                        .then(cache.settled())
                        .block();
            }
            copy(closed, killed);
            cache.close().block();
        }

        Path copyOfKilled() {
            Path copy = root.resolve("copy");
            copy(killed, copy);
            return copy;
        }

        /** A cache that finds nothing anywhere else. */
        CacheStoreBuilder on(Path directory) {
            return CacheStore.builder(MemoryStore.create())
                    .disk(d -> d.directory(directory).maxBytes(maxBytes));
        }

        Opening open(Path directory) {
            CacheStore cache = on(directory).build();
            String newest = key(entries - 1);
            long begin = System.nanoTime();
            cache.open().block();
            StoredObject hit = null;
            while (hit == null) {
                hit = cache.get(newest).block();
            }
            long firstHit = System.nanoTime() - begin;
            awaitAll(cache);
            long allFound = System.nanoTime() - begin;
            cache.close().block();
            return new Opening(firstHit, allFound);
        }

        CacheStore recovered(Path directory) {
            CacheStore cache = DiskCache.opened(on(directory));
            awaitAll(cache);
            return cache;
        }

        private void awaitAll(CacheStore cache) {
            long found = 0;
            while (found < entries) {
                cache.settled().block();
                found = DiskCache.disk(cache).cachedKeys();
            }
        }

        private static String key(int i) {
            return "objects/" + i;
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectory(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFiles(Path root, int entries) {
        byte[] value = new byte[VALUE_BYTES];
        try {
            for (int i = 0; i < entries; i++) {
                Path directory = root.resolve(Integer.toHexString(i % 256));
                if (i < 256) {
                    Files.createDirectories(directory);
                }
                Files.write(directory.resolve(Integer.toString(i)), value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In milliseconds. */
    private static double walk(Path root, boolean reads, int entries) {
        Map<String, Long> found = new HashMap<>();
        long begin = System.nanoTime();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    long bytes = reads ? Files.readAllBytes(file).length : attributes.size();
                    found.put(file.getFileName().toString(), bytes);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        double millis = (System.nanoTime() - begin) / 1e6;
        if (found.size() != entries) {
            throw new IllegalStateException("found " + found.size() + " of " + entries + " files");
        }
        return millis;
    }
}
