package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

/** A store with a journal: what is acknowledged when, what a full disk does, what comes back, what a close leaves. */
class JournalTest {

    private final MemoryFiles files = new MemoryFiles();
    private final Stage stage = Stage.journaled(files);
    private final HeldBackStore inner = stage.inner;

    @Test
    void put_isSeenAndAcknowledgedOnlyWhenItIsOnDisk() {
        stage.await(stage.store.open());
        TestSubscriber<ObjectInfo> put = TestSubscriber.create();
        stage.store.put("k", Content.text("1")).subscribe(put);
        assertThat(put.isTerminated()).isFalse();
        assertThat(stage.store.stats().entries()).isZero();
        stage.run();
        assertThat(put.expectTerminalSignal().isOnComplete()).isTrue();
        assertThat(stage.read("k")).isEqualTo("1");
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void putThatIsCancelledWhileItIsQueued_isWrittenAllTheSame() {
        stage.await(stage.store.open());
        TestSubscriber<ObjectInfo> put = TestSubscriber.create();
        stage.store.put("k", Content.text("1")).subscribe(put);
        put.cancel();
        stage.run();
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void concurrentPuts_areOneBatch() {
        Stage synced = Stage.journaled(files, WriteBackStoreBuilder::syncJournal);
        synced.await(synced.store.open());
        int before = files.forces();
        for (int i = 0; i < 50; i++) {
            synced.store.put("k" + i % 5, Content.text("" + i)).subscribe();
        }
        synced.run();
        assertThat(files.forces() - before).isEqualTo(1);
        assertThat(synced.scan()).containsExactly("k0=45", "k1=46", "k2=47", "k3=48", "k4=49");
    }

    @Test
    void bulkDeletes_areForcedTogether() {
        Stage synced = Stage.journaled(files, WriteBackStoreBuilder::syncJournal);
        synced.await(synced.store.open());
        List<String> keys = IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();
        int before = files.forces();
        synced.await(synced.store.deleteAll(Flux.fromIterable(keys)).then());
        assertThat(files.forces() - before).isLessThan(10);

        keys.forEach(key -> synced.store.put(key, Content.text("1")).subscribe());
        synced.run();
        before = files.forces();
        synced.await(synced.store.deletePrefix("k").then());
        assertThat(files.forces() - before).isLessThan(10);
        assertThat(synced.scan()).isEmpty();
    }

    @Test
    void synced_outlivesALossOfPower() {
        Stage synced = Stage.journaled(files, WriteBackStoreBuilder::syncJournal);
        synced.put("a", "1");
        synced.put("b", "2");
        files.losePower();
        synced.kill();
        assertThat(synced.scan()).containsExactly("a=1", "b=2");
    }

    @Test
    void fullDisk_failsThePut_whichLeavesNoTrace_andLosesNothing() {
        stage.put("k", "1");
        files.free(20);
        TestSubscriber<ObjectInfo> put = stage.start(stage.store.put("k", Content.text("2")));
        TestSubscriber<Void> delete = stage.start(stage.store.delete("k"));
        assertThat(put.expectTerminalError())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage(
                        "put k: the journal in memory cannot be written: java.io.IOException: No space left on device");
        assertThat(delete.expectTerminalError())
                .hasMessageStartingWith("delete k: the journal in memory cannot be written");
        assertThat(stage.read("k")).isEqualTo("1");
        assertThat(stage.store.stats().dirtyBytes()).isEqualTo(2);

        files.free(Long.MAX_VALUE);
        stage.put("b", "3");
        stage.kill();
        assertThat(stage.scan()).containsExactly("b=3", "k=1");
    }

    @Test
    void diskThatCannotBeCutBack_isNotBuiltUpon() {
        stage.put("k", "1");
        files.cannotTruncate(true).free(150);
        TestSubscriber<ObjectInfo> whole = TestSubscriber.create();
        stage.store.put("k", Content.text("2")).subscribe(whole);
        TestSubscriber<ObjectInfo> torn = stage.start(stage.store.put("c", Content.text("3")));
        whole.expectTerminalError();
        torn.expectTerminalError();
        files.free(Long.MAX_VALUE);
        stage.put("b", "4");
        stage.kill();
        assertThat(stage.scan()).containsExactly("b=4", "k=1");
        stage.kill();
        assertThat(stage.scan()).containsExactly("b=4", "k=1");
    }

    @Test
    void fullDisk_isFreedByAFlush() {
        for (int i = 0; i < 20; i++) {
            stage.put("k" + i, "x".repeat(100));
        }
        files.free(0);
        stage.start(stage.store.put("k", Content.text("1"))).expectTerminalError();
        stage.flush();
        stage.put("k", "1");
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void queueHasABound() {
        stage.await(stage.store.open());
        for (int i = 0; i < 20; i++) {
            stage.store.put("k" + i, Content.text("x".repeat(1 << 20))).subscribe();
        }
        assertThat(stage.store.stats().waitingWrites()).isEqualTo(5);
        stage.run(Duration.ofSeconds(2));
        assertThat(stage.store.stats().waitingWrites()).isZero();
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(20);
    }

    @Test
    void queuedWrites_countForTheLimits() {
        Stage small = Stage.journaled(files, builder -> builder.maxEntries(4).maxDirtyBytes(30));
        small.await(small.store.open());
        for (int i = 0; i < 20; i++) {
            small.store.put("k" + i, Content.text("12345678")).subscribe();
        }
        assertThat(small.store.stats().waitingWrites()).isEqualTo(17);
        while (small.store.stats().waitingWrites() > 0) {
            small.simulation.step();
            assertThat(small.store.stats().dirtyBytes()).isLessThanOrEqualTo(30);
            assertThat(small.store.stats().entries()).isLessThanOrEqualTo(4);
        }
        small.run();
        small.flush();
        assertThat(small.inner.keys()).hasSize(20);
    }

    @Test
    void queuedWrites_countForTheBudget_andGiveBackWhatTheyReplace() {
        WriteBackBudget budget = WriteBackBudget.ofBytes(1_000);
        Stage sharing = Stage.journaled(files, builder -> builder.budget(budget));
        sharing.put("k", "x".repeat(99));
        sharing.put("k", "x".repeat(49));
        assertThat(budget.usedBytes()).isEqualTo(50);
        files.free(0);
        sharing.start(sharing.store.put("k", Content.text("x"))).expectTerminalError();
        assertThat(budget.usedBytes()).isEqualTo(50);
        files.free(Long.MAX_VALUE);
        sharing.await(sharing.store.close());
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void everythingOfAWrite_comesBack() {
        RecordContext context = new RecordContext("topic", 3, 4_000_000_000L, -1);
        Attributes attributes = Attributes.none()
                .withContentType("text/plain")
                .withExpires(Instant.ofEpochSecond(5))
                .withUserMetadata("a", "ü b");
        WriteOptions options = WriteOptions.defaults()
                .withAttributes(attributes)
                .withStorageClass("COLD")
                .withoutCaching();
        stage.await(stage.store.put("a", Content.text("1"), options, context));
        stage.put("b", "2");
        stage.await(stage.store.delete("c", context));
        ObjectInfo before = stage.await(stage.store.head("a"));
        WriteBackStats stats = stage.store.stats();

        stage.kill();
        assertThat(stage.await(stage.store.head("a"))).isEqualTo(before);
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(stats.dirtyEntries());
        assertThat(stage.store.stats().dirtyBytes()).isEqualTo(stats.dirtyBytes());
        assertThat(stage.store.stats().bytes()).isEqualTo(stats.bytes());
        assertThat(stage.store.stats().entries()).isEqualTo(stats.entries());
        assertThat(stage.await(
                        stage.store.flush().map(entry -> "" + entry.context()).collectList()))
                .containsExactly("" + context, "null", "" + context);
        assertThat(stage.await(inner.past().head("a")).attributes()).isEqualTo(attributes);
    }

    @Test
    void age_goesOnAfterAKill_sinceTheKeyBecameDirty() {
        Stage aging = Stage.journaled(files, builder -> builder.maxDirtyAge(Duration.ofMinutes(10)));
        aging.put("k", "1");
        aging.run(Duration.ofMinutes(4));
        aging.put("k", "2");
        aging.run(Duration.ofMinutes(4));
        aging.kill();
        aging.read("k");
        aging.run(Duration.ofSeconds(110));
        assertThat(aging.inner.sent).doesNotContain("PUT k");
        aging.run(Duration.ofSeconds(20));
        assertThat(aging.inner.text("k")).isEqualTo("2");
    }

    @Test
    void clockThatJumpedBack_makesNothingYoungerThanNow() {
        Stage aging = Stage.journaled(files, builder -> builder.maxDirtyAge(Duration.ofMinutes(10)));
        aging.put("k", "1");
        aging.runtime.wallClockJump(Duration.ofDays(-3));
        aging.kill();
        aging.read("k");
        aging.run(Duration.ofMinutes(11));
        assertThat(aging.inner.text("k")).isEqualTo("1");
    }

    @Test
    void killedTwice_comesBackTwice_andWritesOfTheSecondLifeAreTheNewerOnes() {
        stage.put("b", "0");
        stage.put("a", "1");
        stage.kill();
        stage.put("a", "2");
        stage.kill();
        assertThat(stage.scan()).containsExactly("a=2", "b=0");
    }

    @Test
    void close_leavesNoFiles_andNoDoubt() {
        stage.put("k", "1");
        stage.await(stage.store.close());
        assertThat(inner.text("k")).isEqualTo("1");
        assertThat(files.numbers()).isEmpty();
        assertThat(files.openFiles()).isZero();
        assertThat(files.isLocked()).isFalse();

        stage.rebuild();
        stage.put("k", "2");
        TestSubscriber<String> flush = stage.startFlush();
        assertThat(flush.getReceivedOnNext()).as("without waiting").containsExactly("k=2");
    }

    @Test
    void closeThatCannotFlush_leavesTheRestForTheNextOpening() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        TestSubscriber<Void> close = stage.start(stage.store.close());
        inner.take().fail(Stage.refused());
        stage.run();
        assertThat(close.expectTerminalError())
                .hasMessage("close: 1 writes could not be flushed and stay in the journal");
        assertThat(files.openFiles()).isZero();
        assertThat(files.isLocked()).isFalse();

        stage.rebuild();
        inner.pass();
        assertThat(stage.read("k")).isEqualTo("1");
        assertThat(stage.flush()).containsExactly("k=1");
    }

    @Test
    void closeWithARequestUnderWay_leavesADoubt() {
        inner.hold(Op.PUT);
        stage.start(stage.store.putInner("k", Content.text("1"), WriteOptions.defaults()));
        stage.await(stage.store.close());
        assertThat(files.numbers()).isNotEmpty();
        stage.rebuild();
        stage.put("k", "2");
        stage.startFlush();
        assertThat(inner.waitingCount()).as("only the one of before").isEqualTo(1);
    }

    @Test
    void closeDuringAClear_endsIt_andTheNextOpeningGoesOnWithIt() {
        inner.write("below", "0");
        inner.hold(Op.DELETE_PREFIX);
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        stage.await(stage.store.close());
        assertThat(clear.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        inner.pass();
        stage.run(Duration.ofMinutes(5));
        assertThat(inner.keys()).as("not after the close").containsExactly("below");

        stage.rebuild();
        assertThat(stage.keys()).isEmpty();
        stage.run(Stage.IN_DOUBT);
        assertThat(inner.keys()).isEmpty();
    }

    @Test
    void putsUnderWayAtAClose_areFlushedOrRefused() {
        stage.await(stage.store.open());
        TestSubscriber<ObjectInfo> put = TestSubscriber.create();
        stage.store.put("k", Content.text("1")).subscribe(put);
        stage.await(stage.store.close());
        stage.run();
        assertThat(put.expectTerminalSignal().isOnComplete()).isTrue();
        assertThat(inner.text("k")).isEqualTo("1");
        assertThat(files.numbers()).isEmpty();
    }

    @Test
    void storeThatWasNeverOpened_closesWithoutTouchingTheJournal() {
        stage.put("k", "1");
        stage.kill();
        stage.await(stage.store.close());
        stage.rebuild();
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void secondStore_isRefused_andCanOpenWhenTheFirstIsClosed() {
        stage.put("k", "1");
        SimulatedRuntime other = stage.simulation.runtime("other");
        WriteBackStore second =
                WriteBackStore.builder(inner).journal(files, 300).runtime(other).build();
        assertThatThrownBy(() -> stage.await(second.open())).isInstanceOf(StoreUnavailableException.class);
        stage.await(stage.store.close());
        stage.await(second.open());
        assertThat(files.isLocked()).isTrue();
    }

    @Test
    void openingThatFails_givesTheLockBack_andCanBeTriedAgain() {
        files.free(0);
        assertThatThrownBy(() -> stage.await(stage.store.open()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageStartingWith("open: the journal in memory cannot be used");
        assertThat(files.isLocked()).isFalse();
        assertThat(files.openFiles()).isZero();
        files.free(Long.MAX_VALUE);
        stage.put("k", "1");
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void zeroInDoubt_waitsForNothingAfterAKill() {
        Stage certain = Stage.journaled(files, builder -> builder.inDoubt(Duration.ZERO));
        certain.put("k", "1");
        certain.kill();
        assertThat(certain.startFlush().getReceivedOnNext()).containsExactly("k=1");
    }

    @Test
    void restoredWrites_countInTheBudget_alsoBeyondIt() {
        stage.put("a", "x".repeat(99));
        stage.put("b", "x".repeat(99));
        stage.kill();
        WriteBackBudget budget = WriteBackBudget.ofBytes(150);
        WriteBackStore smaller = WriteBackStore.builder(inner)
                .journal(files, 300)
                .inDoubt(Duration.ZERO)
                .budget(budget)
                .runtime(stage.simulation.runtime("smaller"))
                .build();
        stage.await(smaller.open());
        assertThat(budget.usedBytes()).isEqualTo(200);
        stage.await(smaller.put("c", Content.text("x")));
        assertThat(budget.usedBytes()).isLessThanOrEqualTo(150);
        stage.await(smaller.close());
        assertThat(budget.usedBytes()).isZero();
        assertThat(inner.keys()).containsExactly("a", "b", "c");
    }
}
