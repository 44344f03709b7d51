package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Served;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

/** Copies on disk: kept, found, removed, trusted over a restart and a kill. */
class LogTierTest {

    @Test
    void readObject_isServedFromDisk() {
        Stage stage = Stage.disk().open();
        stage.source.write(Stage.KEY, "old");
        assertThat(stage.read()).isEqualTo("old");
        stage.settle();
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void writtenObject_isServedFromDisk() {
        Stage stage = Stage.disk().open();
        stage.put("new");
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    @Test
    void malformedKeysAmongTheDeleted_areTheSourcesToRefuse() {
        Stage stage = Stage.disk().open();
        stage.put("new");
        stage.settle();
        List<DeleteResult> results = stage.await(stage.cache
                .deleteAll(Flux.just("a", "x".repeat(1025), "", "\ud800", "b"))
                .collectList());
        stage.settle();
        assertThat(results).extracting(DeleteResult::deleted).containsExactly(true, false, false, false, true);
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).offReason())
                .isNull();
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void afterCleanClose_isWarm() {
        Stage stage = Stage.disk().open();
        stage.put("new");
        stage.settle();
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    @Test
    void afterAKill_isWarm() {
        Stage stage = Stage.disk().open();
        stage.put("new");
        stage.settle();
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.source.calls(Op.GET)).isZero();
        assertThat(stage.cache.stats().revalidated()).isZero();
    }

    @Test
    void copiesReadFromMemory_stayOnDisk_othersGo() {
        Stage stage = Stage.disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20)))
                .open();
        stage.put("used");
        stage.await(stage.cache.put("unused", Content.text("unused")));
        stage.settle();
        for (int i = 0; i < 200; i++) {
            stage.read();
            stage.await(stage.cache.put("filler-" + i % 20, Content.text("x".repeat(1000))));
            stage.settle();
        }
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.read()).isEqualTo("used");
        assertThat(stage.read("unused")).isEqualTo("unused");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void copiesReadFromMemory_stayOnDisk_alsoWhenItWasOffInBetween() {
        Stage stage = Stage.memoryAndDisk().open();
        stage.put("used");
        stage.settle();
        stage.read();
        stage.disk.broken(true);
        stage.source.write("any", "any");
        stage.read("any");
        stage.settle();
        stage.disk.broken(false);
        stage.run(Duration.ofSeconds(31));
        stage.settle();
        assertThat(disk(stage).offReason()).isNull();
        for (int i = 0; i < 100; i++) {
            stage.read();
            stage.source.write("filler-" + i, "x".repeat(1000));
            stage.read("filler-" + i);
            stage.settle();
        }
        stage.kill();
        stage.open();
        stage.settle();
        stage.source.hold(Op.GET);
        assertThat(stage.read()).isEqualTo("used");
    }

    // Trouble

    @Test
    void diskFull_fillsGoOn_inTheRoomThereIs() {
        Stage stage = Stage.disk().open();
        stage.disk.files.free(32 << 10);
        for (int i = 0; i < 300; i++) {
            stage.source.write("k" + i, "x".repeat(1000));
            stage.read("k" + i);
            stage.settle();
        }
        assertThat(disk(stage).offReason()).isNull();
        stage.source.hold(Op.GET);
        assertThat(stage.read("k299")).hasSize(1000);
    }

    @Test
    void diskFullFromTheBegin_isPassedBy_andComesBackByItself() {
        Stage stage = Stage.disk();
        stage.disk.files.free(20 << 10);
        stage.open();
        for (int i = 0; i < 30; i++) {
            stage.source.write("k" + i, "x".repeat(1000));
            assertThat(stage.read("k" + i)).hasSize(1000);
            stage.settle();
        }
        assertThat(disk(stage).offReason()).contains("No space left");
        stage.disk.files.free(Long.MAX_VALUE);
        stage.run(Stage.IN_DOUBT);
        stage.settle();
        assertThat(disk(stage).offReason()).isNull();
        stage.read("k1");
        stage.settle();
        stage.source.hold(Op.GET);
        assertThat(stage.read("k1")).hasSize(1000);
    }

    /** What may still be applied is never forgotten, so that on a very small disk there may be room for nothing else. */
    @Test
    void removalsInDoubt_thatTakeAllTheRoom_turnItOff_withoutAnError_untilTheDoubtIsOver() {
        Stage stage = Stage.disk().open();
        stage.source.write("other", "other");
        stage.source.fail(Op.PUT, new StoreTimeoutException("put", null, "no answer", null));
        boolean wasOff = false;
        for (int i = 0; i < 1500; i++) {
            TestSubscriber<ObjectInfo> put = TestSubscriber.create();
            stage.cache.put("doubt-" + i, Content.text("x")).subscribe(put);
            stage.run();
            assertThat(put.expectTerminalError()).as("the source's own").isInstanceOf(StoreTimeoutException.class);
            assertThat(stage.read("other")).isEqualTo("other");
            wasOff |= disk(stage).offReason() != null;
        }
        assertThat(wasOff).as("there was room for all").isTrue();
        assertThat(stage.disk.files.mostBytes()).isLessThanOrEqualTo((64 + 8) << 10);
        stage.source.pass(Op.PUT);
        stage.run(Stage.IN_DOUBT.multipliedBy(2));
        stage.settle();
        assertThat(disk(stage).offReason()).isNull();
        stage.read("other");
        stage.settle();
        stage.source.hold(Op.GET);
        assertThat(stage.read("other")).isEqualTo("other");
    }

    @Test
    void diskThatFails_isPassedBy_andComesBackByItself() {
        Stage stage = Stage.disk().open();
        stage.put("1");
        stage.settle();
        stage.disk.files.failWith("Read-only file system");
        stage.put("2");
        assertThat(stage.read()).isEqualTo("2");
        stage.settle();
        assertThat(disk(stage).offReason()).contains("Read-only file system", "could not be noted");
        assertThat(stage.read()).isEqualTo("2");
        stage.disk.files.failWith(null);
        stage.run(Duration.ofSeconds(31));
        stage.settle();
        assertThat(disk(stage).offReason()).isNull();
        assertThat(stage.read()).isEqualTo("2");
        stage.settle();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("2");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void diskThatFailsFromTheBegin_isPassedBy_andComesBackByItself() {
        Stage stage = Stage.disk();
        stage.disk.files.failWith("Input/output error");
        stage.open();
        stage.put("1");
        assertThat(stage.read()).isEqualTo("1");
        assertThat(disk(stage).offReason()).contains("Input/output error");
        stage.disk.files.failWith(null);
        stage.run(Duration.ofSeconds(31));
        stage.settle();
        assertThat(disk(stage).offReason()).isNull();
    }

    @Test
    void diskThatAnswersReadsLate_isPassedByForAWhile() {
        Stage stage = Stage.disk().open();
        stage.put("1");
        stage.settle();
        stage.io.hold();
        for (int i = 0; i < 5; i++) {
            TestSubscriber<String> slow = stage.reader();
            stage.run(Duration.ofMillis(999));
            assertThat(slow.getReceivedOnNext()).isEmpty();
            stage.run(Duration.ofMillis(2));
            assertThat(slow.getReceivedOnNext()).as("read from the source").containsExactly("1");
        }
        stage.io.pass();
        stage.run();
        assertThat(disk(stage).offReason()).contains("passed by for reads");
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
        stage.run(Duration.ofSeconds(10));
        assertThat(stage.read()).isEqualTo("1");
        assertThat(disk(stage).offReason()).isNull();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
    }

    @Test
    void pauseThatManyReadsMeet_letsNoneOfThemPassByTheDisk() {
        Stage stage = Stage.disk().open();
        List<String> keys = IntStream.range(0, 32).mapToObj(i -> "key-" + i).toList();
        for (String key : keys) {
            stage.source.write(key, key);
            stage.read(key);
        }
        stage.settle();
        int asked = stage.source.calls(Op.GET);
        stage.io.hold();
        List<TestSubscriber<String>> readers = keys.stream().map(stage::reader).toList();
        stage.run(Duration.ofMillis(500));
        stage.io.pass();
        stage.run();
        for (int i = 0; i < keys.size(); i++) {
            assertThat(readers.get(i).getReceivedOnNext()).containsExactly(keys.get(i));
        }
        assertThat(disk(stage).offReason()).isNull();
        keys.forEach(key -> assertThat(stage.read(key)).isEqualTo(key));
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void damagedCopy_isAMissThatHeals_whereverItIsReadFrom(int residentPercent) {
        Stage stage = Stage.disk().open();
        stage.disk.files.resident(residentPercent);
        stage.put("right");
        stage.settle();
        stage.disk.damage("right");
        assertThat(stage.read()).isEqualTo("right");
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        stage.settle();
        assertThat(stage.read()).isEqualTo("right");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void objectTooLargeForASegment_isServed_andNotKept() {
        Stage stage = Stage.disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20)))
                .open();
        stage.put("x".repeat(10_000));
        stage.settle();
        assertThat(disk(stage).cachedKeys()).isZero();
        assertThat(stage.read()).hasSize(10_000);
        assertThat(stage.cache.stats().shed()).isEqualTo(1);
    }

    @Test
    void facts_areOfWhatLiesThere() {
        Stage stage = Stage.disk().open();
        stage.put("x".repeat(100));
        stage.settle();
        TierInfo disk = disk(stage);
        assertThat(disk.type()).isEqualTo("LogTier");
        assertThat(disk.maxBytes()).isEqualTo(64 << 10);
        assertThat(disk.currentBytes()).isBetween(100L, 400L);
        assertThat(disk.payloadBytes()).isEqualTo(100);
        assertThat(disk.trackedKeys()).isEqualTo(1);
        assertThat(stage.cache.toString()).contains("disk: " + disk.currentBytes() + " bytes in 1");
        stage.reopen();
        stage.settle();
        assertThat(disk(stage).payloadBytes()).as("found again").isEqualTo(100);
    }

    private static TierInfo disk(Stage stage) {
        return stage.await(stage.cache.info()).tier(Served.DISK);
    }
}
