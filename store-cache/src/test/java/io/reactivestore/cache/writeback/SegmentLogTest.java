package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When files of a journal begin and end. */
class SegmentLogTest {

    private static final int SEGMENT_BYTES = 1_000;

    private final MemoryFiles files = new MemoryFiles();
    private final SegmentLog log = new SegmentLog(files, SEGMENT_BYTES, false);

    @Test
    void file_isDeletedWhenNothingOfItIsWanted_andNotBeforeThoseBeforeIt() throws IOException {
        SegmentLog small = new SegmentLog(files, 1, false);
        small.open();
        small.append(List.of(put("a", 1)));
        small.append(List.of(put("b", 2)));
        small.append(List.of(put("c", 3)));
        small.release("b", 2);
        small.deleteUnwanted();
        assertThat(files.numbers()).containsExactly(2L, 3L, 4L);
        small.release("a", 1);
        small.deleteUnwanted();
        assertThat(files.numbers()).containsExactly(4L);
        small.release("c", 3);
        small.deleteUnwanted();
        assertThat(files.numbers()).as("one is always there").containsExactly(4L);
        small.close(true);
        assertThat(files.numbers()).isEmpty();
        assertThat(files.openFiles()).isZero();
    }

    @Test
    void straggler_isAppendedAgain_soThatTheFilesStayBounded() throws IOException {
        log.open();
        log.append(List.of(put("straggler", 1)));
        for (int i = 2; i < 1_000; i++) {
            log.append(List.of(put("k", i)));
            log.compact();
            assertThat(files.totalBytes()).isLessThan(4 * SEGMENT_BYTES).isEqualTo(log.bytes());
        }
        assertThat(recovered()).isEqualTo(Map.of("straggler", 1L, "k", 999L));
    }

    @Test
    void randomWritesAcknowledgementsAndClears_withAFailingDisk_areWhatTheyShouldBeAfterEachStep() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, Long> expected = new HashMap<>();
        SegmentLog current = log;
        current.open();
        for (int i = 1; i < 5_000; i++) {
            String key = "k" + random.nextInt(30);
            int choice = random.nextInt(100);
            Map<String, Long> after = new HashMap<>(expected);
            List<JournalRecord> records = new ArrayList<>();
            if (choice < 60) {
                records.add(put(key, i));
                after.put(key, (long) i);
            } else if (choice < 98 && expected.containsKey(key)) {
                long acknowledged = expected.get(key) - random.nextInt(2);
                records.add(JournalRecord.acknowledged(key, acknowledged));
                after.computeIfPresent(key, (each, held) -> held <= acknowledged ? null : held);
                current.release(key, acknowledged);
            } else if (choice == 98) {
                records.add(JournalRecord.clear(i));
                after.clear();
            }
            files.cannotTruncate(random.nextBoolean()).cannotDelete(random.nextInt(10) == 0);
            boolean fails = random.nextInt(10) == 0;
            files.free(fails ? random.nextInt(100) : Long.MAX_VALUE);
            try {
                current.append(records);
                expected = after;
            } catch (IOException full) {
                assertThat(fails).isTrue();
                // As the journal does: what is acknowledged stays owed.
                records.removeIf(JournalRecord::isWanted);
                files.free(Long.MAX_VALUE);
                current.append(records);
                expected = records.isEmpty() ? expected : after;
            }
            files.free(Long.MAX_VALUE);
            current.compact();
            if (random.nextInt(10) == 0) {
                current.close(false);
                current = new SegmentLog(files, SEGMENT_BYTES, false);
                current.open();
            }
            assertThat(recovered()).as("step %s", i).isEqualTo(expected);
            if (i % 100 == 0) {
                files.cannotDelete(false);
                current.compact();
                assertThat(files.numbers().size()).isLessThan(25);
            }
        }
        current.close(false);
        assertThat(files.openFiles()).isZero();
    }

    @Test
    void failedFirstAppendOfAFile_takesTheFileAway() throws IOException {
        SegmentLog small = new SegmentLog(files, 1, false);
        small.open();
        files.free(20);
        assertThatThrownBy(() -> small.append(List.of(put("a", 1)))).isInstanceOf(IOException.class);
        assertThat(files.numbers()).containsExactly(1L);
        assertThat(files.openFiles()).isZero();
        files.free(Long.MAX_VALUE);
        small.append(List.of(put("a", 1)));
        assertThat(files.numbers()).containsExactly(1L, 2L);
        small.close(false);
        assertThat(files.openFiles()).isZero();
    }

    @Test
    void clearThatIsAppendedAgain_endsNothingThatCameAfterIt() throws IOException {
        log.open();
        log.append(List.of(JournalRecord.clear(1), put("a", 2)));
        for (int i = 3; i < 1_000; i++) {
            log.append(List.of(put("k", i)));
            log.compact();
        }
        assertThat(recovered()).isEqualTo(Map.of("a", 2L, "k", 999L));
        assertThat(new JournalRecovery(files).read().clear()).isEqualTo(1);
    }

    private Map<String, Long> recovered() throws IOException {
        Map<String, Long> found = new HashMap<>();
        new JournalRecovery(files).read().writes().forEach(write -> found.put(write.key(), write.sequence()));
        return found;
    }

    private static JournalRecord put(String key, long sequence) {
        return JournalRecord.write(JournalRecoveryTest.entry(key, "v", sequence), 0);
    }
}
