package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Readers of ranges of a few objects, over a source that is slow and sends bodies in small pieces. Each reader's bytes are compared with
 * those of the version that it was told of. The parts of a cache, and not the whole of it, since a test looks at single blocks.
 */
final class RangeRun {

    static final int BLOCK = 16;
    static final int PART = 4 * BLOCK;
    static final int WHOLE = 5 * BLOCK;

    final Simulation simulation;
    final RandomGenerator chance;
    final SimulatedRuntime runtime;
    final FaultyStore faults;
    final CountingStore source;
    final CacheParts cache;

    /** Those that have come to no end yet, and those that were not looked at since. */
    final List<Reader> readers = new ArrayList<>();

    private final MemoryStore objects;
    private final Map<String, List<Version>> versions = new HashMap<>();

    /** What an object was at some time. */
    static final class Version {

        final String key;
        final String etag;
        final byte[] bytes;

        private Version(String key, String etag, byte[] bytes) {
            this.key = key;
            this.etag = etag;
            this.bytes = bytes;
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    RangeRun(long seed, UnaryOperator<CacheStoreBuilder> settings) {
        simulation = Simulation.seeded(seed).withStalls(0.02, Duration.ofMillis(5));
        chance = simulation.random();
        runtime = simulation.runtime("cache");
        objects = MemoryStore.create(runtime);
        LatencyStore slow = LatencyStore.over(new InPieces(objects), runtime)
                .latency(Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(10)))
                .bytesPerSecond(5_000);
        faults = FaultyStore.over(slow, runtime);
        source = CountingStore.over(faults);
        CacheStoreBuilder builder = CacheStore.builder(source)
                .maxEntryBytes(WHOLE)
                .blocks(blocks -> blocks.blockBytes(BLOCK).partBytes(PART).readAheadBytes(2 * PART));
        cache = new CacheParts(source, settings.apply(builder).settings(), runtime, null, null);
    }

    /** A size at an edge, or any other up to thirty blocks. */
    int size() {
        int blocks = 1 + chance.nextInt(30);
        return switch (chance.nextInt(8)) {
            case 0 -> 1 + chance.nextInt(BLOCK);
            case 1 -> WHOLE - 1 + chance.nextInt(3);
            case 2 -> PART - 1 + chance.nextInt(3);
            case 3, 4 -> blocks * BLOCK - 1 + chance.nextInt(3);
            default -> 1 + chance.nextInt(30 * BLOCK);
        };
    }

    /** Past the cache, as by somebody else. */
    Version write(String key, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) chance.nextInt();
        }
        ObjectInfo info = objects.put(key, Content.bytes(bytes)).block(Duration.ofSeconds(1));
        Version version = new Version(key, info.etag(), bytes);
        versions.computeIfAbsent(key, any -> new ArrayList<>()).add(version);
        return version;
    }

    /** Past the cache too. */
    void remove(String key) {
        objects.delete(key).block(Duration.ofSeconds(1));
    }

    byte @Nullable [] present(String key) {
        return objects.getByteArray(key).block(Duration.ofSeconds(1));
    }

    Version latest(String key) {
        List<Version> all = versions.get(key);
        return all.get(all.size() - 1);
    }

    boolean has(Version object, long block) {
        return cache.memory.copies().hasBlock(new BlockKey(object.key, object.etag, block));
    }

    void evict(Version object, long block) {
        cache.memory.copies().removeBlock(new BlockKey(object.key, object.etag, block));
    }

    /** Some of the blocks of the latest version. */
    void evictAny(String key) {
        for (int i = 0; i < 10; i++) {
            evict(latest(key), chance.nextInt(30));
        }
    }

    /** A range that begins within so many bytes. */
    ByteRange range(int size) {
        int start = chance.nextInt(size);
        return switch (chance.nextInt(10)) {
            case 0 -> ByteRange.from(start);
            case 1 -> ByteRange.suffix(1 + start);
            case 2 -> ByteRange.of(start, start + 1 + chance.nextInt(2 * size));
            default -> ByteRange.of(start, start + 1 + chance.nextInt(3 * BLOCK));
        };
    }

    Reader get(String key, ReadOptions options) {
        ByteRange range = options.range();
        Reader reader = new Reader(key, range == null ? List.of(ByteRange.from(0)) : List.of(range));
        cache.reads
                .get(key, options.withChunkBytes(1 + chance.nextInt(2 * BLOCK)))
                .doOnNext(reader::sees)
                .flatMapMany(StoredObject::body)
                .map(chunk -> new Piece(0, chunk))
                .subscribe(reader);
        return reader;
    }

    Reader getRanges(String key, List<ByteRange> ranges) {
        Reader reader = new Reader(key, ranges);
        cache.reads
                .getRanges(key, ranges, ReadOptions.defaults())
                .map(part -> new Piece(part.index(), part.bytes()))
                .subscribe(reader);
        return reader;
    }

    void steps(int most) {
        for (int steps = chance.nextInt(most); steps > 0; steps--) {
            simulation.step();
        }
    }

    /** Lets everything end that can, and looks at what the readers have got and whether anything is left. */
    List<Reader> settle() {
        readers.forEach(Reader::hurry);
        simulation.runFor(Duration.ofMinutes(1));
        requireNothingLeft();
        List<Reader> ended = List.copyOf(readers);
        ended.forEach(Reader::verify);
        readers.clear();
        return ended;
    }

    void requireNothingLeft() {
        require(cache.flights.underWay() == 0, "loads are left: " + cache.flights.underWay());
        require(cache.blocks.underWay() == 0, "blocks are left: " + cache.blocks.underWay());
        require(cache.budget.taken() == 0, "bytes of the budget are left: " + cache.budget.taken());
        require(source.inFlight() == 0, "requests are left: " + source.inFlight());
        require(source.openBodies() == 0, "bodies are left: " + source.openBodies());
    }

    void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("seed " + simulation.seed() + ", " + what + "; readers " + readers);
        }
    }

    <T> @Nullable T await(Mono<T> mono) {
        return simulation.await(mono);
    }

    /** @param index of which range */
    private record Piece(int index, ByteBuffer bytes) {}

    /** One subscriber, whose demand comes in small numbers at first. */
    final class Reader extends AskingSubscriber<Piece> {

        private final String key;
        private final List<ByteRange> ranges;
        private final List<ByteArrayOutputStream> got = new ArrayList<>();
        private @Nullable StoredObject object;

        Reader(String key, List<ByteRange> ranges) {
            super(chance.nextBoolean() ? Long.MAX_VALUE : chance.nextInt(3));
            this.key = key;
            this.ranges = ranges;
            ranges.forEach(range -> got.add(new ByteArrayOutputStream()));
            readers.add(this);
        }

        private void sees(StoredObject answer) {
            object = answer;
        }

        @Override
        void take(Piece piece) {
            byte[] bytes = new byte[piece.bytes.remaining()];
            piece.bytes.get(bytes);
            got.get(piece.index).writeBytes(bytes);
            if (isServed() && chance.nextBoolean()) {
                ask(1);
            }
        }

        @Override
        void gotTooMany() {
            require(false, "more than was asked for by " + this);
        }

        /** All of it is of one version, and of the one that it was told of, and all that it was to be if it is done. */
        void verify() {
            require(isDone() || hasLeft() || error != null, "no end of " + this);
            require(error == null || error instanceof StoreException, "error " + error + " of " + this);
            List<Version> all = versions.getOrDefault(key, List.of());
            boolean isNothing = got.stream().allMatch(part -> part.size() == 0);
            boolean isAbsent = isDone() && object == null && isNothing && ranges.size() == 1;
            require(
                    isAbsent || (isNothing && !isDone()) || all.stream().anyMatch(this::isOf),
                    "wrong bytes of " + this);
        }

        private boolean isOf(Version version) {
            if (object != null && !object.info().etag().equals(version.etag)) {
                return false;
            }
            return IntStream.range(0, ranges.size())
                    .allMatch(i -> isOf(
                            version.bytes,
                            ranges.get(i).clip(version.bytes.length),
                            got.get(i).toByteArray()));
        }

        /** @param span null where the range starts past the end */
        private boolean isOf(byte[] bytes, @Nullable Span span, byte[] mine) {
            if (span == null) {
                return !isDone() && mine.length == 0;
            }
            int start = (int) span.start();
            int end = start + mine.length;
            return end <= span.end()
                    && Arrays.equals(mine, 0, mine.length, bytes, start, end)
                    && (!isDone() || isAsSent() || end == span.end());
        }

        /** Past the cache, where nobody looks whether a body is as long as it was to be. */
        private boolean isAsSent() {
            return object instanceof StreamedView;
        }

        @Override
        public String toString() {
            List<Integer> sizes = got.stream().map(ByteArrayOutputStream::size).toList();
            return key + " " + ranges + " -> " + sizes + (isDone() ? ", done" : hasLeft() ? ", left" : ", " + error)
                    + (object == null ? "" : ", " + object);
        }
    }

    /** Sends bodies in pieces, however large they were to be. */
    private final class InPieces extends ForwardingStore {

        InPieces(Store inner) {
            super(inner);
        }

        @Override
        public Mono<StoredObject> get(String key, ReadOptions options) {
            return super.get(key, options.withChunkBytes(1 + chance.nextInt(4 * BLOCK)));
        }
    }
}
