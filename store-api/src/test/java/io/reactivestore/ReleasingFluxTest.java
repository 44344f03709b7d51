package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Whatever becomes of a put, each pooled element that reached it is given back exactly once. */
class ReleasingFluxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<Pooled> made = new ArrayList<>();

    @Test
    void normalEnd_releasesEachElementBeforeTheSubscriberSeesItsCopy() {
        StepVerifier.create(content(elements(3)))
                .assertNext(copy -> assertThat(copy.get()).isEqualTo((byte) 0))
                .assertNext(copy -> assertThat(copy.get()).isEqualTo((byte) 1))
                .assertNext(copy -> assertThat(copy.get()).isEqualTo((byte) 2))
                .expectComplete()
                .verify(PATIENCE);
        assertAllReleasedOnce(3);
    }

    @Test
    void copy_isNotTouchedByWhatBecomesOfTheElement() {
        List<ByteBuffer> copies = content(elements(3)).collectList().block(PATIENCE);
        // release() has overwritten the elements
        assertThat(copies).extracting(ByteBuffer::get).containsExactly((byte) 0, (byte) 1, (byte) 2);
        assertThat(copies).allMatch(ByteBuffer::isReadOnly);
    }

    @Test
    void errorMidway_releasesWhatCameBefore() {
        StepVerifier.create(content(elements(2).concatWith(Flux.error(new IllegalStateException("meant")))))
                .expectNextCount(2)
                .expectErrorMessage("meant")
                .verify(PATIENCE);
        assertAllReleasedOnce(2);
    }

    @Test
    void copyThrows_failsAndReleasesThisOneToo() {
        BiConsumer<Pooled, ByteBuffer> copy = (element, buffer) -> {
            if (element.number == 1) {
                throw new IllegalStateException("meant");
            }
            element.copyTo(buffer);
        };
        StepVerifier.create(new ReleasingFlux<>(elements(5), Pooled::size, copy, Pooled::release))
                .expectNextCount(1)
                .expectErrorMessage("meant")
                .verify(PATIENCE);
        assertAllReleasedOnce(2);
    }

    @Test
    void copyThrows_releasesWhatTheSourceSendsAllTheSame() {
        TestPublisher<Pooled> rogue = TestPublisher.createNoncompliant(
                TestPublisher.Violation.CLEANUP_ON_TERMINATE, TestPublisher.Violation.REQUEST_OVERFLOW);
        Flux<ByteBuffer> content = new ReleasingFlux<>(
                rogue,
                Pooled::size,
                (element, buffer) -> {
                    throw new IllegalStateException("meant");
                },
                Pooled::release);
        StepVerifier.create(content)
                .then(() -> rogue.next(make(0), make(1)))
                .expectErrorMessage("meant")
                .verify(PATIENCE);
        rogue.next(make(2)).complete();
        assertAllReleasedOnce(3);
    }

    @Test
    void cancelBeforeTheFirst_takesNone() {
        TestPublisher<Pooled> source = TestPublisher.create();
        StepVerifier.create(content(source), 0).thenCancel().verify(PATIENCE);
        source.assertCancelled();
        assertAllReleasedOnce(0);
    }

    @Test
    void cancelMidway_releasesWhatCameBefore() {
        StepVerifier.create(content(elements(10)).take(3))
                .expectNextCount(3)
                .expectComplete()
                .verify(PATIENCE);
        assertAllReleasedOnce(3);
    }

    @Test
    void cancelAfterTheEnd_releasesNothingTwice() {
        Flux<ByteBuffer> content = content(elements(2));
        StepVerifier.create(content.doOnComplete(() -> {}), 3)
                .expectNextCount(2)
                .thenCancel()
                .verify(PATIENCE);
        assertAllReleasedOnce(2);
    }

    @Test
    void elementsThatWaitAboveWhenItIsCancelled_areReleased() {
        ManualScheduler manual = new ManualScheduler();
        StepVerifier.create(content(elements(10).publishOn(manual.scheduler(), 16)), 3)
                .then(manual::runAll)
                .expectNextCount(3)
                .thenCancel()
                .verify(PATIENCE);
        assertAllReleasedOnce(10);
    }

    @Test
    void elementsThatWaitAboveWhenTheCopyThrows_areReleased() {
        ManualScheduler manual = new ManualScheduler();
        ToIntFunction<Pooled> size = element -> {
            throw new IllegalStateException("meant");
        };
        StepVerifier.create(new ReleasingFlux<>(
                        elements(10).publishOn(manual.scheduler(), 16), size, Pooled::copyTo, Pooled::release))
                .then(manual::runAll)
                .expectErrorMessage("meant")
                .verify(PATIENCE);
        assertAllReleasedOnce(10);
    }

    @Test
    void elementsThatAnOperatorAboveDrops_areReleased() {
        Flux<Pooled> filtered = elements(10).filter(element -> element.number % 2 == 0);
        StepVerifier.create(content(filtered))
                .expectNextCount(5)
                .expectComplete()
                .verify(PATIENCE);
        assertAllReleasedOnce(10);
    }

    @Test
    void whatAnOperatorAboveDropsOfAnotherType_isNotTouched() {
        Flux<Pooled> mapped = Flux.range(0, 10).filter(i -> i % 2 == 0).map(this::make);
        StepVerifier.create(content(mapped)).expectNextCount(5).expectComplete().verify(PATIENCE);
        assertAllReleasedOnce(5);
    }

    @Test
    void elementAfterACancel_isReleased() {
        TestPublisher<Pooled> rogue = TestPublisher.createNoncompliant(
                TestPublisher.Violation.DEFER_CANCELLATION, TestPublisher.Violation.REQUEST_OVERFLOW);
        StepVerifier.create(content(rogue), 1)
                .then(() -> rogue.next(make(0)))
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);
        rogue.next(make(1));
        assertAllReleasedOnce(2);
    }

    @Test
    void elementAfterTheEnd_isReleasedAndNotEmitted() {
        TestPublisher<Pooled> rogue = TestPublisher.createNoncompliant(
                TestPublisher.Violation.CLEANUP_ON_TERMINATE, TestPublisher.Violation.REQUEST_OVERFLOW);
        AtomicInteger seen = new AtomicInteger();
        content(rogue).doOnNext(copy -> seen.incrementAndGet()).subscribe();
        rogue.next(make(0)).complete();
        rogue.next(make(1)).complete();
        assertThat(seen).hasValue(1);
        assertAllReleasedOnce(2);
    }

    @Test
    void secondRead_takesNoElement() {
        Content content = Content.publisher(elements(2), Pooled::size, Pooled::copyTo, Pooled::release);
        content.body(StoreRuntime.system()).blockLast(PATIENCE);
        StepVerifier.create(content.body(StoreRuntime.system()))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        assertAllReleasedOnce(2);
    }

    @Test
    void demand_isThatOfTheSubscriber() {
        TestPublisher<Pooled> source = TestPublisher.create();
        StepVerifier.create(content(source), 0)
                .thenRequest(2)
                .then(() -> source.assertMinRequested(2).assertMaxRequested(2))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void cancelFromAnotherThread_losesAndDoublesNothing() {
        // No operator above that queues: when a cancel races with it, Reactor's discard an element twice or not at all.
        Scheduler emitting = Schedulers.newSingle("emitting");
        for (int i = 0; i < 500; i++) {
            content(elements(50).subscribeOn(emitting))
                    .takeUntilOther(Mono.delay(Duration.ofNanos(i * 500L)))
                    .blockLast(PATIENCE);
        }
        assertThat(emitting.disposeGracefully().timeout(PATIENCE).blockOptional())
                .isEmpty();
        assertThat(snapshot()).hasSizeGreaterThan(500).allMatch(element -> element.released.get() == 1);
    }

    private Flux<Pooled> elements(int count) {
        // Hidden, so that an operator below keeps a queue of its own.
        return Flux.range(0, count).map(this::make).hide();
    }

    private Flux<ByteBuffer> content(Publisher<Pooled> source) {
        return new ReleasingFlux<>(source, Pooled::size, Pooled::copyTo, Pooled::release);
    }

    private Pooled make(int number) {
        Pooled element = new Pooled(number);
        synchronized (made) {
            made.add(element);
        }
        return element;
    }

    private List<Pooled> snapshot() {
        synchronized (made) {
            return List.copyOf(made);
        }
    }

    private void assertAllReleasedOnce(int count) {
        assertThat(snapshot()).hasSize(count).allMatch(element -> element.released.get() == 1);
    }

    private static final class Pooled {

        private final int number;
        private final byte[] bytes;
        private final AtomicInteger released = new AtomicInteger();

        Pooled(int number) {
            this.number = number;
            this.bytes = new byte[] {(byte) number};
        }

        int size() {
            return bytes.length;
        }

        void copyTo(ByteBuffer buffer) {
            assertThat(released).hasValue(0);
            buffer.put(bytes);
        }

        void release() {
            released.incrementAndGet();
            bytes[0] = -1;
        }

        @Override
        public String toString() {
            return number + " released " + released + " times";
        }
    }
}
