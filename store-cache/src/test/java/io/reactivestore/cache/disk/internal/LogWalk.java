package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.disk.internal.MemoryLogFiles.Killed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A random walk over everything that can happen to a log, beside what is known of each key: what may be found, and what must be. Keys
 * behave as under a fence: what is appended was right when it was, and a mutation is sent after its removal is on disk.
 */
final class LogWalk {

    private static final List<String> KEYS = List.of("p/a", "p/b", "q/c", "q/d");
    private static final int SEGMENTS = 8;
    private static final int BLOCK_BYTES = 4;

    private final SplittableRandom random;
    private final Map<String, Known> known = new LinkedHashMap<>();

    /** Those that were written, and whether they must not be found; the others may be. */
    private final Map<Block, Boolean> blocks = new LinkedHashMap<>();

    private final List<String> steps = new ArrayList<>();
    private final LogStage stage;
    private final boolean damages;
    private final boolean recoversLate;
    private long sequence;
    private @Nullable String prefixUnderWay;
    private @Nullable Place reading;
    private @Nullable LogRecord read;
    private boolean recovered = true;

    /** What is right for a key. */
    private static final class Known {
        /** Of the value that the source has. */
        int version;

        long stamp;

        /** Whether a removal was written of which the mutation has not ended. */
        boolean inFlight;

        /** Whether the entry of the present version must be found, and trusted. */
        boolean warm;

        /** Whether nothing may be found without suspicion, since a removal was missed. */
        boolean missed;
    }

    /** Some bytes of a version. */
    private record Block(String key, String whole, int start) {}

    /**
     * A walk that has not begun.
     *
     * @param damages whether bytes change while no process runs: then nothing must be found, and nothing wrong may be
     * @param recoversLate whether other things happen between opening and recovery
     */
    LogWalk(long seed, boolean damages, boolean recoversLate) throws IOException {
        random = new SplittableRandom(seed);
        stage = new LogStage(new MemoryLogFiles(seed).resident(50), SEGMENTS);
        this.damages = damages;
        this.recoversLate = recoversLate;
        KEYS.forEach(key -> known.put(key, new Known()));
    }

    void walk(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            if (random.nextInt(12) == 0) {
                stage.files.killAfter(random.nextInt(3_000));
            }
            try {
                step();
            } catch (Killed killed) {
                steps.add("killed in it");
                reopen(false);
                if (!stage.damaged.isEmpty()) {
                    // A head that was cut looks like one that was damaged.
                    forAll((key, of) -> of.warm = false);
                }
            }
            check();
        }
    }

    private void step() throws IOException {
        String key = KEYS.get(random.nextInt(KEYS.size()));
        Known of = known.get(key);
        int choice = random.nextInt(110);
        if (choice >= 100) {
            fillBlock(key, of);
        } else if (choice < 25) {
            fill(key, of);
        } else if (choice < 35) {
            begin(key, of);
        } else if (choice < 50) {
            end(key, of);
        } else if (choice < 55) {
            prefix();
        } else if (choice < 63) {
            seal();
        } else if (choice < 70) {
            recycleAny();
        } else if (choice < 76) {
            readToReinsert(key);
        } else if (choice < 82) {
            reinsert();
        } else if (choice < 85) {
            renew(key, of);
        } else if (choice < 87) {
            sweep();
        } else if (choice < 90) {
            miss(key, of);
        } else if (choice < 92) {
            drop(key, of);
        } else if (choice < 94 && !recovered) {
            recover();
        } else {
            steps.add("kill");
            reopen(random.nextInt(3) == 0);
        }
    }

    private void fill(String key, Known of) throws IOException {
        if (of.inFlight || of.missed || underPrefix(key)) {
            return;
        }
        steps.add("fill " + key + " " + of.version);
        boolean published = random.nextInt(5) > 0;
        of.warm = false; // while it is written
        Place place = append(stage.entry(key, value(of), of.stamp, sequence));
        if (published) {
            stage.log.publish(place);
            of.warm = true;
        } else {
            stage.log.remove(key);
        }
    }

    private void fillBlock(String key, Known of) throws IOException {
        if (of.inFlight || of.missed || underPrefix(key)) {
            return;
        }
        String whole = value(of);
        int start = random.nextInt(whole.length() / BLOCK_BYTES) * BLOCK_BYTES;
        steps.add("fill block " + start + " of " + key + " " + of.version);
        Block block = new Block(key, whole, start);
        LogRecord record = stage.block(key, whole, start, start + BLOCK_BYTES, sequence);
        blocks.put(block, false);
        stage.log.publish(append(record));
        if (!damages) {
            assertThat(bytesOf(block)).as("%s", steps).isNotNull();
        }
    }

    private @Nullable String bytesOf(Block block) throws IOException {
        try {
            return stage.getBlock(block.key, block.whole, block.start, block.start + BLOCK_BYTES);
        } catch (DamagedRecordException damaged) {
            assertThat(damages).as("%s", steps).isTrue();
            return null;
        }
    }

    private void checkBlocks() throws IOException {
        for (Map.Entry<Block, Boolean> each : blocks.entrySet()) {
            Block block = each.getKey();
            String found = bytesOf(block);
            if (found != null) {
                int end = block.start + BLOCK_BYTES;
                assertThat(found).as("%s: %s", block, steps).isEqualTo(block.whole.substring(block.start, end));
                assertThat(each.getValue() && !damages)
                        .as("%s is hidden: %s", block, steps)
                        .isFalse();
            }
        }
    }

    private void begin(String key, Known of) throws IOException {
        if (of.inFlight || of.missed) {
            return;
        }
        steps.add("begin " + key);
        of.warm = false;
        append(LogRecord.tombstone(key, stage.version(of.stamp)));
        of.inFlight = true;
    }

    private void end(String key, Known of) {
        if (of.inFlight && !of.missed) {
            steps.add("end " + key);
            of.inFlight = false;
            of.stamp++;
            of.version++;
        }
    }

    private void prefix() throws IOException {
        String prefix = prefixUnderWay;
        if (prefix == null) {
            prefix = random.nextBoolean() ? "p/" : "q/";
            steps.add("begin prefix " + prefix);
            forUnder(prefix, of -> of.warm = false);
            append(LogRecord.prefix(prefix, stage.version(++sequence)));
            String hidden = prefix;
            blocks.replaceAll((block, was) -> was || block.key.startsWith(hidden));
            prefixUnderWay = prefix;
        } else {
            steps.add("end prefix " + prefix);
            forUnder(prefix, of -> of.version++);
            sequence++;
            prefixUnderWay = null;
        }
    }

    private void seal() throws IOException {
        steps.add("seal");
        long before = stage.newest();
        while (stage.newest() == before) {
            append(stage.entry("filler", "x".repeat(700), 0));
        }
    }

    private void recycleAny() throws IOException {
        List<Long> numbers = stage.numbers();
        recycle(numbers.get(random.nextInt(numbers.size())));
    }

    private boolean recycle(long number) throws IOException {
        steps.add("recycle " + number);
        forAll((key, of) -> {
            Place place = stage.log.find(key);
            if (!recovered || (place != null && place.segment() == number)) {
                of.warm = false;
            }
        });
        return stage.log.recycle(number, keep());
    }

    /** What is still under way is needed. */
    private Keep keep() {
        return new Keep() {
            @Override
            public boolean tombstone(String key, RecordVersion version) {
                return !key.equals("filler") && known.get(key).inFlight;
            }

            @Override
            public boolean prefix(String prefix, RecordVersion version) {
                return prefix.equals(prefixUnderWay);
            }
        };
    }

    private void readToReinsert(String key) throws IOException {
        Place place = stage.log.find(key);
        if (place != null && !place.suspect()) {
            steps.add("read to reinsert " + key);
            reading = place;
            read = readOrRemove(place);
        }
    }

    private void reinsert() throws IOException {
        if (reading != null && read != null && stage.log.isCurrent(reading, read)) {
            steps.add("reinsert " + read.key());
            Place again = append(read);
            Place still = stage.log.find(read.key());
            // A roll may have recycled it, and another epoch may have begun: then it is left.
            if (still != null && !still.suspect()) {
                stage.log.replace(reading, again);
            }
        }
        reading = null;
    }

    private void renew(String key, Known of) throws IOException {
        Place place = stage.log.find(key);
        if (place == null || of.inFlight || of.missed || underPrefix(key) || readOrRemove(place) == null) {
            return;
        }
        LogRecord record = Objects.requireNonNull(stage.log.read(place));
        if (!LogStage.text(record).equals(value(of))) {
            return; // the source does not confirm it
        }
        steps.add("renew " + key);
        boolean wasWarm = of.warm;
        of.warm = false;
        Place renewed = append(LogRecord.renewal(
                stage.version(of.stamp), sequence, 9_000, Objects.requireNonNull(record.info()), place));
        of.warm = wasWarm && stage.log.find(key) != null;
        stage.log.renew(renewed);
    }

    private void sweep() throws IOException {
        if (recovered) {
            steps.add("sweep");
            stage.log.sweep(() -> true);
        }
    }

    /** The tier is off: a mutation goes past it, and later it is on again, or the process is killed. */
    private void miss(String key, Known of) throws IOException {
        if (of.inFlight || of.missed) {
            return;
        }
        steps.add("miss " + key);
        forAll((each, all) -> all.warm = false);
        stage.log.markOff();
        of.missed = true;
        of.version++;
        of.stamp++;
        if (random.nextBoolean()) {
            steps.add("begin epoch");
            stage.log.beginEpoch();
            of.missed = false;
            forAll((each, all) -> all.stamp = 0);
        } else {
            reopen(false);
            forAll((each, all) -> all.missed = false);
        }
        stage.log.clearOff();
        reading = null;
    }

    private void drop(String key, Known of) throws IOException {
        steps.add("drop " + key);
        of.warm = false;
        stage.log.remove(key);
    }

    private void reopen(boolean clean) throws IOException {
        if (clean) {
            steps.add("closed cleanly");
            stage.log.closeCleanly();
        }
        stage.files.kill();
        if (damages && random.nextInt(6) == 0) {
            damage();
        }
        reading = null;
        recovered = false;
        stage.openOnly();
        forAll((key, of) -> {
            // What was sent may have been applied.
            of.version += of.inFlight ? 1 : 0;
            of.inFlight = false;
            of.stamp = 0;
        });
        String prefix = prefixUnderWay;
        if (prefix != null) {
            forUnder(prefix, of -> of.version++);
        }
        prefixUnderWay = null;
        sequence = 0;
        if (stage.log.opening().offMark()) {
            forAll((key, of) -> of.warm = false);
            stage.log.clearOff();
        }
        if (!recoversLate) {
            recover();
        }
    }

    private void recover() throws IOException {
        steps.add("recover");
        assertThat(stage.log.recover()).isTrue();
        recovered = true;
    }

    private void damage() throws IOException {
        List<String> names = stage.files.names().stream()
                .filter(name -> name.endsWith("segment"))
                .toList();
        String name = names.get(random.nextInt(names.size()));
        byte[] bytes = stage.files.bytes(name);
        boolean footer = random.nextBoolean();
        int at = footer ? bytes.length - 1 - random.nextInt(300) : random.nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        steps.add("damage " + name + " at " + at);
        forAll((key, of) -> of.warm = false);
    }

    /** Appends as the writer does: with a free segment ahead. */
    private Place append(LogRecord record) throws IOException {
        while (!stage.log.prepareFree()) {
            recycle(stage.numbers().get(0));
        }
        return stage.append(record);
    }

    private void check() throws IOException {
        for (Map.Entry<String, Known> each : known.entrySet()) {
            String key = each.getKey();
            Known of = each.getValue();
            Place place = stage.log.find(key);
            LogRecord record = place == null ? null : readOrRemove(place);
            if (record != null
                    && place != null
                    && !place.suspect()
                    && record.key().equals(key)) {
                assertThat(LogStage.text(record)).as("%s: %s", key, steps).isEqualTo(value(of));
                assertThat(of.missed).as("%s: %s", key, steps).isFalse();
            }
            if (of.warm && recovered && !damages) {
                assertThat(record).as("%s is warm: %s", key, steps).isNotNull();
                assertThat(Objects.requireNonNull(place).suspect())
                        .as("%s: %s", key, steps)
                        .isFalse();
            }
        }
        checkBlocks();
        assertThat(stage.files.totalBytes())
                .as("%s", steps)
                .isLessThanOrEqualTo((SEGMENTS + 1) * LogStage.SEGMENT_BYTES + 4096);
        long live =
                stage.log.segments().stream().mapToLong(SegmentFacts::liveBytes).sum();
        assertThat(live).as("%s", steps).isEqualTo(stage.log.liveBytes());
    }

    private @Nullable LogRecord readOrRemove(Place place) throws IOException {
        try {
            return stage.log.read(place);
        } catch (DamagedRecordException damaged) {
            assertThat(damages).as("%s", steps).isTrue();
            stage.log.remove(place);
            return null;
        }
    }

    private boolean underPrefix(String key) {
        return prefixUnderWay != null && key.startsWith(prefixUnderWay);
    }

    private interface Change {
        void of(Known known);
    }

    private interface KeyChange {
        void of(String key, Known known);
    }

    private void forUnder(String prefix, Change change) {
        known.forEach((key, of) -> {
            if (key.startsWith(prefix)) {
                change.of(of);
            }
        });
    }

    private void forAll(KeyChange change) {
        known.forEach(change::of);
    }

    private static String value(Known of) {
        return "value " + of.version;
    }

    @Override
    public String toString() {
        return String.join(", ", steps);
    }
}
