package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that are not what was written: never a wrong answer, and nothing that was removed comes back unless suspect. */
class DamageTest {

    /** What is right; absent are keys that were removed. */
    private static final Map<String, String> RIGHT = Map.of("a", "one", "b", "two-new", "c", "three", "e", "five");

    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f");

    private static final boolean SLOW = Boolean.getBoolean("reactivestore.slow");

    private final LogStage stage;

    DamageTest() throws IOException {
        stage = new LogStage(16);
    }

    /** Entries, a rewritten one, and removals, in three segments. */
    private void fill() throws IOException {
        stage.put("a", "one", 0);
        stage.put("b", "two-old", 0);
        stage.put("d", "removed", 0);
        stage.put("e", "five-old", 0);
        stage.put("f", "removed", 0);
        stage.seal();
        stage.delete("d", 0);
        stage.put("c", "three", 0);
        stage.delete("b", 0);
        stage.put("b", "two-new", 1);
        stage.seal();
        stage.put("e", "five", 1);
        stage.delete("f", 0);
    }

    @Test
    void changedByteUnderARunningLog_isAMissThatIsTold() throws IOException {
        Place place = stage.put("a", "one", 0);
        String file = segmentFile(stage.files, place.segment());
        for (int i = 0; i < place.recordBytes(); i++) {
            stage.files.bytes(file)[place.offset() + i] ^= 1;
            LogRecord record = readOrNull(stage, "a");
            boolean padding = i >= place.recordBytes() - 4;
            if (!padding) {
                assertThat(record).as("byte %s", i).isNull();
            }
            stage.files.bytes(file)[place.offset() + i] ^= 1;
        }
        assertThat(stage.get("a")).isEqualTo("one");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changedByteAnywhere_isNeverAWrongAnswer(boolean clean) throws IOException {
        fill();
        end(clean);
        int told = 0;
        for (String name : stage.files.names()) {
            for (int i = 0; i < stage.files.bytes(name).length; i++) {
                if (!SLOW && i % 61 != 0 && isLikeItsNeighbours(stage.files.bytes(name), i)) {
                    continue;
                }
                MemoryLogFiles copy = stage.files.copy();
                copy.bytes(name)[i] ^= (byte) (1 << i % 8);
                told += checkRight(new LogStage(copy, 16), name + " byte " + i);
            }
        }
        assertThat(told).as("how often damage was seen").isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fileCutAnywhere_isNeverAWrongAnswer(boolean clean) throws IOException {
        fill();
        end(clean);
        for (String name : stage.files.names()) {
            for (int length = 0; length < stage.files.bytes(name).length; length += SLOW ? 1 : 24) {
                MemoryLogFiles copy = stage.files.copy();
                copy.truncate(name, length);
                checkRight(new LogStage(copy, 16), name + " cut to " + length);
            }
        }
    }

    @Test
    void severalPagesOfZeros_areNeverAWrongAnswer() throws IOException {
        fill();
        Place newest = Objects.requireNonNull(stage.log.find("e"));
        int endOfRecords = newest.offset() + newest.recordBytes();
        String last = segmentFile(stage.files, newest.segment());
        end(false);
        for (String name : stage.files.names()) {
            for (int from = 0; from < stage.files.bytes(name).length; from += 64) {
                MemoryLogFiles copy = stage.files.copy();
                byte[] bytes = copy.bytes(name);
                // What is gone from the end of the last segment nobody can miss, unless the system was stopped.
                int end = name.equals(last) ? endOfRecords - 8 : bytes.length;
                Arrays.fill(bytes, Math.min(from, end), Math.min(end, from + 512), (byte) 0);
                checkRight(new LogStage(copy, 16), name + " zeros from " + from);
            }
        }
    }

    @Test
    void unreadableFooter_makesOlderEntriesSuspect_alsoLater_untilTheyAreGone() throws IOException {
        stage.put("a", "one", 0);
        long first = stage.seal();
        stage.put("b", "two", 0);
        long second = stage.seal();
        stage.put("c", "three", 0);
        stage.seal();
        stage.files.kill();
        breakFooter(second);
        for (int round = 0; round < 3; round++) {
            stage.reopen();
            assertThat(stage.damaged).containsExactly(second);
            assertThat(stage.suspect("a")).isTrue();
            assertThat(stage.suspect("b")).isTrue();
            assertThat(stage.get("b")).isEqualTo("two");
            assertThat(stage.suspect("c")).isFalse();
            assertThat(stage.facts(second).damaged()).isTrue();
            assertThat(stage.log.recycle(second, Keep.NOTHING))
                    .as("not before older ones")
                    .isFalse();
            stage.files.kill();
        }
        stage.reopen();
        assertThat(stage.log.recycle(first, Keep.NOTHING)).isTrue();
        assertThat(stage.log.recycle(second, Keep.NOTHING)).isTrue();
        stage.kill();
        assertThat(stage.damaged).isEmpty();
        assertThat(stage.suspect("c")).isFalse();
    }

    @Test
    void damagedRecordOfTheTail_isNotTheEnd_andWhatIsBehindItIsFound() throws IOException {
        stage.put("a", "one", 0);
        Place broken = stage.append(LogRecord.tombstone("x", stage.version(0)));
        stage.put("b", "two", 0);
        stage.files.kill();
        stage.files.bytes(segmentFile(stage.files, broken.segment()))[broken.offset() + 50] ^= 1;
        for (int round = 0; round < 2; round++) {
            stage.reopen();
            assertThat(stage.damaged).containsExactly(broken.segment());
            assertThat(stage.get("b")).isEqualTo("two");
            assertThat(stage.suspect("a")).isTrue();
            stage.put("c", "three", 0);
            assertThat(stage.suspect("c")).isFalse();
            stage.files.kill();
        }
    }

    @Test
    void damagedBytesInTheTail_doNotBringBackWhatTheyOverwrote() throws IOException {
        stage.put("a", "old", 0);
        stage.seal();
        Place broken = stage.put("a", "new, and long enough", 1);
        stage.put("b", "two", 0);
        stage.files.kill();
        stage.files.bytes(segmentFile(stage.files, broken.segment()))[broken.offset() + broken.recordBytes() - 8] ^= 1;
        stage.reopen();
        assertThat(readOrNull(stage, "a")).isNull();
        assertThat(stage.get("b")).isEqualTo("two");
    }

    @Test
    void bytesOfAnObjectThatLookLikeARecord_areNone() throws IOException {
        Place place = stage.put("a", "one", 0);
        byte[] file = stage.files.bytes(segmentFile(stage.files, place.segment()));
        byte[] forged = Arrays.copyOfRange(file, place.offset(), place.offset() + place.recordBytes());
        // The forger knows everything but the mark of the directory.
        Arrays.fill(forged, 0, 8, (byte) 'x');
        Place around = stage.put("b", new String(forged, StandardCharsets.ISO_8859_1), 0);
        stage.put("c", "three", 0);
        stage.files.kill();
        file[around.offset() + 20] ^= 1;
        stage.reopen();
        assertThat(stage.damaged).containsExactly(place.segment());
        assertThat(stage.get("c")).isEqualTo("three");
        assertThat(stage.log.entries()).isEqualTo(2);
    }

    @Test
    void failedWrite_leavesNothingThatComesBack() throws IOException {
        stage.put("a", "old", 0);
        MemoryLogFiles files = stage.files;
        int batchBytes = batch(0).stream().mapToInt(DiskLog::recordBytes).sum();
        for (int bytes = 1; bytes < batchBytes; bytes += 7) {
            files.failWriteAfter(bytes);
            List<LogRecord> batch = batch(bytes);
            assertThatThrownBy(() -> stage.log.append(batch)).hasMessage("No space left on device");
            stage.delete("a", bytes);
            stage.delete("b", bytes);
            stage.makeRoom();
            stage.kill();
            assertThat(stage.damaged).as("after %s bytes", bytes).isEmpty();
            assertThat(stage.log.find("a")).as("after %s bytes", bytes).isNull();
            assertThat(stage.log.find("b")).as("after %s bytes", bytes).isNull();
        }
    }

    @Test
    void whatAFailedWriteHasLeft_doesNotCount_alsoWhereARecordEndsThere() throws IOException {
        LogRecord first = stage.entry("a", "failed", 0);
        LogRecord second = stage.entry("b", "failed", 0);
        LogRecord third = stage.entry("c", "failed", 0);
        int bytes =
                Stream.of(first, second, third).mapToInt(DiskLog::recordBytes).sum();
        stage.files.failWriteAfter(bytes - 1);
        assertThatThrownBy(() -> stage.log.append(List.of(first, second, third)))
                .isInstanceOf(IOException.class);
        stage.put("d", "sounds", 0); // as long as the first one
        stage.kill();
        assertThat(stage.get("d")).isEqualTo("sounds");
        assertThat(stage.log.entries()).isEqualTo(1);
        assertThat(stage.damaged).isEmpty();
    }

    private List<LogRecord> batch(int round) {
        return List.of(
                stage.entry("a", "new", round), stage.entry("b", "x".repeat(200), 0), stage.entry("b", "y", round));
    }

    @Test
    void failingDisk_failsWhatNeedsIt_andGoesOnAfterwards() throws IOException {
        stage.put("a", "one", 0);
        stage.files.failWith("broken");
        assertThatThrownBy(() -> stage.put("b", "two", 0)).hasMessage("broken");
        assertThatThrownBy(() -> stage.get("a")).hasMessage("broken");
        assertThatThrownBy(() -> stage.log.markOff()).hasMessage("broken");
        assertThatThrownBy(() -> stage.log.beginEpoch()).hasMessage("broken");
        stage.files.failWith(null);
        assertThat(stage.log.epoch()).isEqualTo(1);
        assertThat(stage.suspect("a")).isFalse();
        stage.put("b", "two", 0);
        stage.kill();
        assertThat(stage.get("a")).isEqualTo("one");
        assertThat(stage.get("b")).isEqualTo("two");
    }

    @Test
    void fullDisk_stopsRolling_andRecyclingGoesOn() throws IOException {
        stage.files.free(0);
        assertThatThrownBy(() -> stage.log.prepareFree()).hasMessage("No space left on device");
        stage.files.free(LogStage.SEGMENT_BYTES * 2L);
        assertThatThrownBy(() -> {
                    while (true) {
                        stage.seal();
                    }
                })
                .isInstanceOf(NoFreeSegmentException.class);
        assertThat(stage.numbers()).hasSize(3);
        assertThat(stage.log.prepareFree()).isFalse();
        assertThat(stage.log.recycle(stage.numbers().get(0), Keep.NOTHING)).isTrue();
        stage.delete("a", 9);
        stage.makeRoom();
        stage.put("b", "two", 0);
        stage.kill();
        assertThat(stage.get("b")).isEqualTo("two");
    }

    /** Opens no wrong answer; returns 1 if damage was told. */
    private static int checkRight(LogStage opened, String what) throws IOException {
        for (String key : KEYS) {
            LogRecord record = readOrNull(opened, key);
            if (record != null && !opened.suspect(key)) {
                assertThat(LogStage.text(record)).as("%s: %s", what, key).isEqualTo(RIGHT.get(key));
            }
        }
        // It heals: what is written now is there, also later.
        opened.put("a", "healed", 5);
        opened.files.kill();
        opened.reopen();
        assertThat(opened.get("a")).as(what).isEqualTo("healed");
        return opened.damaged.isEmpty() ? 0 : 1;
    }

    private static @Nullable LogRecord readOrNull(LogStage opened, String key) throws IOException {
        try {
            return opened.record(key);
        } catch (DamagedRecordException damaged) {
            return null;
        }
    }

    /** Whether it lies in the middle of a value or of nothing, where all bytes are treated alike. */
    private static boolean isLikeItsNeighbours(byte[] bytes, int i) {
        return i > 2 && i < bytes.length - 2 && Arrays.equals(bytes, i - 2, i + 1, bytes, i, i + 3);
    }

    private void breakFooter(long segment) throws IOException {
        byte[] bytes = stage.files.bytes(segmentFile(stage.files, segment));
        bytes[bytes.length - Footer.TRAILER_BYTES - 3] ^= 1;
    }

    private void end(boolean clean) throws IOException {
        if (clean) {
            stage.log.closeCleanly();
        }
        stage.files.kill();
    }

    private static String segmentFile(MemoryLogFiles files, long number) throws IOException {
        return files.names().stream()
                .filter(name -> name.startsWith(String.format("%016x-", number)))
                .findFirst()
                .orElseThrow();
    }
}
