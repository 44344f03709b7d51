package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of objects in the log: found by version and place, whatever happens to their key, and hidden by prefix fences. */
class DiskLogBlocksTest {

    private static final String WHOLE = "0123456789abcdefghij";
    private static final String OTHER = "0123456789ABCDEFGHIJ";

    private final LogStage stage;

    DiskLogBlocksTest() throws IOException {
        stage = new LogStage(8);
    }

    @Test
    void appendedBlock_isFoundOncePublished_andIsNoEntry() throws IOException {
        LogRecord record = stage.block("a", WHOLE, 8, 16, 3);
        Place place = stage.append(record);
        assertThat(stage.getBlock("a", WHOLE, 8, 16)).isNull();
        stage.log.publish(place);
        assertThat(stage.getBlock("a", WHOLE, 8, 16)).isEqualTo("89abcdef");
        assertThat(stage.log.read(place)).isEqualTo(record);
        assertThat(place.isBlock()).isTrue();
        assertThat(place.recordBytes()).isEqualTo(DiskLog.recordBytes(record));
        assertThat(stage.log.find("a")).isNull();
        assertThat(stage.log.entries()).isZero();
        assertThat(stage.log.blocks()).isEqualTo(1);
        assertThat(stage.log.liveBytes()).isEqualTo(place.recordBytes());
        assertThat(stage.facts(place.segment()).payloadBytes()).isEqualTo(8);
        assertThat(stage.log.read("a", place)).as("no entry").isNull();
    }

    @Test
    void blockOfAnotherKeyVersionPlaceOrLength_isNoAnswer() throws IOException {
        Place place = stage.putBlock("a", WHOLE, 8, 16, 0);
        assertThat(stage.getBlock("b", WHOLE, 8, 16)).isNull();
        assertThat(stage.getBlock("a", OTHER, 8, 16)).isNull();
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isNull();
        assertThat(stage.getBlock("a", WHOLE, 8, 12)).as("blocks were smaller").isNull();
        assertThat(stage.getBlock("a", WHOLE, 8, 20)).as("blocks were larger").isNull();
        ObjectInfo info = LogStage.info("a", WHOLE);
        // As if what they are found by were the same.
        assertThat(stage.log.readBlock(info, 8, 8, place)).isNotNull();
        assertThat(stage.log.readBlock(LogStage.info("b", WHOLE), 8, 8, place)).isNull();
        assertThat(stage.log.readBlock(LogStage.info("a", OTHER), 8, 8, place)).isNull();
        assertThat(stage.log.readBlock(info, 0, 8, place)).isNull();
        ObjectInfo shorter = new ObjectInfo("a", 16, info.etag(), null, info.lastModified(), null);
        assertThat(stage.log.readBlock(shorter, 8, 8, place)).isNull();
        Place entry = stage.put("a", "89abcdef", 0);
        assertThat(stage.log.readBlock(info, 8, 8, entry)).isNull();
    }

    @Test
    void outline_isToldFromAnObjectWithoutBytes() throws IOException {
        ObjectInfo info = LogStage.info("large", WHOLE);
        stage.log.publish(stage.append(LogRecord.entry(stage.version(0), 0, 5_000, info, LogRecord.NOTHING)));
        stage.put("empty", "", 0);
        stage.kill();
        LogRecord outline = Objects.requireNonNull(stage.record("large"));
        assertThat(outline.isOutline()).isTrue();
        assertThat(outline.info()).isEqualTo(info);
        assertThat(Objects.requireNonNull(stage.record("empty")).isOutline()).isFalse();
        assertThat(stage.block("large", WHOLE, 0, 8, 0).isOutline()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void blocks_areFoundAgain_fromFooters_andByScanning(boolean clean) throws IOException {
        stage.put("a", "an entry of the same key", 0);
        stage.putBlock("a", WHOLE, 0, 8, 0);
        stage.putBlock("a", OTHER, 0, 8, 0);
        stage.seal();
        stage.putBlock("a", WHOLE, 8, 16, 0);
        stage.putBlock("a", WHOLE, 16, 20, 0);
        if (clean) {
            stage.closeCleanly();
        } else {
            stage.kill();
        }
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
        assertThat(stage.getBlock("a", OTHER, 0, 8)).isEqualTo("01234567");
        assertThat(stage.getBlock("a", WHOLE, 8, 16)).isEqualTo("89abcdef");
        assertThat(stage.getBlock("a", WHOLE, 16, 20)).isEqualTo("ghij");
        assertThat(stage.get("a")).isEqualTo("an entry of the same key");
        assertThat(stage.log.blocks()).isEqualTo(4);
        assertThat(stage.log.segments().stream()
                        .mapToLong(SegmentFacts::payloadBytes)
                        .sum())
                .isGreaterThanOrEqualTo(8 + 8 + 8 + 4 + 24);
    }

    @Test
    void tombstoneOfTheKey_leavesItsBlocks() throws IOException {
        stage.putBlock("a", WHOLE, 0, 8, 0);
        stage.put("a", "entry", 0);
        stage.delete("a", 5);
        assertThat(stage.get("a")).isNull();
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
        stage.kill();
        assertThat(stage.get("a")).isNull();
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void prefixFence_hidesBlocksOfBefore_alsoLater_andNoneOfAfter(boolean clean) throws IOException {
        stage.putBlock("p/a", WHOLE, 0, 8, 1);
        stage.putBlock("q/a", WHOLE, 0, 8, 1);
        stage.seal();
        stage.putBlock("p/a", WHOLE, 8, 16, 1);
        stage.append(LogRecord.prefix("p/", stage.version(2)));
        stage.putBlock("p/a", WHOLE, 16, 20, 3);
        requireHidden();
        if (clean) {
            stage.log.closeCleanly();
        } else {
            stage.files.kill();
        }
        stage.openOnly();
        assertThat(stage.getBlock("p/a", WHOLE, 8, 16)).as("before recovery").isNull();
        stage.log.recover();
        requireHidden();
        assertThat(stage.log.sweep(() -> true)).isTrue();
        requireHidden();
        assertThat(stage.log.blocks()).isEqualTo(2);
    }

    private void requireHidden() throws IOException {
        assertThat(stage.getBlock("p/a", WHOLE, 0, 8)).isNull();
        assertThat(stage.getBlock("p/a", WHOLE, 8, 16)).isNull();
        assertThat(stage.getBlock("p/a", WHOLE, 16, 20)).isEqualTo("ghij");
        assertThat(stage.getBlock("q/a", WHOLE, 0, 8)).isEqualTo("01234567");
    }

    @Test
    void sweep_takesHiddenBlocksOutOfTheIndex() throws IOException {
        stage.putBlock("p/a", WHOLE, 0, 8, 1);
        stage.append(LogRecord.prefix("p/", stage.version(2)));
        stage.log.sweep(() -> true);
        assertThat(stage.log.blocks()).isZero();
        assertThat(stage.log.fences()).isZero();
    }

    @Test
    void blocksThatWereRead_areWrittenAgain_whenTheirSegmentGoes_othersGo() throws IOException {
        Place used = stage.putBlock("a", WHOLE, 0, 8, 0);
        stage.putBlock("a", WHOLE, 8, 16, 0);
        long segment = stage.seal();
        stage.log.touch(used);
        assertThat(stage.log.readEntries(segment)).containsExactly(used);
        LogRecord record = Objects.requireNonNull(stage.log.read(used));
        assertThat(stage.log.isCurrent(used, record)).isTrue();
        assertThat(stage.log.replace(used, stage.append(record))).isTrue();
        stage.log.recycle(segment, Keep.NOTHING);
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
        assertThat(stage.getBlock("a", WHOLE, 8, 16)).isNull();
        stage.kill();
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
        assertThat(stage.log.blocks()).isEqualTo(1);
    }

    @Test
    void blocksBehindAPrefixFence_areNotWrittenAgain() throws IOException {
        Place used = stage.putBlock("a", WHOLE, 0, 8, 1);
        LogRecord record = Objects.requireNonNull(stage.log.read(used));
        stage.append(LogRecord.prefix("", stage.version(2)));
        assertThat(stage.log.isCurrent(used, record)).isFalse();
    }

    @Test
    void suspicion_isNotOfBlocks() throws IOException {
        ObjectInfo info = LogStage.info("a", WHOLE);
        stage.putBlock("a", WHOLE, 0, 8, 0);
        stage.put("a", "entry", 0);
        stage.log.beginEpoch();
        assertThat(stage.suspect("a")).isTrue();
        assertThat(Objects.requireNonNull(stage.log.findBlock(info, 0)).suspect())
                .isFalse();
        stage.kill();
        assertThat(stage.suspect("a")).isTrue();
        assertThat(Objects.requireNonNull(stage.log.findBlock(info, 0)).suspect())
                .isFalse();
        assertThat(stage.getBlock("a", WHOLE, 0, 8)).isEqualTo("01234567");
    }

    @Test
    void changedByte_isNeverAWrongAnswer() throws IOException {
        Place place = stage.putBlock("a", WHOLE, 0, 16, 0);
        byte[] file = file(place.segment());
        int damaged = 0;
        for (int i = 0; i < place.recordBytes(); i++) {
            file[place.offset() + i] ^= 1;
            try {
                String read = stage.getBlock("a", WHOLE, 0, 16);
                assertThat(read).as("byte %s", i).isEqualTo(WHOLE.substring(0, 16)); // padding
            } catch (DamagedRecordException told) {
                damaged++;
            }
            file[place.offset() + i] ^= 1;
        }
        assertThat(damaged).isGreaterThanOrEqualTo(place.recordBytes() - Place.ALIGNMENT);
    }

    @Test
    void changedByteWhileNoProcessRuns_isNeverAWrongAnswer() throws IOException {
        stage.putBlock("a", OTHER, 0, 8, 0);
        Place place = stage.putBlock("a", WHOLE, 0, 8, 0);
        stage.putBlock("a", WHOLE, 8, 16, 0);
        stage.files.kill();
        for (int i = 0; i < place.recordBytes(); i++) {
            MemoryLogFiles copy = stage.files.copy();
            byte[] bytes = copy.bytes(copy.names().stream()
                    .filter(name -> name.endsWith("segment"))
                    .findFirst()
                    .orElseThrow());
            bytes[place.offset() + i] ^= 4;
            LogStage opened = new LogStage(copy, 8);
            for (int start = 0; start < 16; start += 8) {
                String read = readOrNull(opened, start);
                if (read != null) {
                    assertThat(read).as("byte %s", i).isEqualTo(WHOLE.substring(start, start + 8));
                }
            }
        }
    }

    private static String readOrNull(LogStage opened, int start) throws IOException {
        try {
            return opened.getBlock("a", WHOLE, start, start + 8);
        } catch (DamagedRecordException damaged) {
            return null;
        }
    }

    @Test
    void blockThatIsTooLong_isRefused() {
        String whole = "x".repeat(2000);
        assertThatThrownBy(() -> stage.append(stage.block("a", whole, 0, 1500, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void copiesOfASegment_areEntriesAndBlocks() throws IOException {
        stage.putBlock("a", WHOLE, 0, 8, 0);
        Place entry = stage.put("b", "entry", 0);
        List<String> seen = new ArrayList<>();
        stage.log.forEachCopy(
                entry.segment(), (key, place, bytes) -> seen.add(key + " " + place.isBlock() + " " + bytes));
        assertThat(seen).containsExactly("a true 8", "b false 5");
    }

    private byte[] file(long segment) throws IOException {
        for (String name : stage.files.names()) {
            if (name.startsWith(String.format("%016x-", segment))) {
                return stage.files.bytes(name);
            }
        }
        throw new AssertionError("no segment " + segment);
    }
}
