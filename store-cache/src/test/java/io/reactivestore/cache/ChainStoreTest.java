package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Who answers a read, where a write goes, and what happens above when something fails. */
class ChainStoreTest {

    private static final String KEY = ChainStage.KEY;

    private final ChainStage stage = new ChainStage();

    // Reads

    @Test
    void objectInFirst_answers_othersAreNotAsked() {
        stage.first.write(KEY, "1");
        stage.last.write(KEY, "3");

        assertThat(stage.read()).isEqualTo("1");

        assertThat(stage.middle.calls(Op.GET)).as("the tier's notes").isEqualTo(1);
        assertThat(stage.last.calls(Op.GET)).isZero();
    }

    @Test
    void objectInMiddle_answers_andIsPromotedToFirst() {
        stage.middle.write(KEY, "2");

        StoredObject answer = stage.await(stage.chain.get(KEY));
        stage.settle();

        assertThat(answer.served().tier()).isEqualTo("tier-2");
        assertThat(stage.first.text(KEY)).isEqualTo("2");
        assertThat(stage.last.calls(Op.GET)).isZero();
    }

    @Test
    void objectInLast_isPromotedToAllAbove_andNotAskedForAgain() {
        stage.last.write(KEY, "3");

        assertThat(stage.read()).isEqualTo("3");
        stage.settle();
        assertThat(stage.first.text(KEY)).isEqualTo("3");
        assertThat(stage.middle.text(KEY)).isEqualTo("3");

        assertThat(stage.read()).isEqualTo("3");
        assertThat(stage.last.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void absentObject_isEmpty() {
        assertThat(stage.read()).isEqualTo("(none)");
    }

    @Test
    void readerDoesNotWaitForThePromotion() {
        stage.last.write(KEY, "3");
        stage.first.hold(Op.PUT);

        assertThat(stage.read()).isEqualTo("3");

        assertThat(stage.first.waits(Op.PUT)).isTrue();
    }

    @Test
    void copyAbove_hasTheFactsOfTheObject() {
        ObjectInfo info = stage.await(stage.chain.put(KEY, Content.text("x")));
        stage.settle();

        StoredObject answer = stage.await(stage.chain.get(KEY));

        assertThat(answer.served().tier()).isEqualTo("tier-1");
        assertThat(answer.info().etag()).isEqualTo(info.etag());
        assertThat(answer.info().lastModified()).isEqualTo(info.lastModified());
    }

    @Test
    void objectLargerThanMaxEntryBytes_isServed_butNotPromoted() {
        Store above = MemoryStore.create();
        Store last = MemoryStore.create();
        ChainStore chain = ChainStore.builder(last).tier(above).maxEntryBytes(3).build();
        stage.await(last.put(KEY, Content.text("four")));

        assertThat(chain.getText(KEY).block(Duration.ofSeconds(10))).isEqualTo("four");
        chain.settled().block(Duration.ofSeconds(10));

        assertThat(above.exists(KEY).block(Duration.ofSeconds(10))).isFalse();
    }

    // Conditions, lists, head and exists

    @Test
    void conditionOfARead_isJudgedByLast() {
        stage.put("old");
        String etag = stage.last.info(KEY).etag();
        stage.last.write(KEY, "changed past the chain");

        StoredObject answer =
                stage.await(stage.chain.get(KEY, ReadOptions.defaults().withIfNoneMatch(etag)));

        assertThat(answer.status()).isEqualTo(StoredObject.Status.FULL);
        assertThat(stage.await(answer.text())).isEqualTo("changed past the chain");
        stage.settle();
        assertThat(stage.read()).isEqualTo("changed past the chain");
    }

    @Test
    void conditionThatHolds_isAnsweredNotModified() {
        stage.put("x");
        String etag = stage.last.info(KEY).etag();

        StoredObject answer =
                stage.await(stage.chain.get(KEY, ReadOptions.defaults().withIfNoneMatch(etag)));

        assertThat(answer.status()).isEqualTo(StoredObject.Status.NOT_MODIFIED);
        assertThat(stage.last.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void conditionOfAPut_isJudgedByLast_notByACopyAbove() {
        stage.first.write(KEY, "1");

        stage.await(stage.chain.put(
                KEY, Content.text("new"), WriteOptions.defaults().withIfAbsent()));

        assertThat(stage.last.text(KEY)).isEqualTo("new");
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void conditionOfAPutThatDoesNotHold_leavesLastAsItIs() {
        stage.put("old");

        assertThatThrownBy(() -> stage.await(stage.chain.put(
                        KEY, Content.text("new"), WriteOptions.defaults().withIfAbsent())))
                .isInstanceOf(PreconditionFailedException.class);

        assertThat(stage.read()).isEqualTo("old");
    }

    @Test
    void list_showsLast_notWhatLiesAboveOnly() {
        stage.first.write("above", "1");
        stage.last.write("below", "3");

        assertThat(stage.await(stage.chain.list("").map(ObjectInfo::key).collectList()))
                .containsExactly("below");
    }

    @Test
    void head_showsLast_andDropsADifferentCopyAbove() {
        stage.put("old");
        stage.last.write(KEY, "changed past the chain");

        ObjectInfo info = stage.await(stage.chain.head(KEY));
        stage.settle();

        assertThat(info).isEqualTo(stage.last.info(KEY));
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.middle.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("changed past the chain");
    }

    @Test
    void exists_asksLast_andDropsCopiesOfWhatIsGone() {
        stage.put("old");
        stage.await(stage.last.delete(KEY));

        assertThat(stage.await(stage.chain.exists(KEY))).isFalse();
        stage.settle();

        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("(none)");
    }

    // Writes

    @Test
    void put_isWrittenToLastFirst_andAboveWhenLastHasIt() {
        stage.last.hold(Op.PUT);

        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.run();
        assertThat(writer.isTerminated()).isFalse();
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.middle.keys()).doesNotContain(KEY);

        stage.last.take(Op.PUT).answer();
        stage.settle();
        assertThat(writer.isTerminatedComplete()).isTrue();
        assertThat(stage.first.text(KEY)).isEqualTo("new");
        assertThat(stage.middle.text(KEY)).isEqualTo("new");
    }

    @Test
    void lastFailsAPut_putFailsWithItsError_andNothingIsLeftAbove() {
        stage.put("old");
        StoreUnavailableException down = ChainStage.down();
        stage.last.fail(Op.PUT, down);

        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.settle();

        assertThat(writer.expectTerminalError()).isSameAs(down);
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.middle.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("old");
    }

    @Test
    void putThatIsCancelled_leavesNothingAbove() {
        stage.put("old");
        stage.last.hold(Op.PUT);

        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.run();
        GatedStore.Request<?> put = stage.last.take(Op.PUT);
        writer.cancel();
        put.apply();
        stage.settle();

        assertThat(put.cancelled).isTrue();
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void delete_removesItEverywhere() {
        stage.put("old");

        stage.await(stage.chain.delete(KEY));
        stage.settle();

        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.middle.keys()).doesNotContain(KEY);
        assertThat(stage.last.keys()).isEmpty();
    }

    @Test
    void copy_isDoneByLast_andDropsCopiesOfTheTargetAbove() {
        stage.put("old");
        stage.last.write("other", "new");

        stage.await(stage.chain.copy("other", KEY));
        stage.settle();

        assertThat(stage.last.text(KEY)).isEqualTo("new");
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void deletePrefix_dropsCopiesAbove() {
        stage.put("old");

        assertThat(stage.await(stage.chain.deletePrefix(""))).isEqualTo(1);
        stage.settle();

        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.read()).isEqualTo("(none)");
    }

    // Trouble above

    @Test
    void deleteThatFailsAbove_neverServesTheOldBytes() {
        stage.put("old");
        stage.first.fail(Op.DELETE, ChainStage.down());
        stage.middle.fail(Op.DELETE, ChainStage.down());

        stage.await(stage.chain.delete(KEY));

        assertThat(stage.read()).isEqualTo("(none)");
        assertThat(stage.first.text(KEY)).as("still there").isEqualTo("old");
        stage.reopen();
        assertThat(stage.read()).as("after a clean close").isEqualTo("(none)");
        stage.kill();
        assertThat(stage.read()).as("after a kill").isEqualTo("(none)");
    }

    @Test
    void deleteThatFailsAbove_thenAPut_neverServesTheOldBytes() {
        stage.put("old");
        stage.first.fail(Op.DELETE, ChainStage.down());
        stage.middle.fail(Op.DELETE, ChainStage.down());

        stage.put("new");

        assertThat(stage.read()).isEqualTo("new");
        stage.reopen();
        assertThat(stage.read()).as("after a clean close").isEqualTo("new");
        stage.kill();
        assertThat(stage.read()).as("after a kill").isEqualTo("new");
    }

    @Test
    void failedPromotion_isCounted_andNoCallersError() {
        stage.last.write(KEY, "3");
        stage.first.fail(Op.PUT, new StoreAccessDeniedException("put", KEY, "no", null));

        assertThat(stage.read()).isEqualTo("3");
        stage.settle();

        assertThat(stage.chain.stats().failedPromotions()).isEqualTo(1);
        assertThat(stage.middle.text(KEY)).isEqualTo("3");
        assertThat(stage.read()).isEqualTo("3");
        assertThat(stage.last.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void promotionThatIsNotTried_rightAfterAFailedOne_isCountedToo() {
        stage.last.write(KEY, "3");
        stage.first.fail(Op.PUT, ChainStage.down());
        stage.middle.fail(Op.PUT, ChainStage.down());

        stage.read();
        stage.settle();
        stage.read();
        stage.settle();

        assertThat(stage.chain.stats().failedPromotions()).isEqualTo(4);
        assertThat(stage.first.calls(Op.PUT))
                .as("the tier's mark, and one promotion")
                .isEqualTo(2);
    }

    @Test
    void promotionThatWaitsBehindOneThatFails_isCountedToo() {
        stage.last.write(KEY, "3");
        stage.await(stage.chain.open());
        stage.first.hold(Op.PUT);
        stage.read();
        stage.read();

        stage.first.take(Op.PUT).answer(ChainStage.down());
        stage.run();

        assertThat(stage.first.waits(Op.PUT)).isFalse();
        assertThat(stage.chain.stats().failedPromotions()).isEqualTo(2);
    }

    @Test
    void putWhoseCopiesFailAbove_succeeds() {
        stage.first.fail(Op.PUT, ChainStage.down());
        stage.middle.fail(Op.PUT, ChainStage.down());

        stage.put("new");

        assertThat(stage.read()).isEqualTo("new");
        assertThat(stage.chain.stats().puts()).isEqualTo(1);
        // Those of the put, and those of the read.
        stage.settle();
        assertThat(stage.chain.stats().failedPromotions()).isEqualTo(4);
    }

    @Test
    void storeAboveThatCannotBeOpened_isPassedBy_andItsPromotionsAreCounted() {
        stage.last.write(KEY, "3");
        stage.first.fail(Op.OPEN, ChainStage.down());

        assertThat(stage.read()).isEqualTo("3");
        stage.settle();
        assertThat(stage.middle.text(KEY))
                .as("what a killed process has sent may still come")
                .isEqualTo("(none)");

        stage.simulation.runFor(Duration.ofMinutes(1));
        assertThat(stage.read()).isEqualTo("3");
        stage.settle();

        assertThat(stage.chain.stats().failedPromotions()).isEqualTo(1);
        assertThat(stage.middle.text(KEY)).isEqualTo("3");
    }

    @Test
    void storeAboveThatHangsWhenOpened_delaysTheFirstOperationByASecond() {
        stage.last.write(KEY, "3");
        stage.first.hold(Op.OPEN);
        TestSubscriber<String> reader = stage.reader();

        stage.simulation.runFor(Duration.ofMillis(990));
        assertThat(reader.getReceivedOnNext()).isEmpty();
        stage.simulation.runFor(Duration.ofMillis(20));
        assertThat(reader.getReceivedOnNext()).containsExactly("3");
    }

    @Test
    void storeAboveThatCannotRead_isPassedBy() {
        stage.put("x");
        stage.first.fail(Op.GET, ChainStage.down());

        assertThat(stage.await(stage.chain.get(KEY)).served().tier()).isEqualTo("tier-2");
    }

    @Test
    void lastThatCannotRead_failsAMiss_withItsError() {
        StoreUnavailableException down = ChainStage.down();
        stage.last.fail(Op.GET, down);

        assertThatThrownBy(stage::read).isSameAs(down);
    }

    @Test
    void lastThatCannotRead_doesNotKeepCopiesAboveFromBeingServed() {
        stage.put("x");
        stage.last.fail(Op.GET, ChainStage.down());

        assertThat(stage.read()).isEqualTo("x");
    }

    // Construction and closing

    @Test
    void memory_isAskedFirst() {
        ChainStore chain = ChainStore.builder(stage.last)
                .memory(memory -> memory.maxBytes(10_000))
                .tier(stage.first)
                .runtime(stage.simulation.runtime("another chain"))
                .build();

        stage.await(chain.put(KEY, Content.text("x")));

        assertThat(stage.await(chain.get(KEY)).served().tier()).isEqualTo(Served.MEMORY);
    }

    @Test
    void fewerThanTwoStores_areRefused() {
        Store one = MemoryStore.create();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainStore.of(one))
                .withMessage("ChainStore: needs two stores or more, was given 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainStore.builder(one).build())
                .withMessage("ChainStore: needs memory or a store before the last one");
    }

    @Test
    void sameStoreTwice_isRefused() {
        Store one = MemoryStore.create();
        Store other = MemoryStore.create();

        assertThatIllegalArgumentException().isThrownBy(() -> ChainStore.of(one, one));
        assertThatIllegalArgumentException().isThrownBy(() -> ChainStore.of(one, one, other));
    }

    @Test
    void nullArguments_areRefused() {
        Store one = MemoryStore.create();

        assertThatNullPointerException().isThrownBy(() -> ChainStore.builder(null));
        assertThatNullPointerException().isThrownBy(() -> ChainStore.of(null, one));
        assertThatNullPointerException().isThrownBy(() -> ChainStore.of(one, null));
        assertThatNullPointerException()
                .isThrownBy(() -> stage.chain.get(KEY, null))
                .withMessageContaining("get");
    }

    @Test
    void close_closesWhatWasMadeForTheChain_andNotWhatWasPassedIn() {
        AtomicInteger closed = new AtomicInteger();
        ChainStore chain =
                ChainStore.builder(stage.last).tier(stage.first).build(Mono.fromRunnable(closed::incrementAndGet));

        chain.close().block(Duration.ofSeconds(10));

        assertThat(closed).hasValue(1);
        stage.last.write(KEY, "still open");
        assertThat(stage.last.text(KEY)).isEqualTo("still open");
    }
}
