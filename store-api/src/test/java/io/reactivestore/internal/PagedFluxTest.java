package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.internal.PagedFlux.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.subscriber.TestSubscriber;

class PagedFluxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicInteger fetched = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "10, 0, 1", "11, 0, 2", "20, 0, 2", "21, 0, 3", "4, 1, 1", "10, 1, 1", "11, 3, 2", "20, 3, 2"
    })
    void itemsAskedForAtOnce_costTheirPages(int items, int readAhead, int pages) {
        assertThat(one(numbers(10, 100, readAhead).take(items).collectList())).hasSize(items);
        assertThat(fetched).hasValue(pages);
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 1", "5, 1, 2", "10, 1, 2", "11, 3, 4"})
    void itemsTakenOneByOne_costTheirPagesAndWhatIsReadAhead(int items, int readAhead, int pages) {
        TestSubscriber<Integer> reader =
                TestSubscriber.builder().initialRequest(0).build();
        numbers(10, 100, readAhead).subscribe(reader);
        for (int i = 0; i < items; i++) {
            reader.request(1);
        }
        assertThat(reader.getReceivedOnNext()).hasSize(items);
        assertThat(fetched).hasValue(pages);
    }

    @Test
    void demandForMoreThanIsThere_readsAhead() {
        List<Integer> fetchedByThen = new ArrayList<>();
        Flux<Integer> read = numbers(10, 100, 1).doOnNext(item -> fetchedByThen.add(fetched.get()));
        assertThat(one(read.take(15).count())).isEqualTo(15);
        assertThat(fetchedByThen.subList(3, 7)).as("from the fifth on").containsExactly(1, 2, 2, 2);
        assertThat(fetched).hasValue(2);
    }

    @Test
    void exactDemand_fetchesNoPageMore() {
        StepVerifier.create(numbers(10, 100, 0), 0)
                .then(() -> assertThat(fetched).hasValue(0))
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> assertThat(fetched).hasValue(1))
                .thenRequest(1)
                .expectNext(10)
                .then(() -> assertThat(fetched).hasValue(2))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void end_comesWithoutDemand() {
        StepVerifier.create(numbers(10, 2, 0), 20)
                .expectNextCount(20)
                .expectComplete()
                .verify(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void manyPages_needNoStack(int readAhead) {
        assertThat(one(numbers(3, 20_000, readAhead).count())).isEqualTo(60_000);
        assertThat(one(numbers(3, 20_000, readAhead).limitRate(1).count())).isEqualTo(60_000);
    }

    @Test
    void pagesFromOtherThreads_comeInOrder() {
        Mono<Page<Integer>> first = page(0, 7, 500).subscribeOn(Schedulers.parallel());
        assertThat(one(new PagedFlux<>(first, 2).limitRate(3).collectList()))
                .isEqualTo(IntStream.range(0, 3500).boxed().toList());
    }

    @Test
    void emptyPages_arePassedOver() {
        Mono<Page<Integer>> last = Mono.just(new Page<>(List.of(1), null));
        Mono<Page<Integer>> first = Mono.just(new Page<>(List.of(), Mono.just(new Page<>(List.of(), last))));
        StepVerifier.create(new PagedFlux<>(first, 0), 1)
                .expectNext(1)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void errorOfALaterPage_comesAfterTheItemsBeforeIt() {
        Mono<Page<Integer>> first = Mono.just(new Page<>(List.of(1, 2), Mono.error(new IllegalStateException())));
        StepVerifier.create(new PagedFlux<>(first, 1), 1)
                .expectNext(1)
                .thenRequest(1)
                .expectNext(2)
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
    }

    @Test
    void cancel_endsTheFetch() {
        TestPublisher<Page<Integer>> slow = TestPublisher.create();
        StepVerifier.create(new PagedFlux<>(slow.mono(), 0))
                .then(slow::assertWasSubscribed)
                .thenCancel()
                .verify(PATIENCE);
        slow.assertCancelled();
    }

    @Test
    void cancelFromWithin_stopsAtOnce() {
        assertThat(one(Flux.from(numbers(10, 100, 5)).takeUntil(i -> i == 3).collectList()))
                .hasSize(4);
        assertThat(fetched.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void noPage_isAnError() {
        StepVerifier.create(new PagedFlux<>(Mono.<Page<Integer>>empty(), 0))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
    }

    private PagedFlux<Integer> numbers(int size, int pages, int readAhead) {
        return new PagedFlux<>(page(0, size, pages), readAhead);
    }

    private Mono<Page<Integer>> page(int number, int size, int pages) {
        return Mono.fromSupplier(() -> {
            fetched.incrementAndGet();
            List<Integer> items =
                    IntStream.range(number * size, (number + 1) * size).boxed().toList();
            return new Page<>(items, number + 1 == pages ? null : page(number + 1, size, pages));
        });
    }

    private static <T> T one(Mono<T> mono) {
        return mono.block(PATIENCE);
    }
}
