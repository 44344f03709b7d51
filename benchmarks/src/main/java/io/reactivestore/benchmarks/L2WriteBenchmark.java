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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What does it cost to fill the disk? Objects are read through the cache that are not in it, from a source that takes no time, until all
 * is settled; the disk is full, so that each segment is one that is written anew. What of that is not the disk's, a cache without one tells;
 * and what the disk's log costs by itself, without a cache. The limit writes the same bytes, each value with a header in one call, into
 * files that are there already, as many as ours has, with nothing to find them by and nothing to check them with: bytes that lie outside of
 * the heap, and, as a second limit, bytes of the heap, as a cache gets them, which the JDK copies first. What peers do behind a
 * put, as RocksDB's compaction and Ehcache's writing, is waited for and not timed. OpenDAL
 * forces each file to the device before it is done, so that it is not comparable, and left out. A quick run
 * leaves the largest size out, and has a smaller disk.
 */
final class L2WriteBenchmark implements Benchmark {

    private static final String OURS = "CacheStore, until settled";
    private static final String WITHOUT = "CacheStore without a disk";
    private static final String LOG = "the log by itself";
    private static final String LIMIT = "bare segment append";
    private static final String LIMIT_HEAP = "the same from the heap";
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
        int[] sizes = quick ? SIZES_QUICK : SIZES;
        long diskBytes = quick ? DISK_BYTES_QUICK : DISK_BYTES;
        int[] bytes = {1 << 20};
        List<Row> rows = new ArrayList<>();
        try (TempDirectory directory = new TempDirectory();
                BareSegments bare = new BareSegments(directory.path, diskBytes);
                BareLog log = new BareLog(directory.path.resolve("log"), diskBytes)) {
            ComputedSource source = new ComputedSource(
                    key -> ByteBuffer.wrap(value, 0, bytes[0]).slice().asReadOnlyBuffer());
            CacheStore cache = DiskCache.opened(CacheStore.builder(source)
                    .disk(d -> d.directory(directory.path.resolve("ours")).maxBytes(diskBytes))
                    .maxLoadingBytes(1L << 30));
            CacheStore without = CacheStore.builder(source)
                    .memory(m -> m.maxBytes(64 << 20))
                    .maxLoadingBytes(1L << 30)
                    .build();
            Fills fills = new Fills(cache);
            fills.of((int) (diskBytes / bytes[0]), bytes[0]).block();
            log.append(ByteBuffer.wrap(value, 0, bytes[0]).slice(), (int) (diskBytes / bytes[0]));
            for (int size : sizes) {
                bytes[0] = size;
                int rounds = quick ? 5 : 11;
                int count = Math.max(1, Math.min(quick ? 1_024 : 16_384, ROUND_BYTES / size / (quick ? 4 : 1)));
                rows.addAll(Requests.rows(
                        name(),
                        L2HitBenchmark.size(size),
                        costs(
                                new Contenders(fills, new Fills(without), log, bare),
                                ByteBuffer.wrap(value, 0, size).slice(),
                                count,
                                rounds),
                        OURS,
                        LIMIT));
            }
            CacheStats stats = cache.stats();
            if (stats.shed() + stats.tierFailures() + stats.outdated() > 0) {
                throw new IllegalStateException("not all was written: " + stats);
            }
            cache.close().block();
            without.close().block();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    /** What is measured beside the peers. */
    private record Contenders(Fills fills, Fills without, BareLog log, BareSegments bare) {}

    private static Map<String, Cost> costs(Contenders contenders, ByteBuffer value, int count, int rounds) {
        long bytes = (long) count * value.remaining();
        ByteBuffer direct = ByteBuffer.allocateDirect(value.remaining()).put(value.duplicate());
        direct.flip();
        Requests requests = new Requests()
                .add(LIMIT, () -> Mono.fromCallable(() -> contenders.bare.append(direct, count)))
                .add(LIMIT_HEAP, () -> Mono.fromCallable(() -> contenders.bare.append(value, count)))
                .add(OURS, () -> contenders.fills.of(count, value.remaining()).thenReturn(bytes))
                .add(
                        WITHOUT,
                        () -> contenders.without.of(count, value.remaining()).thenReturn(bytes))
                .add(LOG, () -> Mono.fromCallable(() -> contenders.log.append(value, count)));
        Map<String, Cost> costs = new LinkedHashMap<>();
        try (TempDirectory directory = new TempDirectory()) {
            List<DiskPeer> peers = DiskPeer.openAll(directory.path, bytes * (rounds + 1), false);
            byte[] array = new byte[value.remaining()];
            value.duplicate().get(array);
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
                        peer::settle);
            }
            requests.run(1, 1, rounds, 1, bytes).forEach((name, cost) -> costs.put(name, cost.per(count)));
            DiskPeer.closeAll(peers);
        }
        return costs;
    }

    /** Reads what the cache has never had. */
    private static final class Fills {

        private final CacheStore cache;
        private long next;

        Fills(CacheStore cache) {
            this.cache = cache;
        }

        Mono<Void> of(int count, int bytes) {
            return Flux.range(0, count)
                    .window(Math.max(1, SETTLED_AFTER_BYTES / bytes))
                    .concatMap(some -> some.flatMap(i -> cache.get("objects-" + next++), AT_A_TIME, 1)
                            .then(cache.settled()))
                    .then();
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

        long append(ByteBuffer value, int count) throws IOException {
            ByteBuffer[] record = {header, value.duplicate()};
            for (int i = 0; i < count; i++) {
                FileChannel file = segments.get(segment);
                if (file.position() + HEADER_BYTES + value.remaining() > SEGMENT_BYTES) {
                    segment = (segment + 1) % segments.size();
                    file = segments.get(segment).position(0);
                }
                header.clear();
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
