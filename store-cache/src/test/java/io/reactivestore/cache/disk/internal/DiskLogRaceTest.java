package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/** A writer that recycles, recovery, sweeps and readers at once: no reader is given what was removed before it began. */
class DiskLogRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 200 : 4;
    private static final int WRITES = 1_500;
    private static final int KEYS = 20;
    private static final int SEGMENTS = 10;

    private final AtomicLongArray floors = new AtomicLongArray(KEYS);
    private final AtomicLong hits = new AtomicLong();
    private volatile boolean written;

    @Test
    void readers_areNeverGivenWhatWasRemoved() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            LogStage stage = new LogStage(SEGMENTS);
            for (int round = 0; round < ROUNDS; round++) {
                stage.files.kill();
                stage.openOnly();
                run(threads, stage, round);
            }
            assertThat(hits.get()).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    private void run(ExecutorService threads, LogStage stage, int round) throws Exception {
        written = false;
        List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(() -> {
            try {
                write(stage, new SplittableRandom(round));
            } finally {
                written = true;
            }
            return null;
        }));
        all.add(threads.submit(() -> {
            assertThat(stage.log.recover()).isTrue();
            while (!written) {
                stage.log.sweep(() -> true);
            }
            return null;
        }));
        for (int reader = 0; reader < 2; reader++) {
            SplittableRandom random = new SplittableRandom(round * 10L + reader);
            all.add(threads.submit(() -> {
                while (!written) {
                    read(stage, random.nextInt(KEYS));
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get(50, TimeUnit.SECONDS);
        }
        for (int key = 0; key < KEYS; key++) {
            read(stage, key);
        }
        long live =
                stage.log.segments().stream().mapToLong(SegmentFacts::liveBytes).sum();
        assertThat(live).isEqualTo(stage.log.liveBytes());
    }

    /** Each key counts up; a removal is written before the count goes on, as a mutation is sent after it. */
    private void write(LogStage stage, SplittableRandom random) throws IOException {
        for (int i = 0; i < WRITES; i++) {
            int key = random.nextInt(KEYS);
            if (random.nextInt(200) == 0) {
                // The lowest keys are those with one digit.
                append(stage, LogRecord.prefix("k0", stage.version(i)), random);
                for (int each = 0; each < 10; each++) {
                    floors.incrementAndGet(each);
                }
            }
            append(stage, LogRecord.tombstone(name(key), stage.version(i)), random);
            long version = floors.incrementAndGet(key);
            if (random.nextInt(4) > 0) {
                String value = name(key) + ":" + version + ":" + "x".repeat(random.nextInt(200));
                stage.log.publish(append(stage, stage.entry(name(key), value, i + 1, i + 1), random));
            }
        }
    }

    private Place append(LogStage stage, LogRecord record, SplittableRandom random) throws IOException {
        List<Long> numbers = stage.numbers();
        if (stage.log.prepareFree() && numbers.size() == SEGMENTS - 1) {
            // With a free segment ahead, any; its removals have room.
            stage.log.recycle(numbers.get(random.nextInt(numbers.size())), Keep.NOTHING);
        }
        stage.makeRoom();
        return stage.append(record);
    }

    private void read(LogStage stage, int key) throws IOException {
        long floor = floors.get(key);
        String value = stage.get(name(key));
        if (value != null) {
            String[] parts = value.split(":", 3);
            assertThat(parts[0]).isEqualTo(name(key));
            assertThat(Long.parseLong(parts[1])).isGreaterThanOrEqualTo(floor);
            hits.incrementAndGet();
        }
    }

    private static String name(int key) {
        return key < 10 ? "k0" + key : "k" + key;
    }
}
