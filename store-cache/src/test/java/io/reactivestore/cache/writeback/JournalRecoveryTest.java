package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.internal.Buffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from the files of a journal: whole, cut anywhere, and damaged anywhere. */
class JournalRecoveryTest {

    private static final long ONE_FILE = 1 << 20;

    private final MemoryFiles files = new MemoryFiles();
    private long sequence;

    @Test
    void lastWriteOfEachKey_thatIsNotAcknowledged_comesBack_inOrder() throws IOException {
        SegmentLog log = opened(ONE_FILE);
        log.append(List.of(put("a", "1"), put("b", "2"), put("c", "3"), put("a", "4"), delete("d")));
        log.append(List.of(JournalRecord.acknowledged("b", 2), JournalRecord.acknowledged("a", 1)));
        assertThat(read()).containsExactly("c=3", "a=4", "d=(none)");
    }

    @Test
    void order_isThatOfTheSequences_notOfTheFiles() throws IOException {
        SegmentLog log = opened(ONE_FILE);
        JournalRecord first = put("a", "1");
        JournalRecord second = put("a", "2");
        log.append(List.of(JournalRecord.acknowledged("b", 9), second, first));
        log.append(List.of(JournalRecord.write(entry("b", "3", 9), 0)));
        assertThat(read()).containsExactly("a=2");
    }

    @Test
    void clear_endsWhatCameBefore_untilItIsDone() throws IOException {
        SegmentLog log = opened(ONE_FILE);
        log.append(List.of(put("a", "1"), put("b", "2")));
        log.append(List.of(JournalRecord.clear(++sequence), put("b", "3")));
        Recovered during = recover();
        assertThat(lines(during)).containsExactly("b=3");
        assertThat(during.clear()).isEqualTo(3);
        log.append(List.of(JournalRecord.cleared(3)));
        Recovered after = recover();
        assertThat(lines(after)).containsExactly("b=3");
        assertThat(after.clear()).isZero();
        assertThat(after.last()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {ONE_FILE, 400})
    void cutAtAnyByte_comesBackWithAllWholeRecordsBeforeTheCut(long segmentBytes) throws IOException {
        SegmentLog log = opened(segmentBytes);
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            log.append(List.of(put("k" + i, "v".repeat(i * 3))));
            ends.add(files.totalBytes());
        }
        long all = files.totalBytes();
        List<byte[]> whole = files.numbers().stream().map(files::read).toList();
        for (long cut = 0; cut <= all; cut++) {
            MemoryFiles torn = firstBytes(whole, cut);
            long end = cut;
            Recovered recovered = recover(torn);
            assertThat(recovered.writes()).as("cut at %s", cut).hasSize((int)
                    ends.stream().filter(each -> each <= end).count());

            // What is written behind a torn end is found, too, and the torn end stays harmless.
            SegmentLog next = new SegmentLog(torn, segmentBytes, false);
            next.open();
            next.append(List.of(JournalRecord.write(entry("next", "n", 100), 0)));
            assertThat(lines(recover(torn)))
                    .as("cut at %s", cut)
                    .hasSize(recovered.writes().size() + 1)
                    .endsWith("next=n");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {ONE_FILE, 400})
    void damageAnywhereBeforeTheLastBatch_isToldWithFileAndOffset_andNothingIsTouched(long segmentBytes)
            throws IOException {
        SegmentLog log = opened(segmentBytes);
        for (int i = 0; i < 6; i++) {
            log.append(List.of(put("k" + i, "v".repeat(20))));
        }
        for (long number : files.numbers().subList(0, files.numbers().size() - (segmentBytes == ONE_FILE ? 0 : 1))) {
            byte[] whole = files.read(number);
            int last = lastRecord(whole);
            for (int at = 0; at < (segmentBytes == ONE_FILE ? last : whole.length); at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 0x10;
                files.put(number, damaged);
                long before = files.totalBytes();
                assertThatThrownBy(this::recover)
                        .as("byte %s of file %s", at, number)
                        .isInstanceOf(StoreCorruptException.class)
                        .hasMessageStartingWith("open: the journal file file-" + number + " is damaged at offset ");
                assertThat(files.totalBytes()).isEqualTo(before);
            }
            files.put(number, whole);
        }
    }

    @Test
    void damagedRecord_isNamedByItsOffset() throws IOException {
        SegmentLog log = opened(ONE_FILE);
        int offset = files.read(1).length;
        log.append(List.of(put("a", "1")));
        log.append(List.of(put("b", "2")));
        byte[] damaged = files.read(1);
        damaged[offset + 50]++;
        files.put(1, damaged);
        assertThatThrownBy(this::recover)
                .hasMessage("open: the journal file file-1 is damaged at offset " + offset + ": the record is damaged");
    }

    @Test
    void lossOfPowerInTheMiddleOfABatch_isNoDamage_evenIfItsEndWasWritten() throws IOException {
        SegmentLog log = opened(ONE_FILE);
        log.append(List.of(put("a", "1")));
        int batch = files.read(1).length;
        log.append(List.of(put("b", "2"), put("c", "3"), put("d", "4")));
        byte[] torn = files.read(1);
        Arrays.fill(torn, batch, batch + 30, (byte) 0);
        files.put(1, torn);
        assertThat(read()).containsExactly("a=1");
    }

    @Test
    void missingFile_isTold() throws IOException {
        SegmentLog log = opened(1);
        log.append(List.of(put("a", "1")));
        log.append(List.of(put("b", "2")));
        files.delete(2);
        assertThatThrownBy(this::recover).hasMessage("open: the journal file file-2 is missing");
    }

    @Test
    void shortenedFileBeforeAnotherOne_isTold() throws IOException {
        SegmentLog log = opened(1);
        log.append(List.of(put("a", "1")));
        log.append(List.of(put("b", "2")));
        byte[] whole = files.read(2);
        files.put(2, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(this::recover)
                .hasMessageStartingWith("open: the journal file file-2 is damaged at offset " + (whole.length - 1));
    }

    @Test
    void formatOfALaterVersion_isNotSkipped() throws IOException {
        byte[] record = JournalCodec.encode(JournalRecord.segment(1, 0), 0).array();
        record[4] = 2;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(record, 0, record.length - 4);
        java.nio.ByteBuffer.wrap(record).putInt(record.length - 4, (int) crc.getValue());
        files.put(1, record);
        assertThatThrownBy(this::recover)
                .isInstanceOf(IOException.class)
                .hasMessage("file-1: format 2, kind 1 at offset 0 is unknown");
    }

    private SegmentLog opened(long segmentBytes) throws IOException {
        SegmentLog log = new SegmentLog(files, segmentBytes, false);
        log.open();
        return log;
    }

    private Recovered recover() throws IOException {
        return recover(files);
    }

    private static Recovered recover(MemoryFiles files) throws IOException {
        return new JournalRecovery(files).read();
    }

    private List<String> read() throws IOException {
        return lines(recover());
    }

    private static List<String> lines(Recovered recovered) {
        return recovered.writes().stream()
                .map(write -> Stage.line(write.entry().toDirtyEntry()))
                .toList();
    }

    private JournalRecord put(String key, String text) {
        return JournalRecord.write(entry(key, text, ++sequence), 0);
    }

    private JournalRecord delete(String key) {
        return JournalRecord.write(Entry.tombstone(key, null).numbered(++sequence), 0);
    }

    static Entry entry(String key, String text, long sequence) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        WriteOptions options = WriteOptions.defaults();
        return Entry.put(key, Buffers.wrap(bytes), "e", sequence, 0, Attributes.none(), options, null)
                .numbered(sequence);
    }

    /** The files as they were when so many bytes of them were written. */
    private static MemoryFiles firstBytes(List<byte[]> whole, long cut) {
        MemoryFiles torn = new MemoryFiles();
        long left = cut;
        for (int i = 0; i < whole.size(); i++) {
            if (i > 0 && left == 0) {
                break;
            }
            byte[] file = whole.get(i);
            torn.put(i + 1, Arrays.copyOf(file, (int) Math.min(left, file.length)));
            left -= Math.min(left, file.length);
        }
        return torn;
    }

    private static int lastRecord(byte[] file) throws IOException {
        int offset = 0;
        while (true) {
            int next = offset + JournalCodec.decode(file, offset, file.length).bytes();
            if (next == file.length) {
                return offset;
            }
            offset = next;
        }
    }
}
