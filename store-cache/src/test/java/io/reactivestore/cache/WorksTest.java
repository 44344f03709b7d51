package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.Works.Work;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.subscriber.TestSubscriber;

class WorksTest {

    private final Works works = new Works();

    @Test
    void nothingBegun_isSettledAtOnce() {
        assertThat(settled().isTerminatedComplete()).isTrue();
    }

    @Test
    void workBegunBefore_isWaitedFor_workBegunAfter_isNot() {
        Work before = works.begin();
        TestSubscriber<Void> waiter = settled();
        Work after = works.begin();
        assertThat(waiter.isTerminated()).isFalse();
        works.end(before);
        assertThat(waiter.isTerminatedComplete()).isTrue();
        TestSubscriber<Void> second = settled();
        assertThat(second.isTerminated()).isFalse();
        works.end(after);
        assertThat(second.isTerminatedComplete()).isTrue();
    }

    @Test
    void workBegunWithinAnother_isWaitedForWithIt() {
        Work outer = works.begin();
        TestSubscriber<Void> waiter = settled();
        Work inner = works.begin(outer);
        works.end(outer);
        assertThat(waiter.isTerminated()).isFalse();
        works.end(inner);
        assertThat(waiter.isTerminatedComplete()).isTrue();
    }

    @Test
    void olderWork_isWaitedForByEveryLaterWaiter() {
        Work old = works.begin();
        TestSubscriber<Void> first = settled();
        works.end(works.begin());
        TestSubscriber<Void> second = settled();
        assertThat(second.isTerminated()).isFalse();
        works.end(old);
        assertThat(first.isTerminatedComplete()).isTrue();
        assertThat(second.isTerminatedComplete()).isTrue();
    }

    @Test
    void aWaiterThatLeaves_hurtsNobody() {
        Work work = works.begin();
        TestSubscriber<Void> leaving = settled();
        TestSubscriber<Void> staying = settled();
        leaving.cancel();
        works.end(work);
        assertThat(staying.isTerminatedComplete()).isTrue();
    }

    @Test
    void manyThreads_noWaiterIsToldTooEarly_andAllAreTold() {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        Flux.range(0, 20_000)
                .parallel(4)
                .runOn(Schedulers.boundedElastic())
                .flatMap(i -> {
                    if (i % 10 == 0) {
                        return Flux.defer(() -> {
                            int before = begun.get();
                            return works.settled()
                                    .doOnSuccess(done -> assertThat(ended.get()).isGreaterThanOrEqualTo(before))
                                    .flux();
                        });
                    }
                    Work work = works.begin();
                    begun.incrementAndGet();
                    if (ThreadLocalRandom.current().nextInt(4) == 0) {
                        Thread.yield();
                    }
                    ended.incrementAndGet();
                    works.end(work);
                    return Flux.empty();
                })
                .sequential()
                .then()
                .block(Duration.ofSeconds(30));
    }

    private TestSubscriber<Void> settled() {
        TestSubscriber<Void> waiter = TestSubscriber.create();
        works.settled().subscribe(waiter);
        return waiter;
    }
}
