package io.reactivestore.benchmarks;

import io.reactivestore.StoredObject;
import io.reactivestore.benchmarks.Requests.Cost;
import io.reactivestore.cache.CacheStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What does a hit on the disk cost, with no memory in front and all of it in the page cache? The limit is one positional read into a new
 * array on the caller's thread, and the CRC32C of it. The peers block: one at a time they are called by the caller, with more in flight by
 * a thread for each core. Ours, the limit, and of the peers RocksDB, verify what they read.
 *
 * <p>Each size is measured twice: ours and the limit by themselves, and then beside the peers, whose garbage and threads take part in the CPU
 * time of all. A quick run leaves the largest size out.
 */
final class L2HitBenchmark implements Benchmark {

    private static final String OURS = "CacheStore.get";
    private static final String LIMIT = "positional read + CRC32C";
    private static final int IN_FLIGHT = 16;

    /** So many that no reader meets another's load. */
    private static final int MIN_KEYS = 2 * IN_FLIGHT;

    private static final int MAX_KEYS = 8_192;
    private static final int MAX_KEYS_QUICK = 512;
    private static final long VALUES_BYTES = 256 << 20;
    private static final int STRIDE = 7_919;

    /** The largest record is a quarter of a segment, and has a head. */
    private static final int LARGEST_BYTES = (16 << 20) - (4 << 10);

    /** Segments of the usual length. */
    private static final long DISK_BYTES = 2L << 30;

    private final Scheduler callers =
            Schedulers.newParallel("callers", Runtime.getRuntime().availableProcessors(), true);

    @Override
    public String name() {
        return "l2-hit";
    }

    @Override
    public String question() {
        return "a hit on the disk through CacheStore.get, page cache warm, 1 and 16 in flight, beside a bare read + CRC32C";
    }

    @Override
    public List<Row> run(boolean quick) {
        int[] sizes =
                quick ? new int[] {4 << 10, 64 << 10, 1 << 20} : new int[] {4 << 10, 64 << 10, 1 << 20, LARGEST_BYTES};
        List<Row> rows = new ArrayList<>();
        for (boolean withPeers : new boolean[] {false, true}) {
            for (int bytes : sizes) {
                rows.addAll(hits(bytes, withPeers, quick));
            }
        }
        return rows;
    }

    private List<Row> hits(int bytes, boolean withPeers, boolean quick) {
        int count = count(bytes, quick);
        byte[] value = new byte[bytes];
        new SplittableRandom(bytes).nextBytes(value);
        List<Row> rows = new ArrayList<>();
        try (TempDirectory directory = new TempDirectory();
                BareFile bare = new BareFile(directory.path.resolve("bare"), bytes)) {
            CacheStore cache = DiskCache.opened(CacheStore.builder(
                            new ComputedSource(key -> stamped(value, Integer.parseInt(key))))
                    .disk(d -> d.directory(directory.path.resolve("ours")).maxBytes(DISK_BYTES))
                    .maxLoadingBytes(1L << 30));
            List<DiskPeer> peers = withPeers ? DiskPeer.openAll(directory.path, (long) count * bytes, true) : List.of();
            for (int i = 0; i < count; i++) {
                String key = Integer.toString(i);
                ByteBuffer stamped = stamped(value, i);
                cache.get(key).then(cache.settled()).block();
                bare.write(i, stamped.duplicate());
                peers.forEach(peer -> peer.put(key, array(stamped)));
            }
            peers.forEach(DiskPeer::settle);
            long loads = cache.stats().loads();
            for (int concurrency : new int[] {1, IN_FLIGHT}) {
                Map<String, Cost> costs = requests(cache, bare, peers, count, concurrency)
                        .run(concurrency, 2, quick ? 5 : 11, batch(bytes, concurrency, quick), bytes);
                String what = String.format(
                        "%s, %d in flight%s", size(bytes), concurrency, withPeers ? "" : ", by themselves");
                rows.addAll(Requests.rows(name(), what, costs, OURS, LIMIT));
            }
            if (cache.stats().loads() != loads || cache.stats().joined() > 0) {
                throw new IllegalStateException("not all were hits of the disk: " + cache.stats());
            }
            cache.close().block();
            DiskPeer.closeAll(peers);
        }
        return rows;
    }

    private static int count(int bytes, boolean quick) {
        return (int)
                Math.max(MIN_KEYS, Math.min(quick ? MAX_KEYS_QUICK : MAX_KEYS, VALUES_BYTES / bytes / (quick ? 8 : 1)));
    }

    private static int batch(int bytes, int concurrency, boolean quick) {
        return (int) Math.max(concurrency, Math.min(10_000, VALUES_BYTES / bytes) / (quick ? 8 : 1));
    }

    private Requests requests(CacheStore cache, BareFile bare, List<DiskPeer> peers, int count, int concurrency) {
        Requests requests = new Requests()
                .add(LIMIT, inTurn(count, i -> Mono.fromCallable(() -> checked(i, bare.read(i)))))
                .add(
                        OURS,
                        inTurn(
                                count,
                                i -> cache.get(Integer.toString(i))
                                        .flatMap(StoredObject::bytes)
                                        .map(found -> checked(i, found))));
        for (DiskPeer peer : peers) {
            requests.add(peer.name(), inTurn(count, i -> {
                Mono<Long> get = Mono.fromCallable(() -> checked(i, ByteBuffer.wrap(peer.get(Integer.toString(i)))));
                return concurrency == 1 ? get : get.subscribeOn(callers);
            }));
        }
        return requests;
    }

    /** Asks for one key after the other, in an order without neighbours. */
    private static Supplier<Mono<Long>> inTurn(int count, IntFunction<Mono<Long>> request) {
        AtomicInteger turn = new AtomicInteger();
        return () -> request.apply(Math.floorMod(turn.getAndIncrement() * STRIDE, count));
    }

    private static ByteBuffer stamped(byte[] value, int i) {
        byte[] stamped = value.clone();
        return ByteBuffer.wrap(stamped).putLong(0, i).asReadOnlyBuffer();
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static long checked(int i, ByteBuffer found) {
        if (found.getLong(found.position()) != i) {
            throw new IllegalStateException("the value of another key than " + i);
        }
        return found.remaining();
    }

    static String size(int bytes) {
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : ((bytes + (1 << 19)) >> 20) + " MiB";
    }

    /** Values of one length, one after the other. */
    private static final class BareFile implements AutoCloseable {

        private final FileChannel channel;
        private final int bytes;
        private final List<Long> checksums = new ArrayList<>();

        BareFile(Path path, int bytes) {
            this.bytes = bytes;
            try {
                this.channel = FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void write(int i, ByteBuffer value) {
            checksums.add(crc(value.duplicate()));
            try {
                for (long at = (long) i * bytes; value.hasRemaining(); ) {
                    at += channel.write(value, at);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        ByteBuffer read(int i) throws IOException {
            ByteBuffer value = ByteBuffer.allocate(bytes);
            while (value.hasRemaining()) {
                channel.read(value, (long) i * bytes + value.position());
            }
            value.flip();
            if (crc(value.duplicate()) != checksums.get(i)) {
                throw new IOException("damaged");
            }
            return value;
        }

        private static long crc(ByteBuffer bytes) {
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            return crc.getValue();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
