package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Appending, finding, reading, rolling and recycling. */
class DiskLogTest {

    private final LogStage stage;

    DiskLogTest() throws IOException {
        stage = new LogStage(8);
    }

    @Test
    void unknownKey_isNotFound() throws IOException {
        assertThat(stage.get("a")).isNull();
        assertThat(stage.log.entries()).isZero();
        assertThat(stage.log.opening()).isEqualTo(new Opening(1, true, false, false, null));
    }

    @Test
    void appendedEntry_isFoundOncePublished_withAllItsFacts() throws IOException {
        Attributes attributes = Attributes.none()
                .withContentType("text/plain")
                .withContentLanguage("de")
                .withExpires(Instant.ofEpochSecond(77))
                .withUserMetadata("a", "ä")
                .withUserMetadata("b", "");
        ObjectInfo info = new ObjectInfo("dir/ä", 3, "\"e\"", "v1", Instant.ofEpochSecond(1, 5), attributes);
        LogRecord record = LogRecord.entry(stage.version(7), 3, 123_456, info, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        Place place = stage.append(record);
        assertThat(stage.log.find("dir/ä")).isNull();
        stage.log.publish(place);
        assertThat(stage.log.find("dir/ä")).isEqualTo(place);
        assertThat(place.etagHash()).isEqualTo(DiskLog.etagHash("\"e\""));
        assertThat(place.recordBytes()).isEqualTo(DiskLog.recordBytes(record));
        assertThat(place.filledAtSeconds()).isEqualTo(123);
        assertThat(stage.record("dir/ä")).isEqualTo(record);
        assertThat(stage.log.entries()).isEqualTo(1);
        assertThat(stage.log.liveBytes()).isEqualTo(place.recordBytes());
    }

    @Test
    void bytesThatLayInMemory_areNotGiven_onceTheirEntryIsGone() throws IOException {
        stage.files.resident(100);
        Place removed = stage.put("a", "one", 0);
        Place hidden = stage.put("p/b", "two", 0);
        Place recycled = stage.put("c", "three", 0);
        List<byte[]> bytes =
                List.of(stage.log.resident(removed), stage.log.resident(hidden), stage.log.resident(recycled));
        assertThat(LogStage.text(stage.log.read("a", removed, bytes.get(0)))).isEqualTo("one");
        stage.delete("a", 0);
        assertThat(stage.log.read("a", removed, bytes.get(0))).isNull();
        stage.append(LogRecord.prefix("p/", stage.version(1)));
        assertThat(stage.log.read("p/b", hidden, bytes.get(1))).isNull();
        assertThat(stage.log.recycle(stage.seal(), Keep.NOTHING)).isTrue();
        assertThat(stage.log.read("c", recycled, bytes.get(2))).isNull();
        assertThat(stage.log.resident(recycled)).isNull();
    }

    @Test
    void emptyObjectWithNothingKnown_isKept() throws IOException {
        stage.put("empty", "", 0);
        assertThat(stage.get("empty")).isEmpty();
        assertThat(stage.record("empty").payload().isReadOnly()).isTrue();
    }

    @Test
    void laterEntry_takesThePlaceOfTheEarlierOne() throws IOException {
        Place first = stage.put("a", "one", 0);
        Place second = stage.put("a", "other", 1);
        assertThat(stage.get("a")).isEqualTo("other");
        assertThat(stage.log.isCurrent(first)).isFalse();
        assertThat(stage.log.isCurrent(second)).isTrue();
        assertThat(stage.log.liveBytes()).isEqualTo(second.recordBytes());
        assertThat(stage.facts(first.segment()).recordBytes()).isEqualTo(first.recordBytes() + second.recordBytes());
    }

    @Test
    void tombstone_takesItsKeyOutOfTheIndex_andNoOther() throws IOException {
        stage.put("a", "one", 0);
        stage.put("b", "two", 0);
        stage.delete("a", 0);
        assertThat(stage.get("a")).isNull();
        assertThat(stage.get("b")).isEqualTo("two");
        assertThat(stage.facts(stage.newest()).removalBytes()).isEqualTo(88);
    }

    @Test
    void placeOfAnotherKey_isNoRecordOfThisOne() throws IOException {
        Place place = stage.put("a", "one", 0);
        assertThat(stage.log.read("b", place)).isNull();
        assertThat(stage.log.read(place)).isNotNull();
    }

    @Test
    void replace_putsOnlyWhatIsStillExpected() throws IOException {
        Place first = stage.put("a", "one", 0);
        Place again = stage.append(stage.log.read(first));
        assertThat(stage.log.replace(first, again)).isTrue();
        assertThat(stage.log.find("a")).isEqualTo(again);
        Place late = stage.append(stage.log.read(first));
        assertThat(stage.log.replace(first, late)).isFalse();
        assertThat(stage.log.remove(first)).isFalse();
        assertThat(stage.log.remove("a")).isEqualTo(again);
        assertThat(stage.log.replace(again, late)).isFalse();
        assertThat(stage.log.entries()).isZero();
    }

    @Test
    void renewal_givesAnEntryAnotherTime_hereAndAfterReopening() throws IOException {
        Place place = stage.put("a", "one", 0);
        stage.log.touch(place);
        ObjectInfo info = LogStage.info("a", "one");
        Place renewed = stage.append(LogRecord.renewal(stage.version(0), 0, 90_500, info, place));
        assertThat(stage.log.renew(renewed)).isTrue();
        assertThat(stage.record("a").filledAtMillis()).isEqualTo(90_000);
        assertThat(stage.get("a")).isEqualTo("one");
        assertThat(stage.log.readEntries(place.segment())).containsExactly(renewed);
        stage.kill();
        assertThat(stage.record("a").filledAtMillis()).isEqualTo(90_000);
        stage.closeCleanly();
        assertThat(stage.record("a").filledAtMillis()).isEqualTo(90_000);
        assertThat(stage.log.entries()).isEqualTo(1);
    }

    @Test
    void renewalOfWhatIsRecycled_isNothing() throws IOException {
        Place place = stage.put("a", "one", 0);
        long first = stage.seal();
        Place renewed = stage.append(LogRecord.renewal(stage.version(0), 0, 90_500, LogStage.info("a", "one"), place));
        stage.log.renew(renewed);
        assertThat(stage.facts(first).liveBytes()).isEqualTo(place.recordBytes());
        stage.log.recycle(first, Keep.NOTHING);
        assertThat(stage.get("a")).isNull();
        assertThat(stage.log.renew(renewed)).isFalse();
        stage.kill();
        assertThat(stage.get("a")).isNull();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void batch_goesOverSegments_andOverTheBuffer() throws IOException {
        LogStage large = new LogStage(64);
        List<LogRecord> batch = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            batch.add(large.entry("k" + i, "v" + i + "x".repeat(i), i));
        }
        List<Place> places = large.log.append(batch);
        places.forEach(large.log::publish);
        assertThat(large.numbers().size()).isGreaterThan(10);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 200; i++) {
                assertThat(large.get("k" + i)).isEqualTo("v" + i + "x".repeat(i));
            }
            large.kill();
        }
    }

    @Test
    void write_goesOnToTheEndOfAPage_soThatNoneIsReadForIt() throws IOException {
        byte[] segment = stage.files.bytes(stage.files.names().stream()
                .filter(name -> name.endsWith(".segment"))
                .findFirst()
                .orElseThrow());
        Arrays.fill(segment, (byte) 1);
        int pageBytes = LogStage.SEGMENT_BYTES / 16;
        int end = 0;
        for (int i = 0; i < 8; i++) {
            end += stage.put("k" + i, "x".repeat(i * 30), i).recordBytes();
            int page = (end + pageBytes - 1) / pageBytes * pageBytes;
            assertThat(Arrays.copyOfRange(segment, end, page)).isEqualTo(new byte[page - end]);
            assertThat(segment[page]).isEqualTo((byte) 1);
        }
    }

    @Test
    void recordLongerThanAQuarterOfASegment_isRefused() {
        assertThatThrownBy(() -> stage.append(stage.entry("a", "x".repeat(1_000), 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a record of 1128 bytes with a key of 1 is too long");
    }

    @Test
    void fullLog_needsASegmentRecycled_andKeepsTheLimit() throws IOException {
        int written = 0;
        while (true) {
            try {
                stage.put("k" + written, "x".repeat(500), 0);
                written++;
                stage.log.prepareFree();
            } catch (NoFreeSegmentException full) {
                break;
            }
        }
        assertThat(stage.numbers()).hasSize(8);
        assertThat(stage.log.prepareFree()).isFalse();
        long oldest = stage.numbers().get(0);
        Place gone = stage.log.find("k0");
        assertThat(stage.log.recycle(oldest, Keep.NOTHING)).isTrue();
        assertThat(stage.get("k0")).isNull();
        assertThat(stage.log.read("k0", gone)).isNull();
        assertThat(stage.log.prepareFree()).isTrue();
        stage.put("k" + written, "x".repeat(500), 0);
        assertThat(stage.get("k" + written)).hasSize(500);
        assertThat(stage.files.mostBytes()).isEqualTo(8 * LogStage.SEGMENT_BYTES + 4096);
    }

    @Test
    void segmentThatIsOpenOrGone_isNotRecycled() throws IOException {
        assertThat(stage.log.recycle(stage.newest(), Keep.NOTHING)).isFalse();
        assertThat(stage.log.recycle(99, Keep.NOTHING)).isFalse();
    }

    @Test
    void readEntries_areThoseReadSinceTheyWereWritten_inTheirOrder() throws IOException {
        Place a = stage.put("a", "one", 0);
        stage.put("b", "two", 0);
        Place c = stage.put("c", "three", 0);
        stage.log.touch(c);
        stage.log.touch(a);
        stage.log.touch(a);
        assertThat(stage.log.readEntries(a.segment())).containsExactly(a, c);
        assertThat(stage.facts(a.segment()).readBytes()).isEqualTo(a.recordBytes() + c.recordBytes());
        Place again = stage.append(stage.log.read(a));
        stage.log.replace(a, again);
        assertThat(stage.log.readEntries(a.segment())).containsExactly(c);
        assertThat(stage.facts(a.segment()).readBytes()).isEqualTo(c.recordBytes());
        stage.log.touch(a);
        assertThat(stage.log.readEntries(a.segment())).as("a place of before").containsExactly(c);
    }

    @Test
    void removalsOfARecycledSegment_areKeptWhereAnOlderOneIs_orOnRequest() throws IOException {
        long first = stage.seal();
        stage.delete("a", 4);
        long second = stage.seal();
        assertThat(stage.log.recycle(second, Keep.NOTHING)).isTrue();
        assertThat(stage.facts(stage.newest()).removalBytes()).isPositive();
        stage.kill();
        assertThat(stage.tombstones).containsEntry("a", new RecordVersion(1, 4));
        long third = stage.seal();
        stage.log.recycle(first, Keep.NOTHING);
        assertThat(stage.log.recycle(third, Keep.ALL)).isTrue();
        stage.kill();
        assertThat(stage.tombstones).containsEntry("a", new RecordVersion(1, 4));
        stage.log.recycle(stage.seal(), Keep.NOTHING);
        stage.kill();
        assertThat(stage.tombstones).isEmpty();
    }

    @Test
    void removalAppendedAgain_leavesANewerEntryAlone() throws IOException {
        stage.seal();
        stage.delete("a", 0);
        long second = stage.seal();
        stage.put("a", "new", 1);
        stage.log.recycle(second, Keep.NOTHING);
        assertThat(stage.get("a")).isEqualTo("new");
        stage.kill();
        assertThat(stage.get("a")).isEqualTo("new");
    }

    @Test
    void closedLog_leavesNoFileOpen_andFailsAfterwards() throws IOException {
        Place place = stage.put("a", "one", 0);
        stage.log.close();
        assertThat(stage.files.openFiles()).isZero();
        assertThatThrownBy(() -> stage.log.read(place)).isInstanceOf(IOException.class);
        stage.reopen().log.closeCleanly();
        assertThat(stage.files.openFiles()).isZero();
    }
}
