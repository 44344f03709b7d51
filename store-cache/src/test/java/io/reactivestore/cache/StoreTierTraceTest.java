package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/**
 * The shortest ways to get an older copy out of a tier whose requests are remote, late and out of order, as the models print them and as
 * they were found by reading: none does. Where a tier was killed or off, its copies are still used, but the source is asked first.
 */
class StoreTierTraceTest {

    private static StoreTimeoutException timeout() {
        return new StoreTimeoutException("put", Stage.KEY, "no answer", null);
    }

    private static StoreUnavailableException down() {
        return new StoreUnavailableException("open", null, "down", true, null);
    }

    // F4 and F7, while all are up

    @Test
    void mutationBegins_whileTheTiersDeleteIsStillUnderWay_theCopyIsNotServedAnyMore() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.tier.hold(Op.DELETE);
        stage.put("new");
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void fillAnsweredAfterAMutation_isNotServed_andDeleted() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.tier.hold(Op.PUT);
        stage.read();
        Request<?> fill = stage.tier.take(Op.PUT).apply();
        stage.tier.pass(Op.PUT);
        stage.put("new");
        fill.answer();
        stage.settle();
        assertThat(stage.tier.keys()).doesNotContain(Stage.KEY);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void fillUnanswered_appliedBehindTheDelete_isNotServed_andDeletedAfterItsDoubt() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.tier.hold(Op.PUT);
        stage.read();
        Request<?> fill = stage.tier.take(Op.PUT);
        fill.answer(timeout());
        stage.run();
        stage.tier.pass(Op.PUT);
        stage.put("new");
        stage.settle();
        fill.apply();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        stage.run(Stage.IN_DOUBT);
        stage.settle();
        assertThat(stage.tier.keys()).doesNotContain(Stage.KEY);
    }

    @Test
    void copyReadBeforeAMutation_answeredAfterIt_isNotPromoted() {
        Stage stage = Stage.both().open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.fillMemory();
        stage.tier.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        Request<?> get = stage.tier.take(Op.GET).apply();
        stage.tier.pass(Op.GET);
        stage.await(stage.cache.delete(Stage.KEY));
        get.answer();
        stage.run();
        assertThat(reader.isTerminated()).isTrue();
        assertThat(stage.read()).isEqualTo("(none)");
    }

    @Test
    void copyOfSomebodyElse_thatIsNotInTheBooks_isNotServedAfterAPutOfOurs() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.tier.write(Stage.KEY, "theirs");
        stage.put("ours");
        assertThat(stage.read()).isEqualTo("ours");
    }

    @Test
    void copyOfSomebodyElse_isServed_whileNobodyWroteTheKey() {
        Stage stage = Stage.tier().open();
        stage.tier.write(Stage.KEY, "theirs");
        assertThat(stage.read()).isEqualTo("theirs");
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    // F8, a tier that was off

    @Test
    void tierOff_putAcknowledged_tierOn_theOldCopyIsNotServed() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.put("new");
        stage.tier.pass(Op.LIST);
        stage.run(Duration.ofSeconds(31));
        assertThat(stage.await(stage.cache.info()).tiers().get(0).offReason()).isNull();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_invalidated_tierOn_theOldCopyIsNotServed() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.source.write(Stage.KEY, "new");
        stage.await(stage.cache.invalidate(Stage.KEY));
        stage.tier.pass(Op.LIST);
        stage.run(Duration.ofSeconds(31));
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_putAcknowledged_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.put("new");
        stage.kill();
        stage.tier.pass(Op.LIST);
        stage.open();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_twoPuts_theSecondIsSentOnlyWhenTheMarkOfTheFirstIsThere() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.tier.holdReserved(Op.PUT);
        stage.writer("1");
        stage.run();
        stage.cache.put("other", Content.text("2")).subscribe();
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isZero();
        stage.tier.take(Op.PUT).answer();
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(2);
    }

    @Test
    void tierOff_andSilent_putsWaitASecondInAll_notEach() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.tier.holdReserved(Op.PUT);
        stage.writer("1");
        stage.run(Duration.ofMillis(1001));
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(1);
        stage.writer("2");
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(2);
    }

    @Test
    void tierOff_markFails_tierHeals_laterPutMarksIt_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.tier.holdReserved(Op.PUT);
        stage.cache.put("other", Content.text("1")).subscribe();
        stage.run();
        while (stage.tier.waits(Op.PUT)) {
            stage.tier.take(Op.PUT).answer(down());
            stage.run();
        }
        stage.tier.pass(Op.PUT, Op.LIST);
        stage.put("new");
        stage.kill();
        stage.open();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_markUnanswered_tierHeals_putAfterItsTimeLimitMarksIt_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.tier.holdReserved(Op.PUT);
        stage.cache.put("other", Content.text("1")).subscribe();
        stage.run(Duration.ofSeconds(10));
        stage.tier.pass(Op.PUT, Op.LIST);
        stage.put("new");
        stage.kill();
        stage.open();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void tierOff_markIsThere_laterPutsDoNotWriteItAgain() {
        Stage stage = stageWithTierDownOverOldCopy();
        int puts = stage.tier.calls(Op.PUT);
        stage.put("1");
        stage.put("2");
        assertThat(stage.tier.calls(Op.PUT)).isEqualTo(puts + 1);
    }

    @Test
    void tierThatDoesNotAnswerItsOpening_putsWaitASecondInAll_andOpeningEnds() {
        Stage stage = Stage.tier();
        stage.tier.hold(Op.OPEN);
        TestSubscriber<Void> opener = TestSubscriber.create();
        stage.cache.open().subscribe(opener);
        stage.writer("1");
        stage.run(Duration.ofMillis(1001));
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(1);
        stage.writer("2");
        stage.run();
        assertThat(stage.source.calls(Op.PUT)).isEqualTo(2);
        stage.run(Duration.ofSeconds(10));
        assertThat(opener.isTerminatedComplete()).isTrue();
        stage.tier.pass(Op.OPEN);
        stage.run(Duration.ofSeconds(30));
        assertThat(stage.await(stage.cache.info()).tiers().get(0).offReason()).isNull();
    }

    @Test
    void memorysCopyConfirmed_doesNotVouchForAnotherOneInATierThatWasOff() {
        Stage stage = Stage.both(builder -> builder.freshness(fresh -> fresh.maxAge(Duration.ofMinutes(5))));
        stage.open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.fail(Op.LIST, down());
        stage.open();
        stage.put("new");
        stage.tier.pass(Op.LIST);
        stage.run(Duration.ofSeconds(31));
        stage.run(Duration.ofMinutes(5));
        assertThat(stage.read()).as("confirmed by a 304").isEqualTo("new");
        stage.fillMemory();
        assertThat(stage.read()).isEqualTo("new");
    }

    /** A cache that found its tier with an old copy of a clean close, but cannot list it. */
    private static Stage stageWithTierDownOverOldCopy() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.fail(Op.LIST, down());
        return stage.open();
    }

    // Reopening

    @Test
    void closedAndReopened_theCopyIsServedWithoutAskingTheSource() {
        Stage stage = Stage.tier().open();
        stage.put("1");
        stage.settle();
        stage.reopen();
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    @Test
    void killedAndReopened_theCopyIsServedOnceTheSourceHasConfirmedIt() {
        Stage stage = Stage.tier().open();
        stage.put("1");
        stage.settle();
        stage.kill();
        stage.open();
        stage.run(Stage.IN_DOUBT);
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void killedAndReopened_aThousandCopies_noneIsLost() {
        Stage stage = Stage.tier().open();
        for (int i = 0; i < 1000; i++) {
            stage.source.write("k" + i, "1");
            stage.read("k" + i);
        }
        stage.settle();
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tiers().get(0).cachedKeys()).isEqualTo(1000);
    }

    @Test
    void killedBeforeTheTiersDelete_reopened_theOldCopyIsNotServed() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.tier.hold(Op.DELETE);
        stage.put("new");
        stage.kill();
        stage.open();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void closedWhileADeleteIsOwed_reopened_theOldCopyIsNotServed() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.source.write("other", "1");
        stage.read();
        stage.read("other");
        stage.settle();
        stage.tier.fail(Op.DELETE, down());
        stage.put("new");
        stage.settle();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.pass(Op.DELETE);
        stage.open();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read("other")).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).as("the others are trusted").isEqualTo(asked);
    }

    @Test
    void fillUnanswered_killed_reopened_appliedBehindTheListing_isNotServed() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.tier.hold(Op.PUT);
        stage.read();
        Request<?> fill = stage.tier.take(Op.PUT);
        stage.tier.pass(Op.PUT);
        stage.put("new");
        stage.kill();
        stage.open();
        fill.apply();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        stage.run(Stage.IN_DOUBT);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_killed_reopened_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.both().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.kill();
        stage.open();
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_killed_readWhileTheTierIsBeingOpened_appliedLater_theReadIsConfirmedFirst() {
        Stage stage = Stage.both().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.kill();
        stage.tier.hold(Op.OPEN);
        stage.cache.open().subscribe();
        assertThat(stage.read()).isEqualTo("old");
        stage.tier.take(Op.OPEN).answer();
        stage.run();
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putSent_killed_tierThatCannotBeOpened_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.both().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.kill();
        stage.tier.hold(Op.OPEN);
        stage.cache.open().subscribe();
        assertThat(stage.read()).as("before it is known").isEqualTo("old");
        stage.tier.take(Op.OPEN).answer(down());
        stage.run();
        assertThat(stage.read()).as("in doubt").isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
        stage.run(Stage.IN_DOUBT);
        stage.read();
        stage.source.hold(Op.GET);
        assertThat(stage.read()).as("kept again").isEqualTo("new");
    }

    @Test
    void putInFlightAtTheClose_reopened_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.both().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        stage.source.pass(Op.PUT);
        stage.reopen();
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putStillWaitingForItsTierAtTheClose_isNotSent() {
        Stage stage = Stage.tier();
        stage.tier.hold(Op.OPEN);
        stage.cache.open().subscribe();
        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.run();
        stage.await(stage.cache.close());
        stage.run(Duration.ofSeconds(2));
        assertThat(writer.isTerminatedError()).isTrue();
        assertThat(stage.source.calls(Op.PUT)).isZero();
    }

    @Test
    void manifestThatCannotBeRead_nothingIsTrusted() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "1");
        stage.read();
        stage.settle();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.write(".reactivestore/manifest", "not one of ours");
        stage.open();
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
    }

    @Test
    void listingThatFailsTwice_theManifestIsStillThereForTheNextTry() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.run(Duration.ofSeconds(31));
        stage.tier.pass(Op.LIST);
        stage.run(Duration.ofSeconds(31));
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void listingThatFailsOnce_theCopiesAreStillThere_andConfirmedFirst_sinceAllIsInDoubt() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.tier.pass(Op.LIST);
        stage.run(Duration.ofSeconds(31));
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
    }

    // Books that a late request has taken away

    @Test
    void markDeletedLateByTheCloseBefore_deleteOwed_killed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        stage.tier.holdReserved(Op.DELETE);
        stage.cache.close().subscribe();
        stage.run(Duration.ofSeconds(11));
        Request<?> late = stage.tier.takeGivenUp(Op.DELETE);
        stage.tier.pass(Op.DELETE);
        stage.kill();
        stage.open();
        late.apply();
        stage.tier.fail(Op.DELETE, down());
        stage.put("new");
        stage.kill();
        stage.tier.pass(Op.DELETE);
        stage.open();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.read()).as("read again").isEqualTo("new");
    }

    @Test
    void manifestDeletedLateByAnOpeningThatFailed_deleteOwed_reopened_theOldCopyIsNotServed() {
        Stage stage = stageWithOldCopy();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.holdReserved(Op.DELETE);
        stage.cache.open().subscribe();
        stage.run(Duration.ofSeconds(11));
        Request<?> late = stage.tier.takeGivenUp(Op.DELETE);
        stage.tier.pass(Op.DELETE);
        stage.run(Duration.ofSeconds(31));
        stage.run(Stage.IN_DOUBT);
        assertThat(stage.read()).isEqualTo("old");
        stage.settle();
        stage.tier.fail(Op.DELETE, down());
        stage.put("new");
        stage.settle();
        stage.await(stage.cache.close());
        late.apply();
        assertThat(stage.tier.keys()).containsExactly(Stage.KEY);
        stage.kill();
        stage.tier.pass(Op.DELETE);
        stage.open();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.read()).as("read again").isEqualTo("new");
    }

    @Test
    void booksGone_theCopyIsTrustedAgain_onceTheSourceHasConfirmedIt() {
        Stage stage = stageWithOldCopy();
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.remove(".reactivestore/manifest");
        stage.open();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("old");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
    }

    @Test
    void suspectCopy_closedBeforeItWasConfirmed_isSuspectStill() {
        Stage stage = stageWithTierDownOverOldCopy();
        stage.put("new");
        stage.kill();
        stage.tier.pass(Op.LIST);
        stage.open();
        stage.run(Stage.IN_DOUBT);
        stage.reopen();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
    }

    private static Stage stageWithOldCopy() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        return stage;
    }
}
