package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.cache.writeback.HeldBackStore.Request;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/** For each rule of the model in {@code docs/model}, WriteBack: the shortest sequence of steps that would break a promise without it. */
class WriteBackTraceTest {

    private final Stage stage = new Stage();
    private final HeldBackStore inner = stage.inner;

    @Test
    void one_flushOfANewerValueWhileAnOlderIsUnderWay_waits_soTheOlderCannotComeLast() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        TestSubscriber<String> first = stage.startFlush();
        stage.put("k", "2");
        TestSubscriber<String> second = stage.startFlush();
        assertThat(inner.waitingCount()).isEqualTo(1);

        inner.take().answer();
        stage.run();
        inner.take().answer();
        stage.run();

        assertThat(first.getReceivedOnNext()).containsExactly("k=1");
        assertThat(second.getReceivedOnNext()).containsExactly("k=2");
        assertThat(inner.text("k")).isEqualTo("2");
    }

    @Test
    void doubt_unansweredWriteAppliedLate_isOverwrittenByTheNewerOneWhichWaitedForIt() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        TestSubscriber<String> flush = stage.startFlush();
        Request late = inner.take();
        late.fail(Stage.unanswered());
        stage.run();
        flush.expectTerminalError();

        stage.put("k", "2");
        TestSubscriber<String> second = stage.startFlush();
        assertThat(inner.waitingCount()).as("sent in the in-doubt time").isZero();
        late.apply();
        stage.run(Stage.IN_DOUBT);
        inner.take().answer();
        stage.run();

        assertThat(second.getReceivedOnNext()).containsExactly("k=2");
        assertThat(inner.text("k")).isEqualTo("2");
    }

    @Test
    void doubt_ofAnAttemptThatWasSentOnceMoreBelow_countsThoughTheSecondWasAnswered() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        TestSubscriber<String> flush = stage.startFlush();
        Request request = inner.take();
        request.noteUnansweredAttempt();
        request.answer();
        stage.run();
        assertThat(flush.getReceivedOnNext()).containsExactly("k=1");

        stage.put("k", "2");
        stage.startFlush();
        assertThat(inner.waitingCount()).as("sent in the in-doubt time").isZero();
        stage.run(Stage.IN_DOUBT);
        assertThat(inner.waitingCount()).isEqualTo(1);
    }

    @Test
    void clearWait_writeUnderWayAtAClear_isWaitedFor_soItCannotComeAfterTheEmptying() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        assertThat(inner.sent).doesNotContain("DELETE_PREFIX ");
        assertThat(stage.read("k")).as("hidden at once").isEqualTo("(none)");

        inner.take().answer();
        stage.run();

        clear.expectTerminalSignal();
        assertThat(inner.keys()).isEmpty();
        assertThat(stage.read("k")).isEqualTo("(none)");
    }

    @Test
    void clearDoubt_unansweredWriteBeforeAClear_isWaitedFor() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        Request late = inner.take();
        late.fail(Stage.unanswered());
        stage.run();
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        assertThat(inner.sent).doesNotContain("DELETE_PREFIX ");

        late.apply();
        stage.run(Stage.IN_DOUBT);

        clear.expectTerminalSignal();
        assertThat(inner.keys()).isEmpty();
    }

    @Test
    void clearHold_putDuringAClear_isFlushedOnlyAfterIt_andStays() {
        inner.hold(Op.DELETE_PREFIX);
        inner.write("old", "0");
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        stage.put("k", "1");
        TestSubscriber<String> flush = stage.startFlush();
        assertThat(inner.sent).doesNotContain("PUT k");
        assertThat(stage.keys()).containsExactly("k");

        inner.take().answer();
        stage.run();

        clear.expectTerminalSignal();
        assertThat(flush.getReceivedOnNext()).containsExactly("k=1");
        assertThat(inner.keys()).containsExactly("k");
    }

    @Test
    void innerSerial_putInnerBesideAFlush_waits_soNoCleanCopyHidesIt() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        stage.startFlush();
        TestSubscriber<ObjectInfo> put =
                stage.start(stage.store.putInner("k", Content.text("2"), WriteOptions.defaults()));
        assertThat(inner.waitingCount()).isEqualTo(1);

        inner.take().answer();
        stage.run();
        inner.take().answer();
        stage.run();

        put.expectTerminalSignal();
        assertThat(stage.read("k")).isEqualTo("2").isEqualTo(inner.text("k"));
    }

    @Test
    void same_valueRewrittenDuringItsFlush_staysDirty() {
        inner.hold(Op.PUT);
        stage.put("k", "1");
        TestSubscriber<String> flush = stage.startFlush();
        stage.put("k", "2");
        inner.take().answer();
        stage.run();
        flush.expectTerminalSignal();

        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(1);
        assertThat(stage.read("k")).isEqualTo("2");
        inner.pass();
        assertThat(stage.flush()).containsExactly("k=2");
        assertThat(inner.text("k")).isEqualTo("2");
    }

    @Test
    void snapshotFirst_entryFlushedWhileAListingReadsInner_isListed() {
        inner.hold(Op.LIST);
        stage.put("k", "1");
        TestSubscriber<ObjectInfo> listing = stage.start(stage.store.list(""));
        Request below = inner.take();
        below.apply();
        stage.flush();
        below.answer();
        stage.run();

        assertThat(listing.getReceivedOnNext()).extracting(ObjectInfo::key).containsExactly("k");
    }

    @Test
    void snapshotFirst_entryFlushedAndEvictedDuringAScan_isScannedOnce() {
        Stage small = new Stage(builder -> builder.maxEntries(1));
        small.inner.hold(Op.LIST);
        small.put("k", "1");
        TestSubscriber<String> scan =
                small.start(small.store.scan(ListOptions.defaults()).map(Stage::line));
        small.put("other", "2");
        small.inner.take().answer();
        small.run();

        assertThat(small.store.stats().evictions()).isEqualTo(1);
        assertThat(scan.getReceivedOnNext()).containsExactly("k=1");
    }
}
