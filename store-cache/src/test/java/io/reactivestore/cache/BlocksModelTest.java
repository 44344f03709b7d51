package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/**
 * Random sets of ranges of random objects, whose blocks are held, missing or under way: bytes equal those of the object, and hardly any
 * byte is asked for that nobody wants, or twice. {@code -Dreactivestore.seed=N} repeats one seed.
 */
class BlocksModelTest {

    private static final int BLOCK = 8;
    private static final int PART = 32;
    private static final int WHOLE = 40;
    private static final int OBJECTS = 8;
    private static final int SETS = 50;

    /** All that a run writes has room. */
    private static final long DISK = 1 << 20;

    @Test
    void anySetOfRanges_equalsTheObject_andCostsNoMoreThanItsBlocks() {
        forEachSeed(false);
    }

    /** The processes end in between, cleanly or not, and bytes change on the disk; what was written is not asked for again. */
    @Test
    void anySetOfRanges_overRestartsOfACacheWithADisk_equalsTheObject_andCostsNoMoreThanItsBlocks() {
        forEachSeed(true);
    }

    private static void forEachSeed(boolean onDisk) {
        Long alone = Long.getLong("reactivestore.seed");
        int seeds = Boolean.getBoolean("reactivestore.slow") ? 200 : 20;
        for (long seed = alone == null ? 1 : alone; seed <= (alone == null ? seeds : alone); seed++) {
            Run run = new Run(seed, onDisk);
            for (int i = 0; i < OBJECTS; i++) {
                run.object("key-" + i);
            }
        }
    }

    private static final class Run {
        private final long seed;
        private final Simulation simulation;
        private final RandomGenerator chance;
        private final GatedStore source;
        private final SimulatedRuntime server;
        private final LatencyStore slow;
        private final @Nullable SimulatedDisk disk;
        private SimulatedRuntime process;
        private CacheStore cache;
        private byte[] bytes = {};
        private final Set<Long> wanted = new HashSet<>();
        private final List<Reader> readers = new ArrayList<>();
        private String doing = "";

        /** Whether blocks may have to be asked for more than once. */
        private boolean isLost;

        private int restarts;

        Run(long seed, boolean onDisk) {
            this.seed = seed;
            simulation = Simulation.seeded(seed).withStalls(0.02, Duration.ofMillis(5));
            chance = simulation.random();
            server = simulation.runtime("server");
            process = simulation.runtime("process");
            disk = onDisk ? new SimulatedDisk(seed) : null;
            if (disk != null) {
                disk.files.resident((int) (seed % 3) * 50);
            }
            source = new GatedStore(server);
            slow = LatencyStore.over(source, server)
                    .latency(Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(20)));
            cache = open();
        }

        private CacheStore open() {
            SimulatedRuntime present = process;
            CacheStoreBuilder builder = CacheStore.builder(RemoteStore.over(slow, server, present))
                    .memory(m -> m.maxBytes(1 << 20))
                    .maxEntryBytes(WHOLE)
                    .blocks(b -> b.blockBytes(BLOCK).partBytes(PART).readAheadBytes(2 * PART))
                    .runtime(present);
            SimulatedDisk kept = disk;
            CacheStore opened = (kept == null
                            ? builder
                            : builder.disk(d -> kept.of(present, d).maxBytes(DISK)))
                    .build();
            simulation.await(opened.open());
            return opened;
        }

        private void restart() {
            SimulatedDisk kept = disk;
            if (kept == null || chance.nextInt(6) > 0) {
                return;
            }
            restarts++;
            boolean isSettled = chance.nextInt(4) > 0;
            if (isSettled) {
                settle();
                simulation.await(cache.settled());
            }
            isLost |= !isSettled;
            readers.clear();
            if (chance.nextBoolean() && isSettled) {
                simulation.await(cache.close());
            }
            process = process.reborn();
            if (chance.nextInt(4) == 0) {
                isLost = true;
                kept.damage(chance);
            }
            cache = open();
            if (chance.nextInt(4) > 0) {
                simulation.await(cache.settled());
            } else {
                isLost = true;
            }
        }

        void object(String key) {
            bytes = new byte[1 + chance.nextInt(300)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) chance.nextInt();
            }
            source.write(key, bytes);
            source.reads.clear();
            wanted.clear();
            isLost = false;
            restarts = 0;
            boolean leaves = chance.nextInt(4) == 0;
            for (int i = 0; i < SETS; i++) {
                int count = 1 + chance.nextInt(4);
                for (int j = 0; j < count; j++) {
                    read(key, source.reads.isEmpty());
                }
                if (leaves && chance.nextInt(3) == 0) {
                    readers.get(chance.nextInt(readers.size())).cancel();
                }
                for (int steps = chance.nextInt(60); steps > 0; steps--) {
                    simulation.step();
                }
                if (chance.nextInt(3) == 0) {
                    settle();
                    requireCosts(leaves);
                }
                restart();
            }
            settle();
            requireCosts(leaves);
        }

        private void read(String key, boolean isCold) {
            List<ByteRange> ranges = new ArrayList<>();
            int kind = chance.nextInt(8);
            if (kind == 0) {
                ranges.add(ByteRange.from(0));
            } else if (kind == 1) {
                ranges.add(ByteRange.from(chance.nextInt(bytes.length)));
            } else if (kind == 2 && !isCold) {
                ranges.add(ByteRange.suffix(1 + chance.nextInt(bytes.length)));
            } else {
                int count = kind == 3 ? 1 + chance.nextInt(5) : 1;
                for (int i = 0; i < count; i++) {
                    int start = chance.nextInt(bytes.length);
                    ranges.add(ByteRange.of(start, start + 1 + chance.nextInt(bytes.length)));
                }
            }
            doing = key + " " + ranges + " of " + bytes.length;
            for (ByteRange range : ranges) {
                Span span = range.clip(bytes.length);
                for (long block = span.start() / BLOCK; block * BLOCK < span.end(); block++) {
                    wanted.add(block);
                }
            }
            Reader reader = new Reader(chance.nextInt(3) == 0 ? 1 + chance.nextInt(3) : Long.MAX_VALUE);
            readers.add(reader);
            ReadOptions options = ReadOptions.defaults().withChunkBytes(1 + chance.nextInt(20));
            if (kind == 3) {
                reader.want(ranges.size() == 1 ? ranges.get(0).clip(bytes.length) : null);
                cache.getRanges(key, ranges, options)
                        .map(part -> {
                            Span span = ranges.get(part.index()).clip(bytes.length);
                            require(part.span().equals(span), "span of " + part);
                            require(part.bytes().equals(slice(span)), "bytes of " + part);
                            return part.bytes();
                        })
                        .subscribe(reader);
                return;
            }
            ByteRange range = ranges.get(0);
            reader.want(range.clip(bytes.length));
            boolean isAll = kind == 0 && chance.nextBoolean();
            Flux<ByteBuffer> body =
                    cache.get(key, isAll ? options : options.withRange(range)).flatMapMany(StoredObject::body);
            body.subscribe(reader);
        }

        private ByteBuffer slice(Span span) {
            return ByteBuffer.wrap(bytes, (int) span.start(), (int) span.length());
        }

        private void settle() {
            readers.forEach(Reader::hurry);
            simulation.runFor(Duration.ofSeconds(5));
            readers.forEach(Reader::verify);
            readers.clear();
            require(cache.underWay() == 0, "under way: " + cache.underWay());
        }

        /** Each block is asked for once, but for what the first read of the whole and that of a part ask for at once, and what was given up. */
        private void requireCosts(boolean leaves) {
            long least = 0;
            for (long block : wanted) {
                least += Math.min(BLOCK, bytes.length - block * BLOCK);
            }
            long asked = source.reads.stream()
                    .map(ReadOptions::range)
                    // The end of an object of which nothing is known yet is asked for past the cache.
                    .filter(range -> !(range instanceof ByteRange.Suffix))
                    .mapToLong(range -> range.clip(bytes.length).length())
                    .sum();
            // Of what could be kept whole only the whole is on the disk.
            long allowed = least * 105 / 100 + (long) WHOLE * (bytes.length <= WHOLE ? restarts + 1 : 1);
            require(leaves || isLost || asked <= allowed, "asked for " + asked + " bytes, for blocks of " + least);
        }

        private void require(boolean holds, String what) {
            if (!holds) {
                throw new AssertionError("seed " + seed + ", " + doing + ": " + what + "; asked " + source.reads);
            }
        }

        private final class Reader extends AskingSubscriber<ByteBuffer> {
            private final ByteArrayOutputStream got = new ByteArrayOutputStream();
            private Span span;

            Reader(long demand) {
                super(demand);
            }

            void want(Span wantedSpan) {
                span = wantedSpan;
            }

            @Override
            void take(ByteBuffer chunk) {
                byte[] part = new byte[chunk.remaining()];
                chunk.get(part);
                got.writeBytes(part);
            }

            @Override
            void gotTooMany() {
                require(false, "more than was asked for");
            }

            void verify() {
                if (error != null) {
                    throw new AssertionError("seed " + seed + ", " + doing, error);
                }
                require(isDone() || hasLeft(), "no end, got " + got.size() + " of " + span);
                if (!hasLeft() && span != null) {
                    byte[] right = Arrays.copyOfRange(bytes, (int) span.start(), (int) span.end());
                    assertThat(got.toByteArray()).as("seed %d, %s", seed, doing).isEqualTo(right);
                }
            }
        }
    }
}
