package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The traces of {@code docs/model/DiskLog.tla}: with one rule left out, the model shows what goes wrong; each test goes the same way with
 * the rule in place. That no entry is appended behind a removal that hides it (switch "append") is the caller's to see to.
 */
class DiskLogTraceTest {

    private final LogStage stage;

    DiskLogTraceTest() throws IOException {
        stage = new LogStage(16);
    }

    @Test
    void reinsert_tombstoneBetweenReadingAndAppending_endsTheReinsertion() throws IOException {
        Place read = stage.put("a", "old", 0);
        LogRecord record = stage.log.read(read);
        stage.delete("a", 0);
        long tombstone = stage.seal();
        if (stage.log.isCurrent(read, record)) {
            stage.log.replace(read, stage.append(record));
        }
        stage.log.recycle(tombstone, Keep.NOTHING);
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void reinsert_prefixFenceBetweenReadingAndAppending_endsTheReinsertion() throws IOException {
        Place read = stage.put("p/a", "old", 0);
        LogRecord record = stage.log.read(read);
        stage.append(LogRecord.prefix("p/", stage.version(1)));
        assertThat(stage.log.isCurrent(read)).isTrue();
        assertThat(stage.log.isCurrent(read, record)).isFalse();
    }

    @Test
    void d1High_tombstoneAppendedAgain_leavesTheNewerEntry() throws IOException {
        stage.put("a", "old", 0);
        stage.seal();
        stage.delete("a", 0);
        long tombstone = stage.seal();
        stage.put("a", "new", 1);
        stage.log.recycle(tombstone, Keep.NOTHING);
        assertThat(stage.get("a")).isEqualTo("new");
        stage.kill();
        assertThat(stage.get("a")).isEqualTo("new");
    }

    @Test
    void d1High_entryAppendedAgain_losesAgainstATombstoneOfItsVersion() throws IOException {
        Place old = stage.put("a", "old", 3);
        stage.log.replace(old, stage.append(stage.log.read(old)));
        stage.delete("a", 3);
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void d2_tombstoneOfAYoungerSegment_isNotLostWithIt() throws IOException {
        stage.put("a", "old", 0);
        stage.seal();
        stage.delete("a", 0);
        long tombstone = stage.seal();
        stage.log.recycle(tombstone, Keep.NOTHING);
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void d2_tombstoneThatIsAppendedAgainAndAgain_countsStill() throws IOException {
        stage.put("a", "old", 0);
        stage.seal();
        stage.delete("a", 0);
        for (int i = 0; i < 5; i++) {
            stage.log.recycle(stage.seal(), Keep.NOTHING);
        }
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void d2TombstonesOnly_evictedEntry_doesNotHideItsLaterFill() throws IOException {
        stage.seal();
        stage.put("a", "value", 0);
        long evicted = stage.seal();
        stage.log.recycle(evicted, Keep.NOTHING);
        assertThat(stage.log.find("a")).isNull();
        stage.put("a", "value", 0);
        stage.kill();
        assertThat(stage.get("a")).isEqualTo("value");
    }

    @Test
    void d4_unreadableFooterThatHadATombstone_makesTheOldEntrySuspect() throws IOException {
        stage.put("a", "old", 0);
        long first = stage.seal();
        stage.delete("a", 0);
        long second = stage.seal();
        stage.files.kill();
        byte[] file = stage.files.bytes(stage.files.names().stream()
                .filter(name -> name.startsWith(String.format("%016x-", second)))
                .findFirst()
                .orElseThrow());
        Arrays.fill(file, (byte) 0);
        stage.reopen();
        assertThat(stage.suspect("a")).isTrue();
        assertThat(stage.log.recycle(second, Keep.NOTHING)).as("D4.recycle").isFalse();
        stage.kill();
        assertThat(stage.suspect("a")).isTrue();
        assertThat(stage.log.recycle(first, Keep.NOTHING)).isTrue();
        assertThat(stage.log.recycle(second, Keep.NOTHING)).isTrue();
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void d4_suspectEntry_isNotAppendedAgain_whereLaterNobodyWouldSuspectIt() throws IOException {
        Place place = stage.put("a", "old", 0);
        stage.seal();
        stage.log.touch(place);
        stage.log.beginEpoch();
        assertThat(stage.log.readEntries(place.segment())).isEmpty();
    }

    @Test
    void epoch_tombstoneOfANewProcess_beatsAHigherStampOfAnEarlierOne() throws IOException {
        stage.put("a", "old", 9);
        stage.kill();
        stage.delete("a", 0);
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void lateFillThatWasAppendedAndNotPublished_isHiddenByTheTombstoneBehindIt() throws IOException {
        stage.append(stage.entry("a", "old", 0));
        stage.delete("a", 0);
        stage.kill();
        assertThat(stage.log.find("a")).isNull();
    }
}
