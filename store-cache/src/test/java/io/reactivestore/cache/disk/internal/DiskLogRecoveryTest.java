package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log is after its process has ended, one way or another. */
class DiskLogRecoveryTest {

    private final LogStage stage;

    DiskLogRecoveryTest() throws IOException {
        stage = new LogStage(16);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everythingIsThereAgain_andTrusted(boolean clean) throws IOException {
        stage.put("a", "one", 0);
        stage.put("b", "old", 0);
        stage.seal();
        stage.put("b", "new", 0);
        stage.put("c", "three", 0);
        stage.delete("c", 0);
        end(clean);
        assertThat(stage.log.opening()).isEqualTo(new Opening(2, clean, false, false, null));
        assertThat(stage.get("a")).isEqualTo("one");
        assertThat(stage.get("b")).isEqualTo("new");
        assertThat(stage.get("c")).isNull();
        assertThat(stage.suspect("a")).isFalse();
        assertThat(stage.tombstones).containsOnlyKeys("c");
        assertThat(stage.damaged).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nextProcess_goesOnInTheLastSegment(boolean clean) throws IOException {
        stage.put("a", "one", 0);
        end(clean);
        stage.put("b", "two", 0);
        end(clean);
        stage.put("c", "three", 0);
        stage.files.kill();
        stage.reopen();
        assertThat(stage.numbers()).hasSize(1);
        assertThat(List.of(stage.get("a"), stage.get("b"), stage.get("c"))).containsExactly("one", "two", "three");
        assertThat(stage.log.opening().epoch()).isEqualTo(4);
    }

    @Test
    void emptyLog_isOpenedAgain() throws IOException {
        stage.kill();
        stage.closeCleanly();
        assertThat(stage.log.entries()).isZero();
        assertThat(stage.damaged).isEmpty();
    }

    @Test
    void bytesOfAnEarlierLifeOfAFile_countForNothing() throws IOException {
        LogStage small = new LogStage(4);
        for (int i = 0; i < 100; i++) {
            small.makeRoom();
            small.put("k" + i, "x".repeat(300 + i), 0);
            small.kill();
            assertThat(small.damaged).isEmpty();
            assertThat(small.get("k" + i)).hasSize(300 + i);
            assertThat(small.files.totalBytes()).isLessThanOrEqualTo(4 * LogStage.SEGMENT_BYTES + 4096);
        }
        assertThat(small.log.find("k0")).isNull();
    }

    @Test
    void tail_isFoundAtOnce_andOlderSegmentsAsTheyAreRead() throws IOException {
        stage.put("a", "one", 0);
        stage.seal();
        stage.put("b", "two", 0);
        stage.seal();
        stage.put("c", "three", 0);
        stage.files.kill();
        stage.stop(true);
        stage.openOnly();
        assertThat(stage.get("c")).isEqualTo("three");
        assertThat(stage.log.recover()).isFalse();
        assertThat(stage.get("b")).isNull();
        stage.stop(false);
        assertThat(stage.log.recover()).isTrue();
        assertThat(stage.get("b")).isEqualTo("two");
        assertThat(stage.get("a")).isEqualTo("one");
    }

    @Test
    void removalDuringRecovery_keepsOlderEntriesAway() throws IOException {
        stage.put("deleted", "old", 0);
        stage.put("rewritten", "old", 0);
        stage.put("damaged", "old", 0);
        stage.put("dropped", "old", 0);
        stage.put("below/x", "old", 0);
        stage.put("recycled", "old", 0);
        stage.seal();
        stage.files.kill();
        stage.openOnly();
        stage.delete("deleted", 0);
        stage.put("rewritten", "new", 1);
        stage.log.remove(stage.put("damaged", "new", 1));
        stage.put("dropped", "new", 1);
        stage.log.remove("dropped");
        stage.append(LogRecord.prefix("below/", stage.version(0)));
        stage.put("recycled", "new", 1);
        long young = stage.seal();
        stage.log.recycle(young, Keep.NOTHING);
        assertThat(stage.log.recover()).isTrue();
        assertThat(stage.get("rewritten")).isNull();
        for (String key : List.of("deleted", "damaged", "dropped", "below/x", "recycled")) {
            assertThat(stage.log.find(key)).as(key).isNull();
        }
    }

    @Test
    void removalAppendedAgainDuringRecovery_leavesANewerEntryAlone() throws IOException {
        stage.seal();
        stage.delete("a", 0);
        long second = stage.seal();
        stage.files.kill();
        stage.openOnly();
        stage.put("a", "new", 1);
        stage.log.recycle(second, Keep.NOTHING);
        assertThat(stage.get("a")).isEqualTo("new");
        stage.log.recover();
        assertThat(stage.get("a")).isEqualTo("new");
        assertThat(stage.tombstones).doesNotContainKey("a");
    }

    @Test
    void removalThatIsRecycledBeforeRecoveryReadsIt_countsStill() throws IOException {
        stage.put("a", "old", 0);
        stage.put("p/a", "old", 0);
        stage.seal();
        stage.delete("a", 0);
        stage.append(LogRecord.prefix("p/", stage.version(0)));
        long second = stage.seal();
        stage.files.kill();
        stage.openOnly();
        stage.log.recycle(second, Keep.NOTHING);
        assertThat(stage.tombstones).containsOnlyKeys("a");
        assertThat(stage.prefixes).containsExactly("p/");
        stage.log.recover();
        assertThat(stage.get("a")).isNull();
        assertThat(stage.get("p/a")).isNull();
        stage.kill();
        assertThat(stage.get("a")).isNull();
        assertThat(stage.get("p/a")).isNull();
    }

    @Test
    void afterRecovery_removalsLeaveNothingBehind() throws IOException {
        stage.put("a", "old", 0);
        stage.delete("a", 0);
        stage.kill();
        stage.delete("b", 0);
        stage.put("c", "new", 0);
        stage.delete("c", 0);
        assertThat(stage.log.entries()).isZero();
        stage.put("a", "new", 1);
        assertThat(stage.get("a")).isEqualTo("new");
    }

    @Test
    void offMark_makesEverythingSuspect_untilItIsTakenBack() throws IOException {
        stage.put("a", "one", 0);
        stage.log.markOff();
        stage.kill();
        assertThat(stage.log.opening()).isEqualTo(new Opening(2, false, true, false, null));
        assertThat(stage.suspect("a")).isTrue();
        stage.put("b", "two", 0);
        stage.kill();
        assertThat(stage.log.opening().offMark()).as("the doubt was not over").isTrue();
        assertThat(stage.suspect("b")).isTrue();
        stage.put("c", "three", 0);
        stage.log.clearOff();
        stage.kill();
        assertThat(stage.log.opening().offMark()).isFalse();
        assertThat(stage.suspect("c")).isFalse();
        assertThat(stage.suspect("b")).as("of an epoch that is not trusted").isTrue();
    }

    @Test
    void newEpoch_makesEverythingOfBeforeSuspect_nowAndLater() throws IOException {
        stage.put("a", "one", 0);
        stage.seal();
        Place b = stage.put("b", "two", 0);
        assertThat(stage.log.beginEpoch()).isEqualTo(2);
        assertThat(stage.suspect("a")).isTrue();
        stage.log.touch(b);
        assertThat(stage.log.readEntries(b.segment()))
                .as("suspects are not kept")
                .isEmpty();
        stage.put("c", "three", 0);
        assertThat(stage.suspect("c")).isFalse();
        Place confirmed = stage.append(LogRecord.renewal(stage.version(0), 0, 6_000, LogStage.info("b", "two"), b));
        assertThat(stage.log.renew(confirmed)).isTrue();
        assertThat(stage.suspect("b")).isFalse();
        stage.closeCleanly();
        assertThat(stage.suspect("a")).isTrue();
        assertThat(stage.suspect("b")).isFalse();
        assertThat(stage.suspect("c")).isFalse();
    }

    @Test
    void newEpochDuringRecovery_alsoCountsForWhatIsFoundAfterIt() throws IOException {
        stage.put("a", "one", 0);
        stage.seal();
        stage.files.kill();
        stage.openOnly();
        stage.log.beginEpoch();
        stage.log.recover();
        assertThat(stage.suspect("a")).isTrue();
    }

    @Test
    void systemThatStopped_makesEverythingSuspect_unlessItWasClosed() throws IOException {
        stage.put("a", "one", 0);
        stage.log.force();
        stage.files.losePower();
        stage.reopen();
        assertThat(stage.log.opening()).isEqualTo(new Opening(2, false, false, true, null));
        assertThat(stage.get("a")).isEqualTo("one");
        assertThat(stage.suspect("a")).isTrue();
        stage.put("b", "two", 0);
        stage.log.closeCleanly();
        stage.files.losePower();
        stage.reopen();
        assertThat(stage.log.opening().osStopped()).isFalse();
        assertThat(stage.get("b")).isEqualTo("two");
        assertThat(stage.suspect("b")).isFalse();
        assertThat(stage.suspect("a")).isTrue();
    }

    @Test
    void lostTailOfAStoppedSystem_isNoObstacle() throws IOException {
        stage.put("a", "one", 0);
        stage.log.force();
        stage.put("b", "two", 0);
        stage.files.losePower();
        stage.reopen();
        assertThat(stage.get("a")).isEqualTo("one");
        assertThat(stage.log.find("b")).isNull();
        stage.put("c", "three", 0);
        stage.kill();
        assertThat(stage.get("c")).isEqualTo("three");
    }

    @Test
    void prefixFence_hidesWhatIsOlder_hereAndLater() throws IOException {
        stage.append(stage.entry("p/open", "old", 0, 3));
        stage.log.publish(stage.append(stage.entry("p/a", "old", 0, 3)));
        stage.seal();
        stage.log.publish(stage.append(stage.entry("p/b", "old", 0, 4)));
        stage.log.publish(stage.append(stage.entry("q/a", "old", 0, 3)));
        stage.append(LogRecord.prefix("p/", stage.version(4)));
        stage.log.publish(stage.append(stage.entry("p/c", "new", 0, 5)));
        assertThat(stage.get("p/a")).isNull();
        assertThat(stage.get("p/b")).isNull();
        assertThat(stage.get("p/c")).isEqualTo("new");
        assertThat(stage.get("q/a")).isEqualTo("old");
        assertThat(stage.log.fences()).isEqualTo(1);
        assertThat(stage.log.sweep(() -> false)).isFalse();
        assertThat(stage.log.fences()).isEqualTo(1);
        assertThat(stage.log.sweep(() -> true)).isTrue();
        assertThat(stage.log.fences()).isZero();
        assertThat(stage.log.find("p/a")).isNull();
        assertThat(stage.log.find("p/b")).isNull();
        assertThat(stage.get("p/c")).isEqualTo("new");
        stage.kill();
        assertThat(stage.prefixes).containsExactly("p/");
        assertThat(stage.log.fences())
                .as("recovery has compared everything with it")
                .isZero();
        assertThat(stage.log.find("p/a")).isNull();
        assertThat(stage.log.find("p/b")).isNull();
        assertThat(stage.get("p/c")).isEqualTo("new");
        assertThat(stage.get("q/a")).isEqualTo("old");
    }

    @Test
    void unreadableStatePage_meansThatNothingIsThere() throws IOException {
        stage.put("a", "one", 0);
        stage.seal();
        stage.files.kill();
        Arrays.fill(stage.files.bytes("state"), (byte) 7);
        stage.reopen();
        assertThat(stage.log.opening().discarded()).contains("state page");
        assertThat(stage.log.opening().offMark()).isTrue();
        assertThat(stage.log.entries()).isZero();
        stage.put("b", "two", 0);
        stage.seal();
        stage.kill();
        assertThat(stage.get("b")).isEqualTo("two");
        assertThat(stage.log.find("a")).isNull();
    }

    @Test
    void directoryLargerThanAllowed_isCutWhenItIsOpened_oldestFirst() throws IOException {
        for (int i = 0; i < 10; i++) {
            stage.put("k" + i, "v" + i, 0);
            if (i == 0) {
                stage.delete("gone", 3);
            }
            stage.seal();
        }
        stage.files.kill();
        LogStage small = new LogStage(stage.files, 4);
        assertThat(small.files.totalBytes()).isLessThanOrEqualTo(4 * LogStage.SEGMENT_BYTES + 4096);
        assertThat(small.log.find("k0")).isNull();
        assertThat(small.get("k9")).isEqualTo("v9");
        assertThat(small.tombstones).as("in doubt after a kill").containsKey("gone");
        small.kill();
        assertThat(small.tombstones).containsKey("gone");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void otherSegmentLength_isTakenOverBitByBit(boolean clean) throws IOException {
        stage.put("a", "one", 0);
        if (clean) {
            stage.log.closeCleanly();
        }
        stage.files.kill();
        DiskLogSettings larger = new DiskLogSettings(16 * 8192, 8192);
        DiskLog log = DiskLog.open(stage.files, larger, stage);
        assertThat(log.find("a")).isNotNull();
        assertThat(log.segments()).hasSize(2);
        stage.files.kill();
        log = DiskLog.open(stage.files, larger, stage);
        log.recover();
        assertThat(log.find("a").suspect()).isFalse();
        assertThat(stage.damaged).isEmpty();
        assertThat(log.recycle(log.segments().get(0).number(), Keep.NOTHING)).isTrue();
        assertThat(log.find("a")).isNull();
        log.append(List.of(stage.entry("b", "two", 0))).forEach(log::publish);
        log.close();
        log = DiskLog.open(stage.files, larger, stage);
        assertThat(log.find("b")).isNotNull();
        assertThat(stage.files.totalBytes() % 8192).isEqualTo(4096);
    }

    @Test
    void diskThatCannotBeRead_isNotOpened_andLeavesNothingOpen() throws IOException {
        stage.put("a", "one", 0);
        stage.files.kill();
        stage.files.failWith("no");
        assertThatThrownBy(stage::reopen).isInstanceOf(IOException.class);
        stage.files.failWith(null);
        assertThat(stage.files.openFiles()).isZero();
        stage.reopen();
        assertThat(stage.get("a")).isEqualTo("one");
    }

    private void end(boolean clean) throws IOException {
        if (clean) {
            stage.closeCleanly();
        } else {
            stage.kill();
        }
    }
}
