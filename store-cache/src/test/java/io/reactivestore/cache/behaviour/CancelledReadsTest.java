package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/** Readers of the disk that leave at any moment, and whose threads are interrupted: it costs nobody else a file, a budget or a hit. */
class CancelledReadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int READS = Boolean.getBoolean("reactivestore.slow") ? 100_000 : 10_000;
    private static final int THREADS = 4;
    private static final int KEYS = 50;
    private static final int WRONG = -2;

    @TempDir
    Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsCancelledAndInterruptedAtRandom_leaveTheDiskAsItWas() throws Exception {
        CacheStore cache = CacheStore.builder(MemoryStore.create())
                .disk(disk -> disk.directory(directory).maxBytes(16 << 20))
                .maxLoadingBytes(400_000)
                .build();
        cache.open().block(PATIENCE);
        for (int i = 0; i < KEYS; i++) {
            cache.put("k" + i, Content.bytes(bytes(i))).block(PATIENCE);
        }
        cache.settled().block(PATIENCE);
        long filesBefore = openFiles();
        AtomicInteger whole = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                SplittableRandom random = new SplittableRandom(thread);
                all.add(threads.submit(() -> {
                    for (int i = 0; i < READS / THREADS; i++) {
                        whole.addAndGet(readOne(cache, random) ? 1 : 0);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(2, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(whole.get()).as("read to their ends").isGreaterThan(READS / 10);

        CacheStats before = cache.stats();
        for (int i = 0; i < KEYS; i++) {
            StoredObject object = cache.get("k" + i).block(PATIENCE);
            assertThat(object.served().tier()).isEqualTo(Served.DISK);
            assertThat(Arrays.equals(object.byteArray().block(PATIENCE), bytes(i)))
                    .isTrue();
        }
        assertThat(cache.info().block(PATIENCE).tier(Served.DISK).offReason()).isNull();
        assertThat(before.corrupt()).isZero();
        assertThat(before.tierFailures()).isZero();
        assertThat(before.hits(Served.DISK)).isPositive();
        assertThat(openFiles()).isEqualTo(filesBefore);
        cache.close().block(PATIENCE);
        assertThat(openFiles()).isZero();
    }

    /** Whether it was read to its end. */
    private static boolean readOne(CacheStore cache, SplittableRandom random) {
        int key = random.nextInt(KEYS);
        AtomicInteger bytes = new AtomicInteger(-1);
        if (random.nextInt(4) == 0) {
            Thread.currentThread().interrupt();
        }
        Disposable reader = cache.getByteArray("k" + key)
                .subscribe(
                        array -> {
                            bytes.set(Arrays.equals(array, bytes(key)) ? array.length : WRONG);
                        },
                        error -> bytes.set(WRONG));
        Thread.interrupted();
        long nanos = random.nextInt(4) == 0 ? PATIENCE.toNanos() : random.nextInt(200_000);
        long began = System.nanoTime();
        while (System.nanoTime() - began < nanos && bytes.get() == -1) {
            Thread.yield();
        }
        reader.dispose();
        assertThat(bytes.get()).as("a reader's error, or wrong bytes").isNotEqualTo(WRONG);
        return bytes.get() >= 0;
    }

    private static byte[] bytes(int key) {
        byte[] bytes = new byte[100 + 2000 * key];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * (key + 1));
        }
        return bytes;
    }

    /** Descriptors of files in the directory that this process has open. */
    private long openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).startsWith(directory);
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
