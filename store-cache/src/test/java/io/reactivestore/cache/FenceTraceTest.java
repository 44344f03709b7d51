package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** The shortest ways to break the promise of the fence, as the model prints them when one of its rules is off: with all on, none does. */
class FenceTraceTest {

    private static StoreTimeoutException timeout() {
        return new StoreTimeoutException("put", Stage.KEY, "no answer", null);
    }

    // F1, while a mutation is in flight or in doubt

    @Test
    void fillOfAnOldRead_answeredWhileAPutIsInFlight_isNotKeptBehindIt() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.GET, Op.PUT);
        TestSubscriber<String> reader = stage.reader();
        Request<?> get = stage.source.take(Op.GET).apply();
        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT).apply();
        get.answer();
        stage.run();
        stage.settle();
        put.answer();
        stage.source.pass(Op.GET);
        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        assertThat(writer.isTerminatedComplete()).isTrue();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void readBegunAndAnsweredWhileAPutIsInFlight_isNotKept() {
        Stage stage = Stage.tier(builder -> builder.cacheWrites(false)).open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        assertThat(stage.read()).isEqualTo("old");
        stage.settle();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("(none)");
        stage.source.take(Op.PUT).answer();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void twoPutsOverlap_theOneAppliedFirstEndsLast_itsBytesAreNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.hold(Op.PUT);
        stage.writer("1");
        stage.writer("2");
        Request<?> first = stage.source.take(Op.PUT).apply();
        Request<?> second = stage.source.take(Op.PUT).apply();
        second.answer();
        first.answer();
        assertThat(stage.read()).isEqualTo("2");
    }

    @Test
    void aShortPutWithinALongOne_isNotKeptByTheLongOne() {
        Stage stage = Stage.memory().open();
        stage.source.hold(Op.PUT);
        stage.writer("1");
        Request<?> first = stage.source.take(Op.PUT);
        stage.writer("2");
        Request<?> second = stage.source.take(Op.PUT);
        first.apply();
        second.answer();
        first.answer();
        assertThat(stage.read()).isEqualTo("2");
    }

    @Test
    void putInTheDoubtOfAnother_keepsNothing_sinceTheOtherMayBeAppliedInBetween() {
        Stage stage = Stage.memory().open();
        stage.source.hold(Op.PUT);
        stage.writer("1");
        Request<?> first = stage.source.take(Op.PUT);
        first.answer(timeout());
        stage.writer("2");
        Request<?> second = stage.source.take(Op.PUT).apply();
        first.apply();
        second.answer();
        assertThat(stage.read()).isEqualTo("1");
    }

    @Test
    void putAlone_keepsItsBytes() {
        Stage stage = Stage.memory().open();
        stage.put("1");
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    // F2, the end

    @Test
    void oldRead_answeredAfterThePutWasAcknowledged_isNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        Request<?> get = stage.source.take(Op.GET).apply();
        stage.await(stage.cache.delete(Stage.KEY));
        get.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        assertThat(stage.read()).isEqualTo("(none)");
    }

    @Test
    void callerOfAPut_findsTheOldCopyGoneWhenItIsTold() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        AtomicReference<String> seen = new AtomicReference<>();
        stage.await(stage.cache
                .put(Stage.KEY, Content.text("new"))
                .flatMap(info -> stage.text(Stage.KEY))
                .doOnNext(seen::set));
        assertThat(seen).hasValue("new");
    }

    @Test
    void callerOfAFailedPut_findsTheOldCopyGoneWhenItIsTold() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.source.hold(Op.PUT);
        AtomicReference<String> seen = new AtomicReference<>();
        stage.cache
                .put(Stage.KEY, Content.text("new"))
                .onErrorResume(error -> Mono.empty())
                .then(Mono.defer(() -> stage.text(Stage.KEY)))
                .subscribe(seen::set);
        stage.source.take(Op.PUT).apply().answer(timeout());
        stage.run();
        assertThat(seen).hasValue("new");
    }

    // F3, doubt

    @Test
    void putUnanswered_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        put.answer(timeout());
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void putCancelled_appliedAfterARead_theReadIsNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        TestSubscriber<ObjectInfo> writer = stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        writer.cancel();
        assertThat(put.cancelled).isTrue();
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void readBegunInDoubt_answeredJustAfterIt_isNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT, Op.GET);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        put.answer(timeout());
        TestSubscriber<String> reader = stage.reader();
        Request<?> get = stage.source.take(Op.GET).apply();
        put.apply();
        stage.run(Stage.IN_DOUBT.plusMillis(1));
        get.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(reader.getReceivedOnNext()).containsExactly("old");
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void readAfterTheDoubt_isKept() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.source.take(Op.PUT).answer(timeout());
        stage.run(Stage.IN_DOUBT.minusMillis(10));
        stage.read();
        stage.read();
        assertThat(stage.source.calls(Op.GET)).as("in doubt, nothing is kept").isEqualTo(2);
        stage.run(Duration.ofMillis(10));
        stage.read();
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(3);
    }

    @Test
    void firstAttemptUnanswered_secondAcknowledged_firstAppliedBehindAnotherPut_nothingIsKept() {
        Stage stage = Stage.memory().open();
        stage.source.hold(Op.PUT);
        stage.writer("1");
        Request<?> first = stage.source.take(Op.PUT);
        first.noteUnansweredAttempt();
        first.answer();
        stage.writer("2");
        Request<?> second = stage.source.take(Op.PUT).apply();
        stage.source.write(Stage.KEY, "1");
        second.answer();
        assertThat(stage.read()).isEqualTo("1");
    }

    @Test
    void unansweredAttempt_isHeardOfByACacheOverACache() {
        Stage stage = Stage.memory().open();
        CacheStore outer = CacheStore.builder(stage.cache)
                .memory(memory -> memory.unlimited())
                .runtime(stage.runtime)
                .build();
        stage.source.hold(Op.PUT);
        outer.put(Stage.KEY, Content.text("1")).subscribe();
        stage.run();
        Request<?> put = stage.source.take(Op.PUT);
        put.noteUnansweredAttempt();
        put.answer();
        stage.source.write(Stage.KEY, "2");
        assertThat(stage.await(outer.getText(Stage.KEY))).isEqualTo("2");
    }

    @Test
    void refusedPut_leavesNoDoubt() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.source.take(Op.PUT).answer(new PreconditionFailedException("put", Stage.KEY, "not this one", null));
        stage.read();
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void refusal_behindAnUnansweredAttempt_leavesDoubt() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.PUT);
        stage.writer("new");
        Request<?> put = stage.source.take(Op.PUT);
        put.noteUnansweredAttempt();
        put.answer(new PreconditionFailedException("put", Stage.KEY, "not this one", null));
        assertThat(stage.read()).isEqualTo("old");
        put.apply();
        assertThat(stage.read()).isEqualTo("new");
    }

    // F6, prefixes

    @Test
    void oldRead_underAPrefixBeingDeleted_isNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write("a/k", "old");
        stage.source.hold(Op.GET, Op.DELETE_PREFIX);
        stage.text("a/k").subscribe();
        Request<?> get = stage.source.take(Op.GET).apply();
        stage.cache.deletePrefix("a/").subscribe();
        Request<?> delete = stage.source.take(Op.DELETE_PREFIX).apply();
        get.answer();
        stage.run();
        delete.answer();
        stage.source.pass(Op.GET);
        assertThat(stage.read("a/k")).isEqualTo("(none)");
    }

    @Test
    void oldRead_answeredAfterThePrefixWasDeleted_isNotKept() {
        Stage stage = Stage.memory().open();
        stage.source.write("a/k", "old");
        stage.source.hold(Op.GET);
        stage.text("a/k").subscribe();
        Request<?> get = stage.source.take(Op.GET).apply();
        stage.await(stage.cache.deletePrefix("a/"));
        get.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(stage.read("a/k")).isEqualTo("(none)");
    }

    @Test
    void putUnderAPrefixBeingDeleted_isNotKept_whicheverEndsFirst() {
        for (boolean putEndsFirst : new boolean[] {true, false}) {
            Stage stage = Stage.memory().open();
            stage.source.hold(Op.PUT, Op.DELETE_PREFIX);
            stage.cache.deletePrefix("").subscribe();
            Request<?> delete = stage.source.take(Op.DELETE_PREFIX);
            stage.writer("new");
            Request<?> put = stage.source.take(Op.PUT).apply();
            delete.apply();
            (putEndsFirst ? put : delete).answer();
            (putEndsFirst ? delete : put).answer();
            assertThat(stage.read()).as("put ends first: " + putEndsFirst).isEqualTo("(none)");
        }
    }

    @Test
    void deletePrefix_refusedMidway_leavesItsKeysInDoubt() {
        Stage stage = Stage.memory().open();
        stage.source.write("a/k", "old");
        stage.source.write("b/k", "old");
        stage.source.hold(Op.DELETE_PREFIX);
        TestSubscriber<Long> deleter = TestSubscriber.create();
        stage.cache.deletePrefix("a/").subscribe(deleter);
        Request<?> delete = stage.source.take(Op.DELETE_PREFIX);
        delete.answer(new StoreAccessDeniedException("deletePrefix", "a/", "the third batch", null));
        assertThat(deleter.expectTerminalError()).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(stage.read("a/k")).isEqualTo("old");
        delete.apply();
        assertThat(stage.read("a/k")).isEqualTo("(none)");
        stage.read("b/k");
        stage.read("b/k");
        assertThat(stage.source.calls(Op.GET)).as("no other key is in doubt").isEqualTo(3);
    }

    @Test
    void deletePrefix_afterItsDoubt_itsKeysAreKeptAgain() {
        Stage stage = Stage.memory().open();
        stage.source.write("a/k", "old");
        stage.source.hold(Op.DELETE_PREFIX);
        stage.cache.deletePrefix("a/").onErrorComplete().subscribe();
        stage.source.take(Op.DELETE_PREFIX).answer(timeout());
        stage.run(Stage.IN_DOUBT);
        stage.read("a/k");
        stage.read("a/k");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    // F7, joining

    @Test
    void readerAfterTheAcknowledgement_doesNotJoinTheLoadOfBefore() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.GET);
        TestSubscriber<String> early = stage.reader();
        Request<?> get = stage.source.take(Op.GET).apply();
        stage.put("new");
        stage.fillMemoryPastTheGate();
        TestSubscriber<String> late = stage.reader();
        get.answer();
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(early.getReceivedOnNext()).containsExactly("old");
        assertThat(late.getReceivedOnNext()).containsExactly("new");
    }

    @Test
    void readerBeforeTheEndOfAPut_joinsTheLoadUnderWay() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.GET, Op.PUT);
        TestSubscriber<String> first = stage.reader();
        stage.writer("new");
        TestSubscriber<String> second = stage.reader();
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(first.getReceivedOnNext()).containsExactly("old");
        assertThat(second.getReceivedOnNext()).containsExactly("old");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }
}
