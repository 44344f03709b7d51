package io.reactivestore.benchmarks;

import io.reactivestore.Content;
import io.reactivestore.benchmarks.Interleaved.Cost;
import io.reactivestore.local.LocalStore;
import io.reactivestore.payload.Payload;
import io.reactivestore.payload.PayloadKey;
import io.reactivestore.payload.PayloadStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
import org.apache.commons.codec.digest.Blake3;
import reactor.core.publisher.Flux;

/**
 * What do content-addressed payloads in a directory cost beside the same bytes in plain files? The limit does the least that leaves the
 * same two files: a temp file and a rename each; it hashes nothing, and checks nothing when it reads.
 */
final class PayloadBenchmark implements Benchmark {

    private static final String OURS = "PayloadStore";
    private static final String LIMIT = "plain files";
    private static final String HASH = "BLAKE3";
    private static final String SHA = "SHA-256 of the JDK";
    private static final int KEYS = 256;
    private static final byte[] META = new byte[120];

    @Override
    public String name() {
        return "payload";
    }

    @Override
    public String question() {
        return "persist, lookup and eviction of payloads in a directory, beside plain files; what the hash costs";
    }

    @Override
    public List<Row> run(boolean quick) {
        List<Row> rows = new ArrayList<>();
        for (int bytes : new int[] {4 << 10, 64 << 10, 1 << 20}) {
            rows.addAll(inDirectory(directory -> persistsAndLookups(directory, bytes, quick)));
            rows.add(hashes(bytes, quick));
        }
        rows.addAll(inDirectory(directory -> evictions(directory, quick ? 5_000 : 100_000)));
        return rows;
    }

    private interface Work {
        List<Row> in(Path directory) throws IOException;
    }

    private static List<Row> inDirectory(Work work) {
        try (TempDirectory directory = new TempDirectory()) {
            return work.in(directory.path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Row> persistsAndLookups(Path directory, int bytes, boolean quick) throws IOException {
        PayloadKey[] keys = keys(KEYS);
        byte[] payload = payload(bytes);
        Path plain = Files.createDirectory(directory.resolve("plain"));
        for (PayloadKey key : keys) {
            Files.createDirectories(file(plain, key, "").getParent());
        }
        PayloadStore payloads = PayloadStore.builder(LocalStore.create(directory.resolve("ours")))
                .build();
        int rounds = quick ? 5 : 15;
        long batch = quick ? KEYS : 4 * KEYS;
        Map<String, Cost> persists = new Interleaved()
                .add(LIMIT, each(keys, key -> {
                    write(plain, key, payload);
                    return 1;
                }))
                .add(OURS, each(keys, key -> {
                    payloads.persist(key, Content.bytes(payload), "bench", List.of())
                            .block();
                    return 1;
                }))
                .run(1, 2, rounds, batch);
        Map<String, Cost> lookups = new Interleaved()
                .add(LIMIT, each(keys, key -> read(plain, key)))
                .add(OURS, each(keys, key -> {
                    Payload found = Objects.requireNonNull(payloads.lookup(key).block());
                    return found.bytes().remaining();
                }))
                .run(1, 2, rounds, batch);
        String size = size(bytes);
        return List.of(row("persist " + size, OURS, persists), row("lookup " + size, OURS, lookups));
    }

    private Row hashes(int bytes, boolean quick) {
        byte[] payload = payload(bytes);
        Map<String, Cost> costs = new Interleaved()
                .add(HASH, times -> {
                    long sum = 0;
                    for (long i = 0; i < times; i++) {
                        sum += Blake3.hash(payload)[0];
                    }
                    return sum;
                })
                .add(SHA, times -> {
                    long sum = 0;
                    for (long i = 0; i < times; i++) {
                        sum += sha256(payload)[0];
                    }
                    return sum;
                })
                .run(1, 3, quick ? 5 : 15, Math.max(1, (quick ? 4L << 20 : 32L << 20) / bytes));
        return row("hash " + size(bytes), HASH, costs);
    }

    /** Half of the entries go; both sides delete the same files, but ours has to find out which are the oldest. */
    private List<Row> evictions(Path directory, int entries) throws IOException {
        PayloadKey[] keys = keys(entries);
        byte[] payload = payload(100);
        Path plain = Files.createDirectory(directory.resolve("plain"));
        PayloadStore payloads = PayloadStore.builder(LocalStore.create(directory.resolve("ours")))
                .build();
        for (PayloadKey key : keys) {
            Files.createDirectories(file(plain, key, "").getParent());
            write(plain, key, payload);
        }
        Flux.fromArray(keys)
                .flatMap(key -> payloads.persist(key, Content.bytes(payload), "bench", List.of()), 8)
                .blockLast();
        long half = Objects.requireNonNull(payloads.totalBytes().block()) / 2;
        int[] dropped = {0};
        Map<String, Cost> costs = new Interleaved()
                .add(LIMIT, times -> {
                    for (int i = 0; i < times; i++) {
                        delete(plain, keys[i]);
                    }
                    return times;
                })
                .add(OURS, times -> {
                    dropped[0] = Objects.requireNonNull(
                                    payloads.evictToCap(half).block())
                            .dropped()
                            .size();
                    return dropped[0];
                })
                .run(1, 0, 1, entries / 2);
        String name = String.format("evictToCap, %,d of %,d entries, each", dropped[0], entries);
        return List.of(row(name, OURS, costs));
    }

    private Row row(String name, String ours, Map<String, Cost> costs) {
        String spread = Objects.requireNonNull(costs.get(ours)).spread();
        return Row.of(name(), name, "ns", costs, Cost::nanos, ours, LIMIT, spread);
    }

    private interface Operation {
        long of(PayloadKey key);
    }

    private static LongUnaryOperator each(PayloadKey[] keys, Operation operation) {
        return times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) {
                sum += operation.of(keys[i % keys.length]);
            }
            return sum;
        };
    }

    private static PayloadKey[] keys(int count) {
        PayloadKey[] keys = new PayloadKey[count];
        for (int i = 0; i < count; i++) {
            keys[i] = PayloadKey.of(("input " + i).getBytes(StandardCharsets.UTF_8));
        }
        return keys;
    }

    private static byte[] payload(int bytes) {
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) (i * 31);
        }
        return payload;
    }

    private static String size(int bytes) {
        return (bytes >> 10) + " KiB";
    }

    private static Path file(Path directory, PayloadKey key, String suffix) {
        return directory.resolve(key.hex().substring(0, 2)).resolve(key.hex() + suffix);
    }

    private static void write(Path directory, PayloadKey key, byte[] payload) {
        try {
            replace(file(directory, key, ".payload"), payload);
            replace(file(directory, key, ".meta.json"), META);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path temp = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(temp, bytes);
        Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static long read(Path directory, PayloadKey key) {
        try {
            byte[] payload = Files.readAllBytes(file(directory, key, ".payload"));
            byte[] meta = Files.readAllBytes(file(directory, key, ".meta.json"));
            return (long) payload.length + meta.length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory, PayloadKey key) {
        try {
            Files.delete(file(directory, key, ".meta.json"));
            Files.delete(file(directory, key, ".payload"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
