package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.RangeRun.Reader;
import io.reactivestore.cache.RangeRun.Version;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.StoreOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random sets of ranges over blocks that are held, missing, evicted or under way, of objects of all sizes: without faults the bytes equal
 * those of the object and the source sends hardly more than what is missing; with them, bytes are never mixed, and nothing is left.
 * {@code -Dreactivestore.seed=N} repeats one seed.
 */
class BlocksPropertyTest {

    private static final int RUNS = Boolean.getBoolean("reactivestore.slow") ? 1_000 : 100;
    private static final int SETS = 100;
    private static final int BLOCK = RangeRun.BLOCK;

    private static LongStream seeds() {
        Long alone = Long.getLong("reactivestore.seed");
        return alone == null ? LongStream.rangeClosed(1, RUNS) : LongStream.of(alone);
    }

    @Test
    void setOfRanges_equalsTheObject_andCostsWhatIsMissing() {
        seeds().forEach(seed -> {
            Costs costs = new Costs(seed);
            for (int i = 0; i < SETS; i++) {
                costs.set("k" + i);
            }
        });
    }

    @Test
    void setOfRangesBesideFaults_isOfOneVersion_andNothingIsLeft() {
        Map<String, Integer> ends = new HashMap<>();
        seeds().forEach(seed -> new Faults(seed, ends).work());
        if (Long.getLong("reactivestore.seed") == null) {
            assertThat(ends)
                    .as("of all that may happen, all has happened")
                    .containsKeys(
                            "done",
                            "left",
                            "ObjectChangedException",
                            "ObjectNotFoundException",
                            "RangeNotSatisfiableException",
                            "StoreClosedException",
                            "StoreCorruptException",
                            "StoreUnavailableException");
            assertThat(ends.get("done")).as("%s", ends).isGreaterThan(RUNS * SETS / 2);
        }
    }

    /** An object for each set, whose blocks are in some state. */
    private static final class Costs {

        private final RangeRun run;

        Costs(long seed) {
            run = new RangeRun(seed, settings -> settings.memory(memory -> memory.maxBytes(64 << 20)));
        }

        void set(String key) {
            Version object = run.write(key, run.chance.nextInt(20) == 0 ? 0 : run.size());
            boolean isKnown = run.chance.nextInt(4) > 0 && prepare(object);
            List<Asked> sets = new ArrayList<>();
            // Whoever asks about an object of which nothing is known asks a question of its own, so it is alone.
            for (int others = isKnown ? run.chance.nextInt(4) : 0; others >= 0; others--) {
                sets.add(asked(object, isKnown));
            }
            Set<Long> missing = new HashSet<>();
            sets.forEach(set -> missing.addAll(missing(object, set)));
            long calls = calls();
            long sent = run.source.bytesRead();
            for (Asked set : sets) {
                read(key, set);
                run.steps(60);
            }
            for (Reader reader : run.settle()) {
                run.require(reader.isDone(), "error of " + reader);
            }
            long least =
                    missing.stream().mapToLong(block -> length(object, block)).sum();
            long most = least * 105 / 100
                    + (isKnown ? reloaded(object, sets) : sets.get(0).gaps());
            long cost = run.source.bytesRead() - sent;
            run.require(cost <= most, "sent " + cost + " bytes, missing " + least + ", " + sets + " of " + object);
            if (!isKnown && sets.get(0).isOnePart(object.bytes.length)) {
                run.require(calls() - calls == 1, "calls: " + (calls() - calls) + ", " + sets + " of " + object);
            }
        }

        /** @param isWhole whether it is a read without a range */
        private record Asked(List<ByteRange> ranges, boolean isMany, boolean isWhole) {

            /** Between ranges that are asked for together there may be a block that nobody wants. */
            long gaps() {
                return (long) BLOCK * (ranges.size() - 1);
            }

            boolean isOnePart(int size) {
                boolean isPart = !isMany && ranges.get(0).clip(size).length() <= RangeRun.PART;
                boolean isToTheEnd = ranges.get(0) instanceof ByteRange.From;
                return size <= BLOCK || (isWhole && size <= RangeRun.WHOLE) || (isPart && !isToTheEnd);
            }
        }

        private Asked asked(Version object, boolean isKnown) {
            int size = Math.max(1, object.bytes.length);
            int kind = run.chance.nextInt(6);
            if (kind == 0) {
                return new Asked(List.of(ByteRange.from(0)), false, true);
            }
            if (kind < 3 || object.bytes.length == 0) {
                return new Asked(List.of(run.range(size)), false, false);
            }
            List<ByteRange> ranges = new ArrayList<>();
            for (int count = 1 + run.chance.nextInt(5); count > 0; count--) {
                ranges.add(run.range(size));
            }
            if (!isKnown) {
                // The end of an object of unknown size is asked for past the cache, with all that goes with it.
                ranges.replaceAll(range -> range instanceof ByteRange.Suffix ? ByteRange.from(size / 2) : range);
            }
            return new Asked(ranges, true, false);
        }

        private void read(String key, Asked set) {
            if (set.isMany) {
                run.getRanges(key, set.ranges);
            } else {
                ReadOptions options = ReadOptions.defaults();
                run.get(key, set.isWhole ? options : options.withRange(set.ranges.get(0)));
            }
        }

        /** Lets some of it be held, and drops some of that again; says whether anything is known. */
        private boolean prepare(Version object) {
            for (int reads = 1 + run.chance.nextInt(2); reads > 0; reads--) {
                read(object.key, asked(object, true));
                run.settle();
            }
            int blocks = (object.bytes.length + BLOCK - 1) / BLOCK;
            int dropped = run.chance.nextInt(4);
            LongStream.range(0, blocks)
                    .filter(block -> run.chance.nextInt(4) < dropped)
                    .forEach(block -> run.evict(object, block));
            return run.cache.memory.get(object.key) != null;
        }

        private Set<Long> missing(Version object, Asked set) {
            Set<Long> missing = new HashSet<>();
            CachedEntry held = run.cache.memory.get(object.key);
            if (held != null && !held.isOutline()) {
                return missing;
            }
            for (ByteRange range : set.ranges) {
                Span span = range.clip(object.bytes.length);
                LongStream.range(span.start() / BLOCK, (span.end() + BLOCK - 1) / BLOCK)
                        .filter(block -> !run.has(object, block))
                        .forEach(missing::add);
            }
            return missing;
        }

        /** What can be kept whole is loaded whole when all of it is read. */
        private static long reloaded(Version object, List<Asked> sets) {
            int size = object.bytes.length;
            return size <= RangeRun.WHOLE && sets.stream().anyMatch(Asked::isWhole) ? size : 0;
        }

        private static long length(Version object, long block) {
            return Math.min(BLOCK, object.bytes.length - block * BLOCK);
        }

        private long calls() {
            return run.source.calls();
        }
    }

    /** A few objects that change and go, over a source that fails, in a memory that is too small or has room for all. */
    private static final class Faults {

        private static final int KEYS = 3;

        private final RangeRun run;
        private final Map<String, Integer> ends;

        Faults(long seed, Map<String, Integer> ends) {
            this.ends = ends;
            run = new RangeRun(
                    seed,
                    settings -> settings.memory(memory -> memory.maxBytes(seed % 2 == 0 ? 4_000 : 1 << 20))
                            .maxLoadingBytes(seed % 3 == 0 ? 2 * BLOCK : 1 << 20)
                            .finishAbandonedLoads(seed % 5 == 0)
                            .freshness(fresh -> {
                                if (seed % 7 == 0) {
                                    fresh.maxAge(Duration.ofMillis(30));
                                }
                            }));
            for (int i = 0; i < KEYS; i++) {
                run.write("k" + i, run.size());
            }
        }

        void work() {
            for (int i = 0; i < SETS; i++) {
                String key = "k" + run.chance.nextInt(KEYS);
                trouble(key);
                Reader reader = read(key);
                if (run.chance.nextInt(4) == 0) {
                    later(reader::cancel);
                }
                run.steps(80);
                if (run.chance.nextInt(4) == 0) {
                    settle();
                }
            }
            settle();
            for (int i = 0; i < KEYS; i++) {
                readNow("k" + i);
            }
            close();
        }

        private void trouble(String key) {
            int place = run.chance.nextInt(RangeRun.PART);
            switch (run.chance.nextInt(16)) {
                case 0 -> run.faults.next(StoreOperation.GET, Fault.breakBody(place));
                case 1 -> run.faults.next(StoreOperation.GET, Fault.truncateBody(place));
                case 2 -> run.faults.next(StoreOperation.GET, Fault.failBefore());
                case 3, 4 -> later(() -> run.write(key, run.size()));
                case 5 -> later(() -> run.remove(key));
                case 6 -> later(() -> run.write(key, run.size()));
                case 7 -> later(() -> run.cache.removals.drop(key).subscribe(done -> {}, error -> {}));
                case 8, 9 -> later(() -> run.evictAny(key));
                default -> {
                    // All is well.
                }
            }
        }

        private void later(Runnable trouble) {
            run.runtime.timers().schedule(trouble, run.chance.nextInt(40), TimeUnit.MILLISECONDS);
        }

        private Reader read(String key) {
            ReadOptions options = run.chance.nextInt(10) == 0
                    ? ReadOptions.defaults().withMode(ReadMode.REVALIDATE)
                    : ReadOptions.defaults();
            int kind = run.chance.nextInt(6);
            if (kind == 0) {
                return run.get(key, options);
            }
            // Now and then past its end.
            int most = run.latest(key).bytes.length + (run.chance.nextInt(10) == 0 ? 10 * BLOCK : 0);
            if (kind < 3) {
                return run.get(key, options.withRange(run.range(most)));
            }
            List<ByteRange> ranges = new ArrayList<>();
            for (int count = 1 + run.chance.nextInt(4); count > 0; count--) {
                ranges.add(run.range(most));
            }
            return run.getRanges(key, ranges);
        }

        private void settle() {
            for (Reader reader : run.settle()) {
                String end = reader.isDone()
                        ? "done"
                        : reader.error == null
                                ? "left"
                                : reader.error.getClass().getSimpleName();
                ends.merge(end, 1, Integer::sum);
            }
            run.faults.heal();
        }

        /** What is there now is what is read, once all that is held has been dropped. */
        private void readNow(String key) {
            run.await(run.cache.removals.drop(key));
            byte[] read =
                    run.await(run.cache.reads.get(key, ReadOptions.defaults()).flatMap(StoredObject::byteArray));
            byte[] present = run.present(key);
            assertThat(read).as("seed %d, %s", run.simulation.seed(), key).isEqualTo(present);
        }

        /** In the middle of it, and of a body that says no more. */
        private void close() {
            run.faults.next(StoreOperation.GET, Fault.stallBody(run.chance.nextInt(RangeRun.PART)));
            for (int i = 0; i < 5; i++) {
                read("k" + run.chance.nextInt(KEYS));
                run.steps(10);
            }
            run.await(run.cache.lifecycle.close());
            settle();
        }
    }
}
