package io.reactivestore.cache.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Store;
import io.reactivestore.cache.writeback.RecordContext;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/**
 * The same random operations on Kafka Streams' CachingWindowStore and on ours: every read gives the same bytes. Kafka's all and fetchAll
 * come in an order of its own and are compared sorted. Left out is where Kafka differs on purpose: retention, and ranges that end
 * before they start.
 */
class KafkaDifferenceTest {

    private static final int OPERATIONS = Boolean.getBoolean("reactivestore.slow") ? 50_000 : 5_000;
    private static final int ON_DISK = OPERATIONS / 10;

    /** Few, so that writes meet; each is the beginning of others. */
    private static final List<String> KEYS = List.of("", "61", "6162", "616263", "61ff", "ff", "ffff", "7a".repeat(40));

    /**
     * Keys that go on with bytes like those of a window. Before its in-memory store, Kafka's all and fetchAll give some of their windows
     * twice: the store has them in another order than the cache, and the merge relies on one.
     */
    private static final List<String> ZEROS =
            List.of("", "00", "61", "6100", "610000000000000000", "6100000000000000000500000000");

    private static final int WINDOWS = 60;

    @Test
    void sameOperations_sameReads() {
        compare(MemoryStore.create(), OPERATIONS, KEYS, true);
    }

    @Test
    void sameOperations_onKeysLikeWindows_sameReadsOfOneKey() {
        compare(MemoryStore.create(), OPERATIONS / 5, ZEROS, false);
    }

    @Test
    void sameOperationsOnDisk_sameReads(@TempDir Path directory) {
        Store inner = LocalStore.create(directory);
        compare(inner, ON_DISK, KEYS, true);
        Stage.await(inner.close());
    }

    private static void compare(Store inner, int operations, List<String> keys, boolean readsOfAllKeys) {
        long seed =
                Long.getLong("reactivestore.seed", ThreadLocalRandom.current().nextLong());
        System.out.println("KafkaDifferenceTest: " + operations + " operations, -Dreactivestore.seed=" + seed);
        // Small, so that both caches evict.
        Stage stage = new Stage(
                inner,
                settings -> settings.writeBack(w -> w.maxDirtyBytes(4 << 10).maxBytes(8 << 10)));
        KafkaWindows.use(kafka -> new Run(seed, keys, readsOfAllKeys, kafka, stage.store).work(operations));
        Stage.await(stage.store.close());
    }

    private static final class Run {

        private final long seed;
        private final List<String> keys;
        private final boolean readsOfAllKeys;
        private final Random random;
        private final WindowStore<Bytes, byte[]> kafka;
        private final CachingWindowStore ours;
        private final Set<String> present = new TreeSet<>();
        private int reads;
        private int found;
        private int step;

        Run(
                long seed,
                List<String> keys,
                boolean readsOfAllKeys,
                WindowStore<Bytes, byte[]> kafka,
                CachingWindowStore ours) {
            this.seed = seed;
            this.keys = keys;
            this.readsOfAllKeys = readsOfAllKeys;
            this.random = new Random(seed);
            this.kafka = kafka;
            this.ours = ours;
        }

        void work(int operations) {
            for (step = 0; step < operations; step++) {
                int dice = random.nextInt(100);
                if (dice < 40) {
                    put();
                } else if (dice < 50) {
                    delete();
                } else if (dice < 65) {
                    get();
                } else if (dice < 85 || (dice < 96 && !readsOfAllKeys)) {
                    fetch();
                } else if (dice < 93) {
                    fetchAll();
                } else if (dice < 96) {
                    all();
                } else {
                    flush();
                }
            }
            assertThat(reads).isGreaterThan(operations / 3);
            assertThat(found).as("entries read").isGreaterThan(operations);
        }

        private void put() {
            byte[] key = key();
            long start = start();
            long time = random.nextLong(1_000);
            byte[] value = new byte[random.nextInt(40)];
            random.nextBytes(value);
            RecordContext context = new RecordContext("topic", 0, step, time);
            present.add(HexFormat.of().formatHex(key) + "@" + start);
            kafka.put(Bytes.wrap(key), Stage.array(WindowKeySchema.wrap(time, ByteBuffer.wrap(value))), start);
            Stage.await(ours.put(WindowedKey.of(key, start), ByteBuffer.wrap(value), context));
        }

        /** Of what there is: a tombstone over nothing is nothing to Kafka and a write to us. */
        private void delete() {
            byte[] key = key();
            long start = start();
            if (present.remove(HexFormat.of().formatHex(key) + "@" + start)) {
                kafka.put(Bytes.wrap(key), null, start);
                Stage.await(ours.delete(WindowedKey.of(key, start), new RecordContext("topic", 0, step, 0)));
            }
        }

        private void get() {
            byte[] key = key();
            long start = start();
            byte[] theirs = kafka.fetch(Bytes.wrap(key), start);
            List<String> expected = theirs == null ? List.of() : List.of(line(key, start, theirs));
            same("get", expected, lines(ours.get(WindowedKey.of(key, start)).flux()));
        }

        private void fetch() {
            byte[] key = key();
            long from = start() - 5;
            long to = Math.max(from, 0) + random.nextInt(WINDOWS);
            List<String> expected = new ArrayList<>();
            try (WindowStoreIterator<byte[]> windows = kafka.fetch(Bytes.wrap(key), from, to)) {
                while (windows.hasNext()) {
                    KeyValue<Long, byte[]> next = windows.next();
                    expected.add(line(key, next.key, next.value));
                }
            }
            same("fetch", expected, lines(ours.fetch(ByteBuffer.wrap(key), from, to)));
        }

        private void fetchAll() {
            long from = start() - 5;
            long to = Math.max(from, 0) + random.nextInt(WINDOWS);
            same("fetchAll", sorted(kafka.fetchAll(from, to)), lines(ours.fetchAll(from, to)));
        }

        private void all() {
            same("all", sorted(kafka.all()), lines(ours.all()));
        }

        private void flush() {
            KafkaWindows.flush(kafka);
            Stage.await(ours.flush());
        }

        private void same(String read, List<String> expected, List<String> actual) {
            reads++;
            found += actual.size();
            assertThat(actual).as("%s at step %s of seed %s", read, step, seed).isEqualTo(expected);
        }

        private byte[] key() {
            return HexFormat.of().parseHex(keys.get(random.nextInt(keys.size())));
        }

        private long start() {
            return random.nextInt(WINDOWS);
        }

        private static List<String> lines(Flux<WindowedEntry> entries) {
            return Stage.await(entries.map(entry -> line(entry.storeKey(), entry.wrapped())));
        }

        private static List<String> sorted(KeyValueIterator<Windowed<Bytes>, byte[]> entries) {
            List<String> lines = new ArrayList<>();
            try (entries) {
                while (entries.hasNext()) {
                    KeyValue<Windowed<Bytes>, byte[]> next = entries.next();
                    lines.add(line(next.key.key().get(), next.key.window().start(), next.value));
                }
            }
            lines.sort((a, b) -> Arrays.compareUnsigned(keyOf(a), keyOf(b)));
            return lines;
        }

        private static byte[] keyOf(String line) {
            return HexFormat.of().parseHex(line.substring(0, line.indexOf('=')));
        }

        private static String line(byte[] key, long start, byte[] wrapped) {
            return line(WindowKeySchema.toStoreKey(WindowedKey.of(key, start)), ByteBuffer.wrap(wrapped));
        }

        private static String line(ByteBuffer storeKey, ByteBuffer wrapped) {
            HexFormat hex = HexFormat.of();
            return hex.formatHex(Stage.array(storeKey)) + "=" + hex.formatHex(Stage.array(wrapped));
        }
    }
}
