package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ManualScheduler;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.RuntimeOn;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.subscriber.TestSubscriber;

class LimitedStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store memory = MemoryStore.create();
    private final GatedStore inner = new GatedStore(memory);

    @Test
    void operationBeyondTheLimit_waitsItsTurn() {
        LimitedStore store = limited(2, 10);
        List<TestSubscriber<Boolean>> asked =
                List.of(ask(store, "a"), ask(store, "b"), ask(store, "c"), ask(store, "d"), ask(store, "e"));
        assertThat(inner.started()).containsExactly("head a", "head b");
        assertCounts(store, 2, 3);

        inner.pass("b");
        assertThat(inner.started()).containsExactly("head a", "head b", "head c");
        assertThat(asked.get(1).getReceivedOnNext()).containsExactly(false);
        inner.pass("e", "d", "c", "a");

        assertThat(inner.started()).containsExactly("head a", "head b", "head c", "head d", "head e");
        assertThat(asked).allMatch(TestSubscriber::isTerminatedComplete);
        assertThat(inner.mostRunning()).isEqualTo(2);
        assertCounts(store, 0, 0);
    }

    @Test
    void lineIsFull_nextIsRejectedAtOnce() {
        LimitedStore store = limited(1, 1);
        ask(store, "a");
        TestSubscriber<Boolean> waiting = ask(store, "b");
        StepVerifier.create(store.exists("c"))
                .expectErrorSatisfies(e -> {
                    assertThat(e).hasMessage("head c: all 1 permits are taken and the line is full");
                    assertThat(((StoreRejectedException) e).retryable()).isTrue();
                })
                .verify(PATIENCE);
        assertCounts(store, 1, 1);

        inner.pass("a", "b");
        assertThat(waiting.isTerminatedComplete()).isTrue();
        assertThat(store.toString()).startsWith("LimitedStore[0 of 1 running, 0 of 1 waiting, ");
    }

    @Test
    void cancelWhileWaiting_leavesTheLineAndIsNeverStarted() {
        LimitedStore store = limited(1, 1);
        ask(store, "a");
        TestSubscriber<Boolean> leaving = ask(store, "b");
        leaving.cancel();
        assertCounts(store, 1, 0);

        TestSubscriber<Boolean> next = ask(store, "c");
        inner.pass("a", "b", "c");
        assertThat(next.isTerminatedComplete()).isTrue();
        assertThat(leaving.isTerminated()).isFalse();
        assertThat(inner.started()).containsExactly("head a", "head c");
        assertCounts(store, 0, 0);
    }

    @Test
    void cancelWhileRunning_reachesTheInnerStoreAndLetsTheNextRun() {
        LimitedStore store = limited(1, 1);
        TestSubscriber<Boolean> running = ask(store, "a");
        ask(store, "b");
        running.cancel();
        running.cancel();
        assertThat(inner.started()).containsExactly("head a", "head b");
        assertThat(inner.running()).isEqualTo(1);
        assertThat(inner.mostRunning()).isEqualTo(1);
        assertCounts(store, 1, 0);
    }

    @Test
    void cancelInOnSubscribe_takesNoPermit() {
        LimitedStore store = limited(1, 0);
        store.exists("a").subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.cancel();
            }
        });
        assertThat(inner.started()).isEmpty();
        assertCounts(store, 0, 0);
    }

    @Test
    void startedButCancelledBeforeItsTurnCame_isNotSubscribedTo() {
        ManualScheduler delivery = new ManualScheduler();
        LimitedStore store = LimitedStore.builder(inner, 1)
                .runtime(RuntimeOn.delivery(delivery.scheduler()))
                .build();
        TestSubscriber<Boolean> first = ask(store, "a");
        TestSubscriber<Boolean> second = ask(store, "b");
        first.cancel();
        second.cancel();
        assertCounts(store, 1, 0);
        delivery.runAll();
        assertThat(inner.started()).containsExactly("head a");
        assertCounts(store, 0, 0);
    }

    @Test
    void cancelWhileTheInnerStoreIsBeingSubscribedTo_reachesItAndGivesThePermitBack() {
        TestSubscriber<ObjectInfo> leaving = TestSubscriber.create();
        TestPublisher<ObjectInfo> listing = TestPublisher.create();
        LimitedStore store = LimitedStore.builder(
                        new ForwardingStore(inner) {
                            @Override
                            public Flux<ObjectInfo> list(ListOptions options) {
                                return Flux.defer(() -> {
                                    leaving.cancel();
                                    return listing;
                                });
                            }
                        },
                        1)
                .build();
        store.list("").subscribe(leaving);
        listing.assertCancelled();
        assertCounts(store, 0, 0);
    }

    @Test
    void failureAndEmptyAnswer_giveThePermitBack() {
        LimitedStore store = limited(1, 0);
        inner.pass("a");
        StepVerifier.create(store.head("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.copy("a", "b")).expectError().verify(PATIENCE);
        StepVerifier.create(store.getRanges("a", List.of(), ReadOptions.defaults()))
                .expectError()
                .verify(PATIENCE);
        assertCounts(store, 0, 0);
    }

    @Test
    void get_holdsAPermitUntilItIsAnswered_andEachReadingOneOfItsOwn() {
        memory.put("a", Content.text("hello")).block(PATIENCE);
        inner.pass("a");
        LimitedStore store = limited(1, 1);
        StoredObject found =
                store.get("a", ReadOptions.defaults().withChunkBytes(2)).block(PATIENCE);
        assertCounts(store, 0, 0);

        TestSubscriber<ByteBuffer> reading =
                TestSubscriber.builder().initialRequest(1).build();
        found.body().subscribe(reading);
        assertThat(reading.getReceivedOnNext()).hasSize(1);
        assertCounts(store, 1, 0);
        TestSubscriber<byte[]> collecting = subscribed(found.byteArray());
        assertCounts(store, 1, 1);

        reading.request(2);
        assertThat(reading.isTerminatedComplete()).isTrue();
        assertThat(collecting.isTerminatedComplete()).isTrue();
        assertCounts(store, 0, 0);

        reading = TestSubscriber.builder().initialRequest(1).build();
        found.body().subscribe(reading);
        reading.cancel();
        assertCounts(store, 0, 0);
    }

    @Test
    void list_holdsAPermitUntilItEndsOrIsCancelled() {
        memory.put("a", Content.empty()).block(PATIENCE);
        memory.put("b", Content.empty()).block(PATIENCE);
        inner.pass("");
        LimitedStore store = limited(1, 1);
        TestSubscriber<ObjectInfo> listing =
                TestSubscriber.builder().initialRequest(1).build();
        store.list("").subscribe(listing);
        assertThat(listing.getReceivedOnNext()).hasSize(1);
        assertCounts(store, 1, 0);
        listing.request(1);
        assertThat(listing.isTerminatedComplete()).isTrue();
        assertCounts(store, 0, 0);

        listing = TestSubscriber.builder().initialRequest(1).build();
        store.list("").subscribe(listing);
        listing.cancel();
        assertCounts(store, 0, 0);
    }

    @Test
    void demandWhileWaiting_isPassedOnWhenItsTurnComes() {
        TestPublisher<ObjectInfo> listing = TestPublisher.create();
        LimitedStore store = LimitedStore.builder(
                        new ForwardingStore(inner) {
                            @Override
                            public Flux<ObjectInfo> list(ListOptions options) {
                                return listing.flux();
                            }
                        },
                        1)
                .runtime(RuntimeOn.delivery(Schedulers.immediate()))
                .build();
        ask(store, "a");
        TestSubscriber<ObjectInfo> waiting =
                TestSubscriber.builder().initialRequest(2).build();
        store.list("").subscribe(waiting);
        waiting.request(3);
        listing.assertWasNotSubscribed();
        inner.pass("a");
        listing.assertMinRequested(5).assertMaxRequested(5);
        waiting.request(1);
        listing.assertMinRequested(6).assertMaxRequested(6);
        waiting.cancel();
        listing.assertCancelled();
    }

    @Test
    void whatFollowsASignal_findsThePermitFree() {
        memory.put("a", Content.text("hello")).block(PATIENCE);
        LimitedStore store = limited(1, 0);
        inner.pass("a", "b", "");
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("hello");
        assertThat(store.read("a").blockLast(PATIENCE)).isNotNull();
        assertThat(store.list("").next().flatMap(info -> store.size(info.key())).block(PATIENCE))
                .isEqualTo(5);
        assertThat(store.rename("a", "b").block(PATIENCE).key()).isEqualTo("b");
        assertThat(store.list("").thenMany(store.list("")).blockLast(PATIENCE).key())
                .isEqualTo("b");
        StepVerifier.create(store.copy("a", "b").onErrorResume(e -> store.head("b")))
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void nestedUse_needsAPermitForEachAndHangsWithoutThem() {
        memory.put("a", Content.empty()).block(PATIENCE);
        inner.pass("a", "");
        LimitedStore narrow = limited(1, 10);
        TestSubscriber<Object> hanging =
                subscribed(narrow.deleteAll(narrow.list("").map(ObjectInfo::key)));
        assertThat(hanging.isTerminated()).isFalse();
        assertCounts(narrow, 1, 1);
        hanging.cancel();
        assertCounts(narrow, 0, 0);

        LimitedStore wide = limited(2, 10);
        assertThat(wide.deleteAll(wide.list("").map(ObjectInfo::key))
                        .collectList()
                        .block(PATIENCE))
                .hasSize(1);
    }

    @Test
    void longLine_needsNoStackAndNoThread() throws InterruptedException {
        int count = 50_000;
        LimitedStore store = LimitedStore.builder(inner, 1).maxWaiting(count).build();
        TestSubscriber<Boolean> first = ask(store, "gate");
        inner.pass("x");
        CountDownLatch answered = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            store.exists("x").subscribe(found -> answered.countDown(), e -> {});
        }
        assertCounts(store, 1, count);
        inner.pass("gate");
        assertThat(answered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(first.isTerminatedComplete()).isTrue();
        assertThat(inner.mostRunning()).isEqualTo(1);
    }

    @Test
    void schedulerIsShutDown_everybodyWhoWaitsIsRefused() {
        Scheduler delivery = Schedulers.newSingle("gone");
        delivery.dispose();
        LimitedStore store = LimitedStore.builder(inner, 1)
                .runtime(RuntimeOn.delivery(delivery))
                .build();
        TestSubscriber<Boolean> running = ask(store, "a");
        TestSubscriber<Boolean> second = ask(store, "b");
        TestSubscriber<Boolean> third = ask(store, "c");
        inner.pass("a");
        assertThat(running.isTerminatedComplete()).isTrue();
        for (TestSubscriber<Boolean> refused : List.of(second, third)) {
            assertThat(refused.expectTerminalError())
                    .isInstanceOfSatisfying(
                            StoreRejectedException.class,
                            e -> assertThat(e.retryable()).isFalse());
        }
        assertCounts(store, 0, 0);
    }

    @Test
    void closed_failsWhatWaitsWhenItsTurnComes() {
        LimitedStore store = limited(1, 1);
        TestSubscriber<Boolean> running = ask(store, "a");
        TestSubscriber<Boolean> waiting = ask(store, "b");
        store.close().block(PATIENCE);
        StepVerifier.create(store.exists("c"))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        inner.pass("a");
        assertThat(running.isTerminatedComplete()).isTrue();
        assertThat(waiting.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(inner.started()).containsExactly("head a");
        assertCounts(store, 0, 0);
    }

    @Test
    void context_isThatOfTheCallerAlsoAfterAWait() {
        Store telling = new ForwardingStore(inner) {
            @Override
            public Mono<Long> deletePrefix(String prefix) {
                return Mono.deferContextual(context -> Mono.just((Long) context.get("caller")));
            }
        };
        LimitedStore store = LimitedStore.builder(telling, 1)
                .runtime(RuntimeOn.delivery(Schedulers.immediate()))
                .build();
        ask(store, "a");
        TestSubscriber<Long> waiting =
                subscribed(store.deletePrefix("").contextWrite(context -> context.put("caller", 7L)));
        inner.pass("a");
        assertThat(waiting.getReceivedOnNext()).containsExactly(7L);
    }

    @Test
    void openAndClose_needNoPermit() {
        LimitedStore store = limited(1, 0);
        ask(store, "a");
        store.open().block(PATIENCE);
        store.close().block(PATIENCE);
        assertThat(store.getRange("a", ByteRange.from(0))).isNotNull();
    }

    @Test
    void limitsThatMakeNoSense_areRefusedByBuild() {
        assertThatThrownBy(() -> LimitedStore.builder(inner, 0).build())
                .hasMessage("maxConcurrent: need 1 or more, was 0");
        assertThatThrownBy(() -> LimitedStore.builder(inner, 1).maxWaiting(-1).build())
                .hasMessage("maxWaiting: need 0 or more, was -1");
        assertThatThrownBy(() -> LimitedStore.builder(null, 1).build()).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> LimitedStore.builder(inner, 1).runtime(null).build())
                .isInstanceOf(NullPointerException.class);
    }

    private LimitedStore limited(int maxConcurrent, int maxWaiting) {
        return LimitedStore.builder(inner, maxConcurrent)
                .maxWaiting(maxWaiting)
                .runtime(RuntimeOn.delivery(Schedulers.immediate()))
                .build();
    }

    private static TestSubscriber<Boolean> ask(Store store, String key) {
        return subscribed(store.exists(key));
    }

    private static <T> TestSubscriber<T> subscribed(Publisher<? extends T> publisher) {
        TestSubscriber<T> subscriber = TestSubscriber.create();
        publisher.subscribe(subscriber);
        return subscriber;
    }

    private static void assertCounts(LimitedStore store, int running, int waiting) {
        assertThat(List.of(store.runningCount(), store.waitingCount())).containsExactly(running, waiting);
    }
}
