package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real disk of ten megabytes that gets full. Only where one can be mounted: as root, outside of most containers. */
class FullDiskTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long WORKLOAD_BYTES = Boolean.getBoolean("reactivestore.slow") ? 1L << 30 : 24L << 20;
    private static final int KEYS = 2000;
    private static final int MOST_BYTES = 40_000;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(1);
    private final TestRuntime runtime = new TestRuntime();
    private final MemoryStore source = MemoryStore.create(runtime);
    private final Map<String, Integer> written = new HashMap<>();
    private boolean mounted;
    private CacheStore cache;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", directory.toString());
        assumeTrue(mounted, "no file system of a size can be mounted here");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (cache != null) {
            cache.close().block(PATIENCE);
        }
        if (mounted) {
            // It is in use until the maps of its files have been collected.
            Awaitility.await().atMost(PATIENCE).until(() -> {
                System.gc();
                return run("umount", directory.toString());
            });
        }
    }

    /** A limit that fits, one just above what there is, and one far above, of whose segments there is room for four. */
    @ParameterizedTest
    @ValueSource(longs = {8 << 20, 10 << 20, 64 << 20})
    void muchMoreThanFits_isServedWithoutAnError_andSomeOfItFromDisk(long maxBytes) {
        open(maxBytes);

        work(WORKLOAD_BYTES);

        CacheStats stats = cache.stats();
        assertThat(stats.hits(Served.DISK)).isGreaterThan(stats.requests() / 20);
        assertThat(stats.corrupt()).isZero();
        assertThat(disk().offReason()).isNull();
        assertThat(directory.toFile().getTotalSpace()).isLessThanOrEqualTo(10 << 20);
    }

    @Test
    void roomThatIsGoneAndComesBack_turnsTheTierOffAndOn_andNothingIsStale() throws IOException {
        Path ballast = directory.resolve("ballast");
        Files.write(ballast, new byte[10 << 20 >> 1]);
        List<Path> more = new ArrayList<>(List.of(ballast));
        fillUp(more);
        open(8 << 20);
        work(2 << 20);
        assertThat(disk().offReason()).contains("o space left");

        for (Path each : more) {
            Files.delete(each);
        }
        runtime.pass(Duration.ofSeconds(30));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(disk().offReason()).isNull());
        work(10 << 20);
        assertThat(cache.stats().hits(Served.DISK)).isPositive();

        fillUp(more);
        work(10 << 20);
        readAll();
    }

    /** Reads, writes and deletes at random, and expects what was written last. */
    private void work(long bytes) {
        for (long done = 0; done < bytes; ) {
            String key = "k" + (int) (KEYS * Math.pow(random.nextDouble(), 3));
            switch (random.nextInt(10)) {
                case 0 -> done += put(key);
                case 1 -> {
                    cache.delete(key).block(PATIENCE);
                    written.remove(key);
                }
                default -> done += read(key);
            }
        }
        cache.settled().block(PATIENCE);
    }

    private int put(String key) {
        int number = random.nextInt(MOST_BYTES);
        cache.put(key, Content.bytes(bytes(number))).block(PATIENCE);
        written.put(key, number);
        return number;
    }

    private int read(String key) {
        byte[] bytes = cache.getByteArray(key).block(PATIENCE);
        Integer number = written.get(key);
        if (number == null) {
            assertThat(bytes).as(key).isNull();
            return put(key);
        }
        assertThat(Arrays.equals(bytes, bytes(number))).as(key).isTrue();
        return bytes.length + 1;
    }

    private void readAll() {
        List.copyOf(written.keySet()).forEach(this::read);
    }

    /** As many as its number, which it begins with. */
    private static byte[] bytes(int number) {
        byte[] bytes = new byte[number];
        for (int i = 0; i < number; i++) {
            bytes[i] = (byte) (number >>> i % 4 * 4);
        }
        return bytes;
    }

    /** Takes all the room that is left. */
    private void fillUp(List<Path> files) throws IOException {
        for (int size = 1 << 20; size >= 4096; size /= 2) {
            try {
                while (true) {
                    Path file = directory.resolve("ballast-" + files.size());
                    files.add(file);
                    Files.write(file, new byte[size]);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("o space left");
            }
        }
    }

    private void open(long maxBytes) {
        cache = CacheStore.builder(source)
                .disk(disk -> disk.directory(directory.resolve("cache")).maxBytes(maxBytes))
                .inDoubt(Duration.ofSeconds(10))
                .runtime(runtime)
                .build();
        cache.open().block(PATIENCE);
    }

    private TierInfo disk() {
        return cache.info().block(PATIENCE).tier(Served.DISK);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        }
    }
}
