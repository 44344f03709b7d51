package io.reactivestore.benchmarks;

import io.reactivestore.benchmarks.Requests.Cost;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What does it cost to fill the disk?
 *
 * <p>First the disk's log without a cache, beside nothing but the limit. The limit writes the same bytes, each value with a header in one
 * call, into files that are there already, as many as ours has, with nothing to find them by and nothing to check them with: bytes that lie
 * outside of the heap. Two more limits are bytes of the heap, as a cache gets them, which the JDK copies first, and the same with a checksum
 * of each value.
 *
 * <p>Then objects are read through a cache that are not in it, from a source that takes no time, until all is settled; the disk is full, so
 * that each segment is one that is written anew. What of that is not the disk's, a cache without one tells. What peers do behind a put, as
 * RocksDB's compaction and Ehcache's writing, is waited for and not timed, and so is what the operating system does, which would slow down
 * whoever comes next. OpenDAL forces each file to the device before it is done, so that it is not comparable, and left out.
 *
 * <p>Last, and if it is run by root, the log is cold: nothing of its segments is in memory, as on a disk that is larger than that.
 *
 * <p>A quick run leaves the largest size out, and has a smaller disk.
 */
final class L2WriteBenchmark implements Benchmark {

    private static final String OURS = "CacheStore, until settled";
    private static final String WITHOUT = "CacheStore without a disk";
    private static final String LOG = "the log by itself";
    private static final String LIMIT = "bare segment append";
    private static final String LIMIT_HEAP = "the same from the heap";
    private static final String LIMIT_CHECKED = "from the heap, with CRC32C";
    private static final int AT_A_TIME = 16;
    private static final int LARGEST_BYTES = (16 << 20) - (4 << 10);
    private static final int[] SIZES = {4 << 10, 64 << 10, 1 << 20, LARGEST_BYTES};
    private static final int[] SIZES_QUICK = {4 << 10, 64 << 10, 1 << 20};

    /** The first makes segments of the usual length. */
    private static final long DISK_BYTES = 2L << 30;

    private static final long DISK_BYTES_QUICK = 256 << 20;

    /** Less than what may wait for the disk, so that nothing is shed. */
    private static final int SETTLED_AFTER_BYTES = 32 << 20;

    private static final int ROUND_BYTES = 128 << 20;

    /** What the disk is full of at first. */
    private static final int FILL_BYTES = 1 << 20;

    @Override
    public String name() {
        return "l2-write";
    }

    @Override
    public String question() {
        return "filling a full disk with 4 KiB to 16 MiB, until settled, beside a bare append into segments";
    }

    @Override
    public List<Row> run(boolean quick) {
        byte[] value = new byte[LARGEST_BYTES];
        new SplittableRandom(1).nextBytes(value);
        long diskBytes = quick ? DISK_BYTES_QUICK : DISK_BYTES;
        List<Row> rows = new ArrayList<>();
        try (TempDirectory directory = new TempDirectory();
                BareSegments bare = new BareSegments(directory.path, diskBytes);
                BareLog log = new BareLog(directory.path.resolve("log"), diskBytes)) {
            log.append(first(value, FILL_BYTES), (int) (diskBytes / FILL_BYTES));
            rows.addAll(logRows(value, log, bare, false, quick));
            Caches caches = new Caches(directory.path.resolve("ours"), value, diskBytes);
            for (int size : sizes(quick)) {
                int count = count(size, quick);
                Requests requests = appends(first(value, size), count, log, bare, PageCache::write);
                rows.addAll(
                        rows(size, "", besidePeers(requests, caches, value, size, count, rounds(quick)), count, OURS));
            }
            caches.close();
            if (PageCache.drop()) {
                rows.addAll(logRows(value, log, bare, true, quick));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private List<Row> logRows(byte[] value, BareLog log, BareSegments bare, boolean isCold, boolean quick) {
        List<Row> rows = new ArrayList<>();
        Runnable afterwards = isCold ? PageCache::drop : PageCache::write;
        for (int size : sizes(quick)) {
            int count = count(size, quick);
            Map<String, Cost> costs = appends(first(value, size), count, log, bare, afterwards)
                    .run(1, 5, rounds(quick), 1, (long) count * size);
            rows.addAll(rows(size, isCold ? ", the log, cold" : ", the log", costs, count, LOG));
        }
        return rows;
    }

    private static int[] sizes(boolean quick) {
        return quick ? SIZES_QUICK : SIZES;
    }

    private static int rounds(boolean quick) {
        return quick ? 5 : 11;
    }

    private static int count(int size, boolean quick) {
        return Math.max(1, Math.min(quick ? 1_024 : 16_384, ROUND_BYTES / size / (quick ? 4 : 1)));
    }

    private static ByteBuffer first(byte[] value, int size) {
        return ByteBuffer.wrap(value, 0, size).slice();
    }

    private List<Row> rows(int size, String of, Map<String, Cost> costs, int count, String ours) {
        Map<String, Cost> each = new LinkedHashMap<>();
        costs.forEach((name, cost) -> each.put(name, cost.per(count)));
        return Requests.rows(name(), L2HitBenchmark.size(size) + of, each, ours, LIMIT);
    }

    private static Requests appends(ByteBuffer value, int count, BareLog log, BareSegments bare, Runnable afterwards) {
        ByteBuffer direct = ByteBuffer.allocateDirect(value.remaining()).put(value.duplicate());
        direct.flip();
        return new Requests()
                .add(LIMIT, () -> Mono.fromCallable(() -> bare.append(direct, count, false)), afterwards)
                .add(LIMIT_HEAP, () -> Mono.fromCallable(() -> bare.append(value, count, false)), afterwards)
                .add(LIMIT_CHECKED, () -> Mono.fromCallable(() -> bare.append(value, count, true)), afterwards)
                .add(LOG, () -> Mono.fromCallable(() -> log.append(value, count)), afterwards);
    }

    private static Map<String, Cost> besidePeers(
            Requests requests, Caches caches, byte[] value, int size, int count, int rounds) {
        long bytes = (long) count * size;
        requests.add(OURS, () -> caches.fill(caches.cache, count, size).thenReturn(bytes), PageCache::write)
                .add(WITHOUT, () -> caches.fill(caches.without, count, size).thenReturn(bytes));
        try (TempDirectory directory = new TempDirectory()) {
            List<DiskPeer> peers = DiskPeer.openAll(directory.path, bytes * (rounds + 1), false);
            byte[] array = Arrays.copyOf(value, size);
            for (DiskPeer peer : peers) {
                int[] next = {0};
                requests.add(
                        peer.name(),
                        () -> Mono.fromCallable(() -> {
                            for (int i = 0; i < count; i++) {
                                peer.put("objects-" + next[0]++, array);
                            }
                            return bytes;
                        }),
                        () -> {
                            peer.settle();
                            PageCache.write();
                        });
            }
            Map<String, Cost> costs = requests.run(1, 1, rounds, 1, bytes);
            DiskPeer.closeAll(peers);
            return costs;
        }
    }

    /** One with a disk that is full, and one without; what is read of them they have never had. */
    private static final class Caches {

        final CacheStore cache;
        final CacheStore without;
        private int bytes = FILL_BYTES;
        private long next;

        Caches(Path directory, byte[] value, long diskBytes) {
            ComputedSource source =
                    new ComputedSource(key -> first(value, bytes).asReadOnlyBuffer());
            cache = DiskCache.opened(CacheStore.builder(source)
                    .disk(d -> d.directory(directory).maxBytes(diskBytes))
                    .maxLoadingBytes(1L << 30));
            without = CacheStore.builder(source)
                    .memory(m -> m.maxBytes(64 << 20))
                    .maxLoadingBytes(1L << 30)
                    .build();
            fill(cache, (int) (diskBytes / bytes), bytes).block();
        }

        Mono<Void> fill(CacheStore of, int count, int size) {
            return Mono.defer(() -> {
                bytes = size;
                return Flux.range(0, count)
                        .window(Math.max(1, SETTLED_AFTER_BYTES / size))
                        .concatMap(some -> some.flatMap(i -> of.get("objects-" + next++), AT_A_TIME, 1)
                                .then(of.settled()))
                        .then();
            });
        }

        void close() {
            CacheStats stats = cache.stats();
            if (stats.shed() + stats.tierFailures() + stats.outdated() > 0) {
                throw new IllegalStateException("not all was written: " + stats);
            }
            cache.close().block();
            without.close().block();
        }
    }

    /** Files of the length of a segment, written one after the other and again from the first. */
    private static final class BareSegments implements AutoCloseable {

        private static final int SEGMENT_BYTES = 64 << 20;
        private static final int PIECE_BYTES = 1 << 20;
        private static final int HEADER_BYTES = 80;

        private final List<FileChannel> segments = new ArrayList<>();
        private final ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
        private int segment;

        BareSegments(Path directory, long diskBytes) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (int i = 0; i < diskBytes / SEGMENT_BYTES; i++) {
                FileChannel file = FileChannel.open(
                        directory.resolve("bare" + i), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                segments.add(file);
                while (file.position() < SEGMENT_BYTES) {
                    file.write(zeros.clear());
                }
            }
            segments.get(0).position(0);
        }

        long append(ByteBuffer value, int count, boolean isChecked) throws IOException {
            ByteBuffer[] record = {header, value.duplicate()};
            for (int i = 0; i < count; i++) {
                FileChannel file = segments.get(segment);
                if (file.position() + HEADER_BYTES + value.remaining() > SEGMENT_BYTES) {
                    segment = (segment + 1) % segments.size();
                    file = segments.get(segment).position(0);
                }
                header.clear();
                if (isChecked) {
                    CRC32C crc = new CRC32C();
                    crc.update(value.duplicate());
                    header.putInt(0, (int) crc.getValue());
                }
                record[1].position(value.position());
                while (record[1].hasRemaining()) {
                    file.write(record);
                }
            }
            return (long) count * value.remaining();
        }

        @Override
        public void close() throws IOException {
            for (FileChannel channel : segments) {
                channel.close();
            }
        }
    }
}
