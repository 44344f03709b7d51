package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.subscriber.TestSubscriber;

class LifecycleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicInteger opens = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();

    @Test
    void firstUse_opensOnceForAll() {
        Lifecycle lifecycle = opening(Mono.empty());
        assertThat(opens).hasValue(0);
        assertThat(lifecycle.whenOpen("get", "a", () -> Mono.just(1)).block(PATIENCE))
                .isEqualTo(1);
        assertThat(lifecycle
                        .whenOpenMany("list", "", () -> Flux.just(1, 2))
                        .collectList()
                        .block(PATIENCE))
                .containsExactly(1, 2);
        lifecycle.open().block(PATIENCE);
        assertThat(opens).hasValue(1);
    }

    @Test
    void manyDuringTheOpening_waitForTheOne() {
        Sinks.Empty<Void> gate = Sinks.empty();
        Lifecycle lifecycle = opening(gate.asMono());
        List<TestSubscriber<Integer>> waiting = List.of(
                subscribed(lifecycle.whenOpen("get", "a", () -> Mono.just(1))),
                subscribed(lifecycle.whenOpen("get", "b", () -> Mono.just(2))),
                subscribed(lifecycle.whenOpenMany("list", "", () -> Flux.just(3))));
        assertThat(waiting).noneMatch(TestSubscriber::isTerminated);
        gate.tryEmitEmpty();
        assertThat(waiting).allMatch(TestSubscriber::isTerminatedComplete);
        assertThat(waiting).flatExtracting(TestSubscriber::getReceivedOnNext).containsExactly(1, 2, 3);
        assertThat(opens).hasValue(1);
    }

    @Test
    void failedOpening_failsThoseWhoWaitAndIsTriedAgainByTheNext() {
        Lifecycle lifecycle = opening(Mono.defer(
                () -> opens.get() < 3 ? Mono.error(new IllegalStateException("try " + opens)) : Mono.empty()));
        StepVerifier.create(lifecycle.open()).expectErrorMessage("try 1").verify(PATIENCE);
        StepVerifier.create(lifecycle.whenOpen("get", "a", () -> Mono.just(1)))
                .expectErrorMessage("try 2")
                .verify(PATIENCE);
        assertThat(lifecycle.whenOpen("get", "a", () -> Mono.just(1)).block(PATIENCE))
                .isEqualTo(1);
        assertThat(opens).hasValue(3);
    }

    @Test
    void nextThatAsksInTheErrorOfAFailedOpening_triesAgain() {
        Lifecycle lifecycle = opening(
                Mono.defer(() -> opens.get() < 2 ? Mono.error(new IllegalStateException("meant")) : Mono.empty()));
        assertThat(lifecycle
                        .open()
                        .onErrorResume(e -> lifecycle.open())
                        .thenReturn("open")
                        .block(PATIENCE))
                .isEqualTo("open");
    }

    @Test
    void openingThatThrows_isAFailedOpening() {
        Lifecycle lifecycle = new Lifecycle(
                () -> {
                    throw new IllegalStateException("meant");
                },
                Mono::empty);
        StepVerifier.create(lifecycle.open()).expectErrorMessage("meant").verify(PATIENCE);
    }

    @Test
    void cancelOfAWaiter_doesNotStopTheOpening() {
        TestPublisher<Void> work = TestPublisher.create();
        Lifecycle lifecycle = opening(work.mono());
        TestSubscriber<Integer> leaving = subscribed(lifecycle.whenOpen("get", "a", () -> Mono.just(1)));
        TestSubscriber<Integer> staying = subscribed(lifecycle.whenOpen("get", "b", () -> Mono.just(2)));
        leaving.cancel();
        work.assertNotCancelled();
        work.complete();
        assertThat(staying.getReceivedOnNext()).containsExactly(2);
        assertThat(leaving.getReceivedOnNext()).isEmpty();
    }

    @Test
    void closed_failsWhatComesLater() {
        Lifecycle lifecycle = opening(Mono.empty());
        lifecycle.open().block(PATIENCE);
        lifecycle.requireOpen("get", "a");
        assertThat(lifecycle.isClosed()).isFalse();
        lifecycle.close().block(PATIENCE);

        assertThat(lifecycle.isClosed()).isTrue();
        expectClosed(lifecycle.open(), "open: the store is closed");
        expectClosed(lifecycle.whenOpen("get", "a", () -> Mono.just(1)), "get a: the store is closed");
        expectClosed(lifecycle.whenOpenMany("list", "p", () -> Flux.just(1)), "list p: the store is closed");
        assertThatThrownBy(() -> lifecycle.requireOpen("get", "a")).isInstanceOf(StoreClosedException.class);
        assertThat(opens).hasValue(1);
    }

    @Test
    void closeTwice_closesOnce() {
        Sinks.Empty<Void> gate = Sinks.empty();
        Lifecycle lifecycle = new Lifecycle(Mono::empty, () -> {
            closes.incrementAndGet();
            return gate.asMono();
        });
        TestSubscriber<Void> first = subscribed(lifecycle.close());
        TestSubscriber<Void> second = subscribed(lifecycle.close());
        first.cancel();
        assertThat(second.isTerminated()).isFalse();
        gate.tryEmitEmpty();
        assertThat(second.isTerminatedComplete()).isTrue();
        lifecycle.close().block(PATIENCE);
        assertThat(closes).hasValue(1);
    }

    @Test
    void closeIsLazy_andDoesNothingUntilSubscribedTo() {
        Lifecycle lifecycle = opening(Mono.empty());
        Mono<Void> close = lifecycle.close();
        assertThat(lifecycle.isClosed()).isFalse();
        close.block(PATIENCE);
        assertThat(lifecycle.isClosed()).isTrue();
    }

    @Test
    void closeBeforeAnyUse_opensNothing() {
        Lifecycle lifecycle = opening(Mono.empty());
        lifecycle.close().block(PATIENCE);
        assertThat(opens).hasValue(0);
        assertThat(closes).hasValue(1);
    }

    @Test
    void closeDuringTheOpening_waitsForItsEnd() {
        Sinks.Empty<Void> gate = Sinks.empty();
        Lifecycle lifecycle = opening(gate.asMono());
        subscribed(lifecycle.open());
        TestSubscriber<Void> closing = subscribed(lifecycle.close());
        assertThat(closes).hasValue(0);
        gate.tryEmitEmpty();
        assertThat(closing.isTerminatedComplete()).isTrue();
        assertThat(closes).hasValue(1);
    }

    @Test
    void closeDuringAnOpeningThatFails_closesAllTheSame() {
        TestPublisher<Void> work = TestPublisher.create();
        Lifecycle lifecycle = opening(work.mono());
        TestSubscriber<Void> opening = subscribed(lifecycle.open());
        TestSubscriber<Void> closing = subscribed(lifecycle.close());
        work.error(new IllegalStateException("meant"));
        assertThat(opening.expectTerminalError()).hasMessage("meant");
        assertThat(closing.isTerminatedComplete()).isTrue();
        assertThat(closes).hasValue(1);
    }

    @Test
    void operationThatWaitsForTheOpeningWhenItIsClosed_doesNotStart() {
        Sinks.Empty<Void> gate = Sinks.empty();
        Lifecycle lifecycle = opening(gate.asMono());
        AtomicBoolean started = new AtomicBoolean();
        TestSubscriber<Integer> one =
                subscribed(lifecycle.whenOpen("get", "a", () -> Mono.fromRunnable(() -> started.set(true))));
        TestSubscriber<Integer> many = subscribed(lifecycle.whenOpenMany(
                "list",
                "p",
                () -> Mono.<Integer>fromRunnable(() -> started.set(true)).flux()));
        subscribed(lifecycle.close());
        gate.tryEmitEmpty();
        assertThat(started).isFalse();
        assertThat(one.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(many.expectTerminalError()).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void sharedOpening_seesNobodysContext() {
        Lifecycle lifecycle = opening(
                Mono.deferContextual(context -> context.isEmpty() ? Mono.empty() : Mono.error(new AssertionError())));
        lifecycle.open().contextWrite(context -> context.put("caller", "first")).block(PATIENCE);
    }

    @Test
    void context_isEachCallersOwn() {
        Lifecycle lifecycle = opening(Mono.empty());
        for (String caller : List.of("first", "second")) {
            Mono<String> seen = lifecycle
                    .whenOpen(
                            "get",
                            "a",
                            () -> Mono.deferContextual(context -> Mono.just((String) context.get("caller"))))
                    .contextWrite(context -> context.put("caller", caller));
            assertThat(seen.block(PATIENCE)).isEqualTo(caller);
        }
    }

    @Test
    void trivial_opensAndCloses() {
        Lifecycle lifecycle = Lifecycle.trivial();
        lifecycle.open().block(PATIENCE);
        lifecycle.close().block(PATIENCE);
        assertThat(lifecycle.isClosed()).isTrue();
    }

    private Lifecycle opening(Mono<Void> work) {
        return new Lifecycle(
                () -> {
                    opens.incrementAndGet();
                    return work;
                },
                () -> Mono.fromRunnable(closes::incrementAndGet));
    }

    private static <T> TestSubscriber<T> subscribed(Publisher<T> publisher) {
        TestSubscriber<T> subscriber = TestSubscriber.create();
        publisher.subscribe(subscriber);
        return subscriber;
    }

    private static void expectClosed(Publisher<?> operation, String message) {
        StepVerifier.create(operation)
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(StoreClosedException.class).hasMessage(message))
                .verify(PATIENCE);
    }
}
