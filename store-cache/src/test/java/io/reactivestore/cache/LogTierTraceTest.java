package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

/** The shortest ways to get an older copy out of the disk tier, as the model prints them when one of its rules is off: with all on, none does. */
class LogTierTraceTest {

    // F4, the tombstone before the mutation

    @Test
    void put_isSentOnlyWhenItsTombstoneIsWritten() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.writer("new");
        stage.run(Duration.ofMillis(900));
        assertThat(stage.source.calls(Op.PUT)).isZero();
        stage.io.pass();
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putCancelled_beforeItsTombstoneIsWritten_isNotSent_andLeavesNoDoubt() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.writer("new").cancel();
        stage.io.pass();
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isZero();
        stage.read();
        stage.settle();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.source.calls(Op.GET)).as("kept again").isEqualTo(asked);
    }

    @Test
    void putApplied_killedBeforeTheAnswer_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        stage.source.take(Op.PUT).apply();
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void keysDeletedTogether_areSentOnlyWhenTheirTombstonesAreWritten() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.cache.deleteAll(Flux.just(Stage.KEY)).subscribe();
        stage.run(Duration.ofMillis(900));
        assertThat(stage.source.text(Stage.KEY)).isEqualTo("old");
        stage.io.pass();
        stage.run(Duration.ofMillis(50));
        assertThat(stage.source.text(Stage.KEY)).isEqualTo("(none)");
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("(none)");
    }

    @Test
    void prefixDeleted_killedBeforeTheAnswer_theOldCopiesAreNotServed() {
        Stage stage = Stage.disk().open();
        stage.source.write("a/k", "old");
        stage.read("a/k");
        stage.settle();
        stage.source.hold(Op.DELETE_PREFIX);
        stage.cache.deletePrefix("a/").subscribe();
        stage.run();
        stage.source.take(Op.DELETE_PREFIX).apply();
        reopenAfterKill(stage);
        assertThat(stage.read("a/k")).isEqualTo("(none)");
    }

    @Test
    void prefix_isSentOnlyWhenItsFenceIsWritten() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.cache.deletePrefix("").subscribe();
        stage.run(Duration.ofMillis(900));
        assertThat(stage.source.calls(Op.DELETE_PREFIX)).isZero();
        stage.io.pass();
        stage.run();
        assertThat(stage.source.calls(Op.DELETE_PREFIX)).isEqualTo(1);
    }

    @Test
    void copiesUnderAnInvalidatedPrefix_areNotPromoted_whileTheDiskHasNotNotedIt() {
        Stage stage = Stage.disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20)))
                .open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.fillMemory();
        stage.source.write(Stage.KEY, "new");
        stage.io.hold();
        TestSubscriber<Void> invalidated = TestSubscriber.create();
        stage.cache.invalidatePrefix("").subscribe(invalidated);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        assertThat(invalidated.isTerminated()).isFalse();
        assertThat(reader.getReceivedOnNext()).containsExactly("new");
        stage.io.pass();
        stage.run();
        assertThat(invalidated.isTerminatedComplete()).isTrue();
        assertThat(stage.read()).isEqualTo("new");
    }

    // F7, a fill that waited

    @Test
    void fillThatWaited_whileAPutBegan_isNotWrittenBehindTheTombstone() {
        Stage stage = Stage.disk(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.io.hold();
        assertThat(stage.read()).isEqualTo("old");
        stage.writer("new");
        stage.io.pass();
        stage.settle();
        assertThat(stage.cache.stats().outdated()).isEqualTo(1);
        roundAndRound(stage);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void fillBetweenCheckAndPublication_putBegins_theOldCopyIsNotServed() {
        Stage stage = Stage.disk(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.io.hold();
        stage.read();
        stage.writer("new");
        for (int tasks = 0; stage.io.runOne(); tasks++) {
            stage.run();
        }
        stage.io.pass();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    // D1, epochs

    @Test
    void deletedInAProcessThatCountsFromZero_killed_theFillOfAnEarlierOneIsNotBack() {
        Stage stage = Stage.disk().open();
        for (int i = 0; i < 5; i++) {
            stage.put("old");
        }
        stage.settle();
        stage.reopen();
        stage.settle();
        stage.await(stage.cache.delete(Stage.KEY));
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.read()).isEqualTo("(none)");
    }

    // F3, doubt outlives the process

    @Test
    void putSent_killed_reopened_readBeforeItIsApplied_isNotKept() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_killed_reopened_killed_reopened_readBeforeItIsApplied_isNotKept() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        reopenAfterKill(stage);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_itsTombstoneInAnOldSegment_killed_readDuringTheRecovery_isNotKept() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        fill(stage, 60);
        stage.kill();
        stage.cache.open().subscribe();
        while (stage.simulation.await(stage.cache.info()).tiers().get(0).offReason() != null) {
            stage.simulation.step();
        }
        stage.io.hold();
        assertThat(stage.read()).isEqualTo("old");
        stage.io.pass();
        stage.settle();
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void prefixDeleteSent_killed_reopened_readBeforeItIsApplied_isNotKept() {
        Stage stage = Stage.disk().open();
        stage.source.write("a/k", "old");
        stage.source.hold(Op.DELETE_PREFIX);
        stage.cache.deletePrefix("a/").subscribe();
        stage.run();
        Request<?> delete = stage.source.take(Op.DELETE_PREFIX);
        reopenAfterKill(stage);
        assertThat(stage.read("a/k")).isEqualTo("old");
        delete.apply();
        assertThat(stage.read("a/k")).isEqualTo("(none)");
    }

    @Test
    void tombstoneInDoubt_isKept_howOftenTheSegmentsAreRecycled() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        roundAndRound(stage);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void doubtAfterAKill_endsByItself() {
        Stage stage = stageWithOldCopy();
        stage.await(stage.cache.delete(Stage.KEY));
        stage.source.write(Stage.KEY, "new");
        reopenAfterKill(stage);
        stage.read();
        int asked = stage.source.calls(Op.GET);
        stage.read();
        assertThat(stage.source.calls(Op.GET)).as("in doubt, nothing is kept").isEqualTo(asked + 1);
        stage.run(Stage.IN_DOUBT);
        stage.read();
        stage.settle();
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 2);
    }

    @Test
    void putInFlightAtTheClose_reopened_appliedAfterARead_theReadIsNotKept() {
        Stage stage = stageWithOldCopy();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_killed_logThatCannotBeOpened_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.memoryAndDisk().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.kill();
        stage.disk.broken(true);
        stage.open();
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void copyInMemory_readBeforeTheTierWasOpen_isConfirmed_whenAKillIsFoundOut() {
        Stage stage = Stage.memoryAndDisk().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        stage.kill();
        stage.io.hold();
        stage.cache.open().subscribe();
        assertThat(stage.read()).isEqualTo("old");
        stage.io.pass();
        stage.run();
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    // F8, a tier that was off

    @Test
    void tierOff_putAcknowledged_tierOn_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.put("new");
        healDisk(stage);
        assertThat(stage.cache.stats().tierFailures()).isPositive();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_openedAnewInVain_putAcknowledged_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.run(Duration.ofSeconds(1));
        stage.put("new");
        stage.disk.broken(false);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierThatCouldNotBeOpened_putAcknowledged_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        stage.disk.broken(true);
        stage.kill();
        stage.open();
        stage.put("new");
        stage.disk.broken(false);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_andNotEvenTheMarkIsWritten_tierOn_theOldCopyIsNotServed_alsoAfterAKill() {
        Stage stage = stageWithOldCopy();
        stage.disk.files.failWith("the disk is gone");
        stage.put("new");
        stage.disk.files.failWith(null);
        stage.run(Duration.ofSeconds(31));
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).offReason())
                .isNull();
        assertThat(stage.read()).isEqualTo("new");
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_putAcknowledged_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.put("new");
        stage.disk.broken(false);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_putSent_tierOn_killed_reopened_readBeforeItIsApplied_isNotKept() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        healDisk(stage);
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_invalidatedMeanwhile_tierOn_theOldCopyIsConfirmedFirst() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.source.write(Stage.KEY, "new");
        stage.await(stage.cache.invalidate(Stage.KEY));
        healDisk(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void suspectCopy_thatTheSourceHasConfirmed_isTrusted_alsoAfterARestart() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.await(stage.cache.invalidate("another"));
        healDisk(stage);
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
        stage.settle();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("old");
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void suspectCopy_closedBeforeItWasConfirmed_isSuspectStill() {
        Stage stage = stageWithOldCopy();
        breakDisk(stage);
        stage.put("new");
        healDisk(stage);
        stage.run(Stage.IN_DOUBT);
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void systemStoppedWithoutAClose_whatLiesThereIsConfirmedFirst() {
        Stage stage = stageWithOldCopy();
        stage.source.write(Stage.KEY, "new");
        stage.disk.restartSystem();
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void removalThatIsLate_turnsTheTierOff_andThePutGoesOn() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.writer("new");
        stage.run(Duration.ofMillis(2100));
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(1);
        String reason = stage.await(stage.cache.info()).tier(Served.DISK).offReason();
        assertThat(reason).contains("a removal was not written within", "could not be noted");
        assertThat(stage.read()).isEqualTo("new");
        stage.io.pass();
        stage.run(Duration.ofSeconds(61));
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).offReason())
                .isNull();
        assertThat(stage.read()).isEqualTo("new");
        reopenAfterKill(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void diskThatHangs_writersWaitTwoSecondsInAll_notEach() {
        Stage stage = stageWithOldCopy();
        stage.io.hold();
        stage.writer("1");
        stage.run(Duration.ofMillis(2100));
        stage.cache.put("other", Content.text("2")).subscribe();
        stage.run(Duration.ofMillis(1100));
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(2);
    }

    // An invalidation bus

    @Test
    void messagesMissedWhileTheTierWasOff_theOldCopyIsConfirmedFirst() {
        Bus bus = new Bus();
        Stage stage = Stage.disk(builder -> builder.invalidation(bus)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        breakDisk(stage);
        bus.breakUp();
        stage.source.write(Stage.KEY, "new");
        stage.run(Duration.ofSeconds(2));
        healDisk(stage);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void messagesMissedWhileTheCacheWasDown_theOldCopyIsConfirmedFirst() {
        Stage stage = Stage.disk(builder -> builder.invalidation(new Bus())).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.source.write(Stage.KEY, "new");
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
    }

    // Clocks

    @Test
    void clockSetBack_copyFromTheFuture_isConfirmedFirst() {
        Stage stage = stageWithOldCopy();
        stage.source.write(Stage.KEY, "new");
        stage.runtime.wallClockJump(Duration.ofDays(-1));
        stage.reopen();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void clockSetWhileOpen_changesNoAge() {
        Stage stage = Stage.disk(builder -> builder.freshness(f -> f.maxAge(Duration.ofMinutes(10))))
                .open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.runtime.wallClockJump(Duration.ofDays(-1));
        stage.run(Duration.ofMinutes(9));
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        stage.runtime.wallClockJump(Duration.ofDays(2));
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        stage.run(Duration.ofMinutes(1));
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(2);
    }

    /** However the clock is set between the processes: what a copy has been used for since an opening is its age at least. */
    @Test
    void clockSetForwardAndBack_overAndOver_noCopyIsServedForLongerThanItsAge() {
        Duration maxAge = Duration.ofMinutes(10);
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Stage stage = Stage.disk(builder -> builder.freshness(f -> f.maxAge(maxAge)))
                    .open();
            stage.source.write(Stage.KEY, "old");
            stage.read();
            stage.settle();
            for (int restart = 0; restart < 5; restart++) {
                stage.runtime.wallClockJump(Duration.ofSeconds(random.nextInt(-100_000, 100_000)));
                if (random.nextBoolean()) {
                    stage.reopen();
                } else {
                    stage.kill();
                    stage.open();
                }
                stage.settle();
                stage.runtime.wallClockJump(Duration.ofSeconds(random.nextInt(-100_000, 100_000)));
                stage.read();
            }
            stage.source.write(Stage.KEY, "new");
            for (int minute = 0; minute < 10; minute++) {
                stage.run(Duration.ofMinutes(1));
                stage.read();
            }
            assertThat(stage.read()).as("seed %s", seed).isEqualTo("new");
        }
    }

    private static Stage stageWithOldCopy() {
        Stage stage = Stage.disk(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        return stage;
    }

    private static void reopenAfterKill(Stage stage) {
        stage.source.pass(Op.PUT, Op.DELETE_PREFIX);
        stage.kill();
        stage.open();
        stage.settle();
    }

    private static void breakDisk(Stage stage) {
        stage.disk.broken(true);
        stage.source.write("any", "any");
        stage.read("any");
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).offReason())
                .isEqualTo("the disk is broken");
    }

    private static void healDisk(Stage stage) {
        stage.disk.broken(false);
        stage.run(Duration.ofSeconds(31));
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).offReason())
                .isNull();
    }

    /** Keeps so many objects of a kilobyte. */
    private static void fill(Stage stage, int objects) {
        for (int i = 0; i < objects; i++) {
            stage.source.write("filler-" + i, "x".repeat(1000));
            stage.read("filler-" + i);
            stage.settle();
        }
    }

    /** Lets every segment be recycled several times. */
    private static void roundAndRound(Stage stage) {
        fill(stage, 300);
    }

    /** One that says nothing, and breaks. */
    private static final class Bus implements Invalidation {

        private Sinks.Many<Event> events = Sinks.many().multicast().directBestEffort();

        void breakUp() {
            Sinks.Many<Event> broken = events;
            events = Sinks.many().multicast().directBestEffort();
            broken.tryEmitError(new IllegalStateException("broken"));
        }

        @Override
        public Mono<Void> announce(Event event) {
            return Mono.empty();
        }

        @Override
        public Flux<Event> received() {
            return events.asFlux();
        }
    }
}
