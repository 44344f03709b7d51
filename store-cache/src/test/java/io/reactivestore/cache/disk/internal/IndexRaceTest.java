package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Readers, a writer, recovery and recycling at once: what is found is of its key, and the figures are right in the end. */
class IndexRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 300 : 6;
    private static final int STEPS = 20_000;
    private static final int KEYS = 500;

    private final AtomicLong live = new AtomicLong();

    @Test
    void figuresAreRight_andNothingIsMixed() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                race(threads, round);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void race(ExecutorService threads, int seed) throws Exception {
        live.set(0);
        Index index = new Index(new Index.Accounts() {
            @Override
            public void live(long segment, int recordBytes, int sign) {
                live.addAndGet((long) sign * recordBytes);
            }

            @Override
            public void read(long segment, int recordBytes, int sign) {}
        });
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int role = thread;
            all.add(threads.submit(() -> {
                start.await();
                act(index, role, new SplittableRandom(seed * 4L + role));
                return null;
            }));
        }
        start.countDown();
        for (Future<?> each : all) {
            each.get(30, TimeUnit.SECONDS);
        }
        long entries = 0;
        for (int key = 0; key < KEYS; key++) {
            entries += index.find(hash(key)) == null ? 0 : 1;
        }
        assertThat(index.entries()).isEqualTo(entries);
        assertThat(live.get()).isEqualTo(index.liveBytes());
        for (long segment = 1; segment < 9; segment++) {
            index.removeSegment(segment);
        }
        assertThat(live.get()).isZero();
    }

    private static void act(Index index, int role, SplittableRandom random) {
        for (int i = 0; i < STEPS; i++) {
            int key = random.nextInt(KEYS);
            Place place = place(key, 1 + random.nextInt(8));
            switch (role) {
                case 0 -> index.put(place);
                case 1 -> {
                    index.recover(place, random.nextInt(5));
                    index.hide(hash(random.nextInt(KEYS)), random.nextInt(5));
                    if (i == STEPS / 2) {
                        index.forgetRemovals();
                    }
                }
                case 2 -> {
                    index.remove(place);
                    if (i % 500 == 0) {
                        index.removeSegment(place.segment());
                    }
                }
                default -> {
                    Place found = index.find(hash(key));
                    if (found != null) {
                        assertThat(found).isEqualTo(place(key, found.segment()));
                        index.touch(found);
                        index.replace(found, place, true);
                    }
                }
            }
        }
    }

    private static long hash(int key) {
        return new KeyHash(1, 2).of("k" + key);
    }

    /** All of it follows from the key and the segment. */
    private static Place place(int key, long segment) {
        return new Place(hash(key), segment, key * 8, 100 + key, key, segment, false, false);
    }
}
