package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Limits: who gives way, who waits, and for how long. Keys have one byte, values nine, so that an entry has ten. */
class RoomTest {

    private static final String NINE = "123456789";

    @Test
    void dirtyLimit_hasTheOldestWritesFlushed_andThePutWaitsForIt() {
        Stage stage = new Stage(builder -> builder.maxDirtyBytes(20));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        stage.put("b", NINE);
        TestSubscriber<ObjectInfo> third = put(stage, "c");
        assertThat(third.isTerminated()).isFalse();
        assertThat(stage.inner.sent).as("only the victim").containsExactly("PUT a");
        assertThat(stage.read("c")).as("not acknowledged, not visible").isEqualTo("(none)");
        assertThat(stage.store.stats().waitingWrites()).isEqualTo(1);

        stage.inner.take().answer();
        stage.run();

        assertThat(third.getReceivedOnNext()).hasSize(1);
        assertThat(stage.store.stats().dirtyBytes()).isEqualTo(20);
        assertThat(stage.read("a")).isEqualTo(NINE);
        assertThat(stage.inner.sent).as("still a clean copy").doesNotContain("GET a");
    }

    @Test
    void putThatWaits_isMadeRoomForByAFlushToo() {
        Stage stage = new Stage(builder -> builder.maxDirtyBytes(20));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        stage.put("b", NINE);
        TestSubscriber<ObjectInfo> third = put(stage, "c");
        stage.startFlush();
        stage.inner.take();
        stage.inner.take().answer();
        stage.run();
        assertThat(third.isTerminated()).isTrue();
    }

    @Test
    void leastUsedEntry_isFlushedThenEvicted_andAReadMovesAnEntryToTheOtherEnd() {
        Stage stage = new Stage(builder -> builder.maxBytes(20));
        stage.put("a", NINE);
        stage.put("b", NINE);
        stage.read("a");
        stage.put("c", NINE);
        assertThat(stage.inner.sent).containsExactly("PUT b");
        assertThat(stage.store.stats().evictions()).isEqualTo(1);
        assertThat(stage.store.stats().bytes()).isEqualTo(20);
        assertThat(stage.read("b")).as("from below").isEqualTo(NINE);
        assertThat(stage.inner.sent).containsExactly("PUT b", "GET b");
        assertThat(stage.store.stats().entries()).as("a miss does not fill").isEqualTo(2);
    }

    @Test
    void leastUsedCopy_thatIsWrittenAnewAndLonger_isNoVictim() {
        Stage stage = new Stage(builder -> builder.maxBytes(30));
        stage.put("a", NINE);
        stage.flush();
        stage.put("b", NINE);
        stage.inner.sent.clear();
        // 5 bytes too many: the copy of a has as many, but is not what can give way to it.
        stage.put("a", NINE + NINE + "123456");
        assertThat(stage.inner.sent).containsExactly("PUT b");
        assertThat(stage.store.stats().bytes()).isEqualTo(25);
    }

    @Test
    void cleanCopy_givesWayWithoutAWrite() {
        Stage stage = new Stage(builder -> builder.maxEntries(2));
        stage.put("a", NINE);
        stage.put("b", NINE);
        stage.flush();
        stage.inner.sent.clear();
        stage.put("c", NINE);
        assertThat(stage.inner.sent).isEmpty();
        assertThat(stage.store.stats().evictions()).isEqualTo(1);
    }

    @Test
    void readDuringTheEvictionOfADirtyEntry_seesIt() {
        Stage stage = new Stage(builder -> builder.maxEntries(1));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        put(stage, "b");
        assertThat(stage.read("a")).isEqualTo(NINE);
        stage.inner.take().answer();
        stage.run();
        assertThat(stage.read("a")).isEqualTo(NINE);
        assertThat(stage.read("b")).isEqualTo(NINE);
    }

    @Test
    void victimWhoseWriteFails_staysDirty_andAnotherIsTried() {
        Stage stage = new Stage(builder -> builder.maxEntries(2));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        stage.put("b", NINE);
        TestSubscriber<ObjectInfo> third = put(stage, "c");
        stage.inner.take().fail(Stage.unanswered());
        stage.run();
        assertThat(stage.inner.sent).containsExactly("PUT a", "PUT b");
        stage.inner.take().answer();
        stage.run();
        assertThat(third.isTerminated()).isTrue();
        assertThat(stage.read("a")).isEqualTo(NINE);
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(2);
    }

    @Test
    void innerStoreThatRefusesAll_isTriedAgain_andThePutWaits() {
        Stage stage = new Stage(builder -> builder.maxEntries(1));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> second = put(stage, "b");
        for (int i = 0; i < 5; i++) {
            stage.inner.take().fail(Stage.refused());
            stage.run();
            assertThat(stage.inner.waitingCount()).as("a pause in between").isZero();
            stage.run(Duration.ofSeconds(2));
        }
        stage.inner.take().answer();
        stage.run();
        assertThat(second.isTerminated()).isTrue();
    }

    @Test
    void cancelledWait_leavesNoTrace() {
        Stage stage = new Stage(builder -> builder.maxEntries(1));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> second = put(stage, "b");
        second.cancel();
        assertThat(stage.store.stats().waitingWrites()).isZero();
        stage.inner.take().answer();
        stage.run();
        assertThat(stage.read("b")).isEqualTo("(none)");
    }

    @Test
    void waitingPuts_areTakenInTheirOrder() {
        Stage stage = new Stage(builder -> builder.maxDirtyBytes(10));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> first = put(stage, "b");
        TestSubscriber<ObjectInfo> second = put(stage, "c");
        stage.inner.take().answer();
        stage.run();
        assertThat(first.isTerminated()).isTrue();
        assertThat(second.isTerminated()).isFalse();
    }

    @Test
    void dirtyAge_hasAnEntryFlushedByItself_alsoIfItIsRewrittenAllTheTime() {
        Stage stage = new Stage(builder -> builder.maxDirtyAge(Duration.ofSeconds(10)));
        stage.put("a", "1");
        for (int i = 2; i <= 4; i++) {
            stage.run(Duration.ofSeconds(3));
            stage.put("a", "" + i);
        }
        assertThat(stage.inner.sent).isEmpty();
        stage.run(Duration.ofSeconds(2));
        assertThat(stage.inner.text("a")).isEqualTo("4");
        assertThat(stage.store.stats().dirtyEntries()).isZero();
        stage.put("b", "1");
        stage.run(Duration.ofSeconds(11));
        assertThat(stage.inner.text("b")).isEqualTo("1");
    }

    @Test
    void dirtyAge_failedWriteIsTriedAgain() {
        Stage stage = new Stage(builder -> builder.maxDirtyAge(Duration.ofSeconds(10)));
        stage.inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.run(Duration.ofSeconds(11));
        stage.inner.take().fail(Stage.unanswered());
        stage.inner.pass();
        stage.run(Stage.IN_DOUBT.plusSeconds(5));
        assertThat(stage.inner.text("a")).isEqualTo("1");
    }

    @Test
    void entryLargerThanTheLimit_isRefused() {
        Stage stage = new Stage(builder -> builder.maxEntryBytes(9));
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> large = stage.start(stage.store.put("b", Content.text(NINE + "0")));
        assertThat(large.expectTerminalError())
                .isInstanceOf(StoreRejectedException.class)
                .hasMessage("put b: the content is longer than maxEntryBytes, 9; putInner takes it");
    }

    @Test
    void sharedBudget_theStoreThatHoldsMostMakesRoom() {
        WriteBackBudget budget = WriteBackBudget.ofBytes(30);
        Stage large = new Stage(builder -> builder.budget(budget).name("large"));
        large.put("a", NINE);
        large.put("b", NINE);
        HeldBackStore other = new HeldBackStore(large.runtime);
        WriteBackStore small = WriteBackStore.builder(other)
                .budget(budget)
                .name("small")
                .runtime(large.runtime)
                .build();
        large.await(small.put("x", Content.text(NINE)));
        assertThat(budget.usedBytes()).isEqualTo(30);
        large.await(small.put("y", Content.text(NINE)));
        assertThat(budget.usedBytes()).isEqualTo(30);
        assertThat(large.inner.keys()).containsExactly("a");
        assertThat(other.sent).isEmpty();
        assertThat(large.read("a")).isEqualTo(NINE);

        large.await(small.close());
        assertThat(budget.usedBytes()).isEqualTo(10);
    }

    @Test
    void clear_makesRoomForThoseWhoWait() {
        Stage stage = new Stage(builder -> builder.maxEntries(1));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> second = put(stage, "b");
        stage.start(stage.store.clear());
        assertThat(second.isTerminated()).isTrue();
    }

    @Test
    void close_refusesThoseWhoWait_andFlushesTheRest() {
        Stage stage = new Stage(builder -> builder.maxEntries(1));
        stage.inner.hold(Op.PUT);
        stage.put("a", NINE);
        TestSubscriber<ObjectInfo> second = put(stage, "b");
        TestSubscriber<Void> close = stage.start(stage.store.close());
        assertThat(second.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(close.isTerminated()).isFalse();
        stage.inner.take().answer();
        stage.run();
        close.expectTerminalSignal();
        assertThat(stage.inner.keys()).containsExactly("a");
    }

    private static TestSubscriber<ObjectInfo> put(Stage stage, String key) {
        return stage.start(Mono.defer(() -> stage.store.put(key, Content.text(NINE))));
    }
}
