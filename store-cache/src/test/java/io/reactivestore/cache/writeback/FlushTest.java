package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.cache.writeback.HeldBackStore.Request;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;
import reactor.util.context.Context;

/** What a flush writes, in which order, and what becomes of entries whose write fails. */
class FlushTest {

    private final Stage stage = new Stage(builder -> builder.flushConcurrency(2));
    private final HeldBackStore inner = stage.inner;

    @Test
    void flushOfNothing_completesWithoutDemand() {
        stage.start(stage.store.flush(), 0).expectTerminalSignal();
        assertThat(inner.sent).isEmpty();
    }

    @Test
    void flush_writesInTheOrderInWhichEntriesWereLastWritten() {
        stage.put("b", "1");
        stage.put("a", "2");
        stage.put("c", "3");
        stage.put("b", "4");
        assertThat(stage.flush()).containsExactly("a=2", "c=3", "b=4");
        assertThat(inner.sent).containsExactly("PUT a", "PUT c", "PUT b");
    }

    @Test
    void flush_carriesTheContextOfEachWrite() {
        RecordContext context = new RecordContext("topic", 3, 17, 1_000);
        stage.await(stage.store.put("a", Content.text("1"), WriteOptions.defaults(), context));
        stage.await(stage.store.delete("b", context));
        List<DirtyEntry> flushed = stage.await(stage.store.flush().collectList());
        assertThat(flushed).extracting(DirtyEntry::context).containsExactly(context, context);
        assertThat(flushed).extracting(DirtyEntry::isTombstone).containsExactly(false, true);
        assertThat(flushed.get(0).value().isReadOnly()).isTrue();
    }

    @Test
    void flushedEntries_areCleanAndNotWrittenAgain() {
        stage.put("a", "1");
        stage.delete("b");
        stage.flush();
        assertThat(stage.flush()).isEmpty();
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(inner.sent).as("the copy answers").doesNotContain("GET a");
        assertThat(stage.store.stats().entries()).as("the tombstone is gone").isEqualTo(1);
    }

    @Test
    void demandBoundsTheWritesUnderWay() {
        inner.hold(Op.PUT);
        for (String key : List.of("a", "b", "c", "d")) {
            stage.put(key, "1");
        }
        TestSubscriber<DirtyEntry> flush = stage.start(stage.store.flush(), 0);
        assertThat(inner.sent).as("no demand").isEmpty();
        flush.request(1);
        stage.run();
        assertThat(inner.sent).as("demand of one").containsExactly("PUT a");
        flush.request(10);
        stage.run();
        assertThat(inner.sent).as("concurrency of two").containsExactly("PUT a", "PUT b");
    }

    @Test
    void laterWriteAnsweredFirst_isEmittedInOrder() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.put("b", "2");
        TestSubscriber<String> flush = stage.startFlush();
        Request first = inner.take();
        inner.take().answer();
        stage.run();
        assertThat(flush.getReceivedOnNext()).isEmpty();
        first.answer();
        stage.run();
        assertThat(flush.getReceivedOnNext()).containsExactly("a=1", "b=2");
        flush.expectTerminalSignal();
    }

    @Test
    void concurrencyOfOne_isStrictOnTheWire() {
        Stage serial = new Stage(builder -> builder.flushConcurrency(1));
        serial.inner.hold(Op.PUT);
        serial.put("a", "1");
        serial.put("b", "2");
        serial.startFlush();
        assertThat(serial.inner.sent).containsExactly("PUT a");
        serial.inner.take().answer();
        serial.run();
        assertThat(serial.inner.sent).containsExactly("PUT a", "PUT b");
    }

    @Test
    void putDuringAFlush_ofAnotherKey_isLeftToTheNext() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        TestSubscriber<String> flush = stage.startFlush();
        stage.put("b", "2");
        inner.take().answer();
        stage.run();
        assertThat(flush.getReceivedOnNext()).containsExactly("a=1");
        flush.expectTerminalSignal();
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(1);
    }

    @Test
    void entryRewrittenBeforeItsTurn_isWrittenOnceWithItsLastValue_andAfterTheOthers() {
        Stage serial = new Stage(builder -> builder.flushConcurrency(1));
        serial.inner.hold(Op.PUT);
        serial.put("a", "1");
        serial.put("b", "2");
        serial.put("c", "3");
        TestSubscriber<String> flush = serial.startFlush();
        serial.put("b", "4");
        serial.inner.pass();
        serial.inner.take().answer();
        serial.run();
        assertThat(flush.getReceivedOnNext()).containsExactly("a=1", "c=3", "b=4");
        assertThat(serial.inner.sent).containsExactly("PUT a", "PUT c", "PUT b");
    }

    @Test
    void failedWrite_staysDirty_isReportedAfterTheOthersWereWritten_andRetriedByTheNextFlush() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.put("b", "2");
        TestSubscriber<String> flush = stage.startFlush();
        inner.take().fail(Stage.refused());
        inner.take().answer();
        stage.run();
        assertThat(flush.getReceivedOnNext()).containsExactly("b=2");
        assertThat(flush.expectTerminalError()).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(stage.store.stats().failedWrites()).isEqualTo(1);

        inner.pass();
        assertThat(stage.flush()).as("refused, so not in doubt").containsExactly("a=1");
    }

    @Test
    void failures_areAllTold() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.put("b", "2");
        TestSubscriber<String> flush = stage.startFlush();
        inner.take().fail(Stage.refused());
        inner.take().fail(Stage.unanswered());
        stage.run();
        Throwable error = flush.expectTerminalError();
        assertThat(error).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(error.getSuppressed()).hasOnlyElementsOfType(StoreTimeoutException.class);
    }

    @Test
    void cancelledFlush_cancelsItsWrites_losesNothing_andLeavesTheKeyInDoubt() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        TestSubscriber<String> flush = stage.startFlush();
        flush.cancel();
        Request cancelled = inner.take();
        assertThat(cancelled.cancelled).isTrue();
        assertThat(stage.store.stats().keysInDoubt()).isEqualTo(1);
        assertThat(stage.read("a")).isEqualTo("1");

        inner.pass();
        TestSubscriber<String> second = stage.startFlush();
        assertThat(second.getReceivedOnNext()).as("in doubt").isEmpty();
        stage.run(Stage.IN_DOUBT);
        assertThat(second.getReceivedOnNext()).containsExactly("a=1");
        assertThat(stage.store.stats().keysInDoubt()).isZero();
    }

    @Test
    void cancelBeforeAnythingWasSent_leavesNoDoubt() {
        inner.hold(Op.GET);
        stage.put("a", "1");
        TestSubscriber<FlushedEntry> flush = stage.start(stage.store.flushWithOld());
        assertThat(inner.sent).containsExactly("GET a");
        flush.cancel();
        assertThat(stage.store.stats().keysInDoubt()).isZero();
        assertThat(stage.flush()).containsExactly("a=1");
    }

    @Test
    void twoFlushes_writeEachEntryOnce_andOneOfThemTellsIt() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.put("b", "2");
        TestSubscriber<String> first = stage.startFlush();
        TestSubscriber<String> second = stage.startFlush();
        inner.take().answer();
        stage.run();
        assertThat(second.isTerminated()).as("waits for the other's write").isFalse();
        inner.take().answer();
        stage.run();
        assertThat(first.getReceivedOnNext()).containsExactly("a=1", "b=2");
        assertThat(second.getReceivedOnNext()).isEmpty();
        second.expectTerminalSignal();
        assertThat(inner.sent).containsExactly("PUT a", "PUT b");
    }

    @Test
    void secondFlush_writesWhatTheFirstFailedToWrite() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.startFlush();
        TestSubscriber<String> second = stage.startFlush();
        inner.pass();
        inner.take().fail(Stage.refused());
        stage.run();
        assertThat(second.getReceivedOnNext()).containsExactly("a=1");
    }

    @Test
    void flushWithOld_tellsWhatWasReplaced() {
        inner.write("a", "old");
        stage.put("a", "1");
        stage.put("b", "2");
        stage.delete("a");
        List<FlushedEntry> flushed = stage.await(stage.store.flushWithOld().collectList());
        assertThat(flushed)
                .extracting(each ->
                        Stage.line(each.entry()) + " was " + (each.old() == null ? "(none)" : Stage.text(each.old())))
                .containsExactly("b=2 was (none)", "a=(none) was old");
        assertThat(inner.keys()).containsExactly("b");
    }

    @Test
    void hangingWrite_isGivenUpAfterItsTimeout_andStaysDirty() {
        Stage hasty = new Stage(builder -> builder.writeTimeout(Duration.ofSeconds(5)));
        hasty.inner.hold(Op.PUT);
        hasty.put("a", "1");
        TestSubscriber<String> flush = hasty.startFlush();
        hasty.run(Duration.ofSeconds(6));
        assertThat(flush.expectTerminalError())
                .isInstanceOf(StoreTimeoutException.class)
                .hasMessage("put a: no answer within PT5S");
        assertThat(hasty.store.stats().keysInDoubt()).isEqualTo(1);
        assertThat(hasty.store.stats().dirtyEntries()).isEqualTo(1);
    }

    @Test
    void readsAndPuts_doNotWaitForAFlush() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.startFlush();
        assertThat(stage.read("a")).isEqualTo("1");
        stage.put("a", "2");
        assertThat(stage.read("a")).isEqualTo("2");
    }

    @Test
    void contextOfTheSubscriber_reachesTheInnerStore() {
        stage.put("a", "1");
        List<String> seen = new ArrayList<>();
        WriteBackStore store = WriteBackStore.builder(new ForwardingStore(inner) {
                    @Override
                    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
                        return Mono.deferContextual(context -> {
                            seen.add(context.getOrDefault("who", "nobody"));
                            return work;
                        });
                    }
                })
                .runtime(stage.runtime)
                .build();
        stage.await(store.put("a", Content.text("1")));
        stage.await(store.flush().then().contextWrite(Context.of("who", "me")));
        assertThat(seen).containsExactly("me");
    }

    @Test
    void manyEntries_areFlushedWithoutDeepStacks() {
        Flux.range(0, 20_000)
                .concatMap(i -> stage.store.put("k" + i, Content.text("x")))
                .blockLast(Duration.ofSeconds(20));
        assertThat(stage.flush()).hasSize(20_000);
        assertThat(stage.store.stats().dirtyBytes()).isZero();
    }
}
