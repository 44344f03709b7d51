package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreTimeoutException;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/** Promotions that race with writes: whoever comes last, no older value is left above, or served from there. */
class ChainStoreTraceTest {

    private static final String KEY = ChainStage.KEY;

    private final ChainStage stage = new ChainStage();

    private void startWithOldInLast() {
        stage.last.write(KEY, "old");
        stage.await(stage.chain.open());
    }

    /** What all of these come to. */
    private void noOlderValueIsLeft(String now) {
        stage.settle();
        for (GatedStore above : new GatedStore[] {stage.first, stage.middle}) {
            assertThat(above.text(KEY)).isIn("(none)", now);
        }
        assertThat(stage.read()).isEqualTo(now);
        stage.kill();
        assertThat(stage.read()).as("after a kill").isEqualTo(now);
    }

    @Test
    void oldValueReadFromLast_beforeAPut_answeredBehindIt() {
        startWithOldInLast();
        stage.last.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        Request<?> get = stage.last.take(Op.GET).apply();
        stage.last.pass(Op.GET);
        stage.put("new");

        get.answer();
        stage.run();

        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        noOlderValueIsLeft("new");
    }

    @Test
    void oldValueReadFromLast_whileAPutIsUnderWay_answeredBeforeIt() {
        startWithOldInLast();
        stage.last.hold(Op.GET, Op.PUT);
        TestSubscriber<String> reader = stage.reader();
        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.run();
        stage.last.take(Op.GET).answer();
        stage.run();
        assertThat(stage.first.waits(Op.PUT)).isFalse();
        stage.last.pass(Op.GET);

        stage.last.take(Op.PUT).answer();
        stage.run();

        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        assertThat(writer.isTerminatedComplete()).isTrue();
        noOlderValueIsLeft("new");
    }

    @Test
    void oldValueReadFromLast_beforeADelete_answeredBehindIt() {
        startWithOldInLast();
        stage.last.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        Request<?> get = stage.last.take(Op.GET).apply();
        stage.last.pass(Op.GET);
        stage.await(stage.chain.delete(KEY));

        get.answer();
        stage.run();

        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        noOlderValueIsLeft("(none)");
    }

    @Test
    void promotionSentBeforeAPut_appliedBehindIt() {
        startWithOldInLast();
        stage.first.hold(Op.PUT);
        assertThat(stage.read()).isEqualTo("old");
        Request<?> promotion = stage.first.take(Op.PUT);
        stage.first.pass(Op.PUT);
        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        stage.run();
        assertThat(writer.isTerminatedComplete()).isTrue();

        promotion.answer();

        noOlderValueIsLeft("new");
    }

    @Test
    void promotionSentBeforeADelete_appliedBehindIt() {
        startWithOldInLast();
        stage.first.hold(Op.PUT);
        assertThat(stage.read()).isEqualTo("old");
        Request<?> promotion = stage.first.take(Op.PUT);
        stage.await(stage.chain.delete(KEY));

        promotion.answer();

        noOlderValueIsLeft("(none)");
    }

    @Test
    void promotionWithoutAnswer_appliedLongAfterAPut_isNotServed() {
        startWithOldInLast();
        stage.first.hold(Op.PUT);
        stage.read();
        Request<?> promotion = stage.first.take(Op.PUT);
        stage.first.pass(Op.PUT);
        promotion.answer(new StoreTimeoutException("put", KEY, "no answer", null));
        stage.put("new");

        promotion.apply();

        assertThat(stage.first.text(KEY)).isEqualTo("old");
        assertThat(stage.read()).isEqualTo("new");
        stage.kill();
        assertThat(stage.read()).as("after a kill").isEqualTo("new");
    }

    @Test
    void oldValueReadFromMiddle_beforeAPut_answeredBehindIt() {
        startWithOldInLast();
        stage.first.hold(Op.PUT);
        stage.read();
        Request<?> promotion = stage.first.take(Op.PUT);
        stage.first.pass(Op.PUT);
        promotion.answer(new StoreTimeoutException("put", KEY, "no answer", null));
        stage.settle();
        stage.middle.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        Request<?> get = stage.middle.take(Op.GET).apply();
        stage.middle.pass(Op.GET);
        stage.put("new");

        get.answer();
        stage.run();

        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        noOlderValueIsLeft("new");
    }

    @Test
    void putWithoutAnswer_appliedBehindARead_whatWasReadIsNotLeftAbove() {
        startWithOldInLast();
        stage.last.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        Request<?> put = stage.last.take(Op.PUT);
        stage.last.pass(Op.PUT);
        put.answer(new StoreTimeoutException("put", KEY, "no answer", null));
        stage.run();
        assertThat(stage.read()).isEqualTo("old");

        put.apply();

        noOlderValueIsLeft("new");
    }

    @Test
    void twoPuts_appliedInTheOrderInWhichTheyDidNotBegin() {
        startWithOldInLast();
        stage.last.hold(Op.PUT);
        stage.writer("one");
        stage.writer("two");
        stage.run();
        Request<?> one = stage.last.take(Op.PUT);
        Request<?> two = stage.last.take(Op.PUT);
        two.answer();
        stage.run();

        one.answer();
        stage.run();

        stage.last.pass(Op.PUT);
        noOlderValueIsLeft("one");
    }
}
