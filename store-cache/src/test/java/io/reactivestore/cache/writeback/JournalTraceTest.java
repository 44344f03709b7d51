package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.cache.writeback.HeldBackStore.Request;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/**
 * For each rule of the model in {@code docs/model}, WriteBack, that has to do with the journal, and each rule of how the journal is cut:
 * the shortest sequence of steps that would break a promise without it.
 */
class JournalTraceTest {

    private final MemoryFiles files = new MemoryFiles();
    private final Stage stage = Stage.journaled(files);
    private final HeldBackStore inner = stage.inner;

    @Test
    void journalAfter_writeThatWasSentAndNotApplied_isThereAfterAKill() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        assertThat(inner.waitingCount()).isEqualTo(1);
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("1");

        inner.pass();
        assertThat(stage.flush()).containsExactly("k=1");
        assertThat(inner.text("k")).isEqualTo("1");
    }

    @Test
    void reopenDoubt_writeSentBeforeAKill_isOverwrittenByTheNewerOneWhichWaitedForIt() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        Request late = inner.take();
        stage.kill();

        stage.put("k", "2");
        assertThat(stage.store.stats().keysInDoubt()).isEqualTo(1);
        TestSubscriber<String> flush = stage.startFlush();
        assertThat(inner.waitingCount()).as("sent in the in-doubt time").isZero();
        late.apply();
        stage.run(Stage.IN_DOUBT);
        inner.take().answer();
        stage.run();

        assertThat(flush.getReceivedOnNext()).containsExactly("k=2");
        assertThat(inner.text("k")).isEqualTo("2");
        assertThat(stage.store.stats().keysInDoubt()).isZero();
    }

    @Test
    void reopenDoubt_ofAKeyThatIsNotInTheJournal_countsToo() {
        inner.hold(Op.PUT);
        stage.start(stage.store.putInner("k", Content.text("1"), WriteOptions.defaults()));
        Request late = inner.take();
        stage.kill();

        stage.put("k", "2");
        stage.startFlush();
        late.apply();
        stage.run(Stage.IN_DOUBT);
        inner.take().answer();
        stage.run();
        assertThat(inner.text("k")).isEqualTo("2");
    }

    @Test
    void same_writeAcknowledgedWhileANewerOneIsDirty_leavesTheNewerOneInTheJournal() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        stage.put("k", "2");
        inner.take().answer();
        stage.run();
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("2");
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(1);
    }

    @Test
    void owed_putInnerAfterAFlush_isSentOnlyWhenTheJournalCannotBringTheFlushedWriteBack() {
        stage.put("k", "1");
        files.free(0);
        stage.flush();
        TestSubscriber<?> put = stage.start(stage.store.putInner("k", Content.text("2"), WriteOptions.defaults()));
        assertThat(put.expectTerminalError())
                .hasMessageStartingWith("putInner k: the journal in memory cannot be written");
        assertThat(inner.text("k")).isEqualTo("1");

        files.free(Long.MAX_VALUE);
        stage.await(stage.store.putInner("k", Content.text("2"), WriteOptions.defaults()));
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("2");
        assertThat(stage.store.stats().dirtyEntries()).isZero();
    }

    @Test
    void owed_deleteInnerAndConditionalWritesAfterAFlush_areNotUndoneByAKill() {
        stage.put("a", "1");
        stage.put("b", "1");
        stage.put("c", "1");
        stage.flush();
        stage.await(stage.store.deleteInner("a"));
        stage.await(stage.store.put(
                "b",
                Content.text("2"),
                WriteOptions.defaults()
                        .withIfMatch(stage.await(stage.store.head("b")).etag())));
        stage.await(stage.store.copy("b", "c"));
        stage.kill();
        assertThat(stage.scan()).containsExactly("b=2", "c=2");
        assertThat(stage.store.stats().dirtyEntries()).isZero();
    }

    @Test
    void writeThatPutInnerCouldNotReplace_winsAfterAKillToo() {
        stage.put("k", "1");
        stage.await(stage.store.putInner("k", Content.text("2"), WriteOptions.defaults()));
        stage.kill();
        assertThat(stage.read("k")).isEqualTo("1");
    }

    @Test
    void clear_thatHadNotEndedAtAKill_goesOn_andKeepsWhatWasWrittenMeanwhile() {
        inner.write("below", "0");
        stage.put("before", "1");
        inner.hold(Op.DELETE_PREFIX);
        stage.start(stage.store.clear());
        stage.put("after", "2");
        stage.kill();
        assertThat(stage.keys()).containsExactly("after");
        assertThat(inner.keys()).as("in the in-doubt time").containsExactly("below");

        inner.pass();
        stage.run(Stage.IN_DOUBT);
        stage.flush();
        assertThat(inner.keys()).containsExactly("after");
        assertThat(stage.keys()).containsExactly("after");

        stage.kill();
        assertThat(stage.scan()).as("cleared once").containsExactly("after=2");
        stage.run(Stage.IN_DOUBT);
        assertThat(inner.keys()).containsExactly("after");
    }

    @Test
    void clear_thatHasEnded_isNotDoneAgainAfterAKill() {
        stage.put("k", "1");
        stage.await(stage.store.clear());
        stage.await(stage.store.putInner("inner", Content.text("2"), WriteOptions.defaults()));
        stage.kill();
        assertThat(stage.scan()).containsExactly("inner=2");
        stage.run(Stage.IN_DOUBT.multipliedBy(2));
        assertThat(inner.keys()).containsExactly("inner");
    }

    @Test
    void clear_thatCannotBeNoted_changesNothing() {
        stage.put("k", "1");
        inner.write("below", "0");
        files.free(0);
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        assertThat(clear.expectTerminalError())
                .hasMessageStartingWith("clear: the journal in memory cannot be written");
        assertThat(stage.keys()).containsExactly("below", "k");
    }

    @Test
    void secondClear_ofWhatWasWrittenDuringTheFirst_isNotUndoneByAKill() {
        inner.hold(Op.DELETE_PREFIX);
        stage.start(stage.store.clear());
        stage.put("k", "1");
        TestSubscriber<Void> second = stage.start(stage.store.clear());
        inner.take().answer();
        stage.run();
        second.expectTerminalSignal();
        stage.kill();
        assertThat(stage.keys()).isEmpty();
    }

    @Test
    void endOfAClear_isNotedBeforeAFlushAfterIt_alsoIfTheProcessIsKilledInBetween() {
        inner.hold(Op.DELETE_PREFIX);
        stage.start(stage.store.clear());
        stage.put("k", "1");
        stage.startFlush();
        files.free(0);
        inner.take().answer();
        stage.run();
        assertThat(inner.text("k")).as("flushed, and that is owed").isEqualTo("1");

        int beginOfAFileAndOneRecord = 100;
        files.cannotTruncate(true).free(beginOfAFileAndOneRecord).killWhenFull(stage.runtime::kill);
        stage.start(stage.store.put("other", Content.text("2")));
        assertThat(stage.runtime.isAlive()).isFalse();
        stage.kill();
        inner.pass();
        stage.run(Stage.IN_DOUBT.multipliedBy(2));
        assertThat(stage.read("k")).isEqualTo("1");
    }
}
