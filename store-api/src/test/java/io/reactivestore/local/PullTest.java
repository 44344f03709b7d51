package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

class PullTest {

    private static final Scheduler IO = StoreRuntime.system().io();

    /** Counts to a number; every other step gives nothing. */
    private static final class Counting implements Pull.Source<Integer> {
        private final int count;
        private final AtomicInteger closes = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private volatile int steps;

        Counting(int count) {
            this.count = count;
        }

        @Override
        public boolean isDone() {
            return steps == 2 * count;
        }

        @Override
        public @Nullable Integer step() {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            assertThat(closes).hasValue(0);
            int step = steps;
            steps = step + 1;
            inside.decrementAndGet();
            return step % 2 == 0 ? null : step / 2;
        }

        @Override
        public void close() {
            assertThat(inside).hasValue(0);
            closes.incrementAndGet();
        }
    }

    @Test
    void elements_comeInOrderOnDemand_andTheEndWithoutMore() {
        Counting source = new Counting(10_000);
        StepVerifier.create(new Pull<>(() -> source, IO), 0)
                .thenRequest(2)
                .expectNext(0, 1)
                .then(() -> assertThat(source.steps).isEqualTo(4))
                .thenRequest(9_997)
                .expectNextCount(9_997)
                .thenRequest(1)
                .expectNext(9_999)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(source.closes).hasValue(1);
    }

    @Test
    void nothingAskedFor_nothingDone() {
        ManualIo io = new ManualIo();
        Counting source = new Counting(3);
        new Pull<>(() -> source, io).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {}
        });
        io.runAll();
        assertThat(source.steps).isZero();
    }

    @Test
    void longWork_letsOthersInBetween() {
        ManualIo io = new ManualIo();
        Counting source = new Counting(100_000);
        AtomicInteger stepsSeen = new AtomicInteger(-1);
        new Pull<>(() -> source, io).subscribe();
        io.schedule(() -> stepsSeen.set(source.steps));
        io.runAll();
        assertThat(stepsSeen.get()).isBetween(1, 1000);
        assertThat(source.steps).isEqualTo(200_000);
    }

    @Test
    void error_closesTheSource_andComesThroughAsItIs() {
        IllegalStateException own = new IllegalStateException();
        AtomicInteger closes = new AtomicInteger();
        Pull.Source<Integer> failing = new Pull.Source<>() {
            @Override
            public boolean isDone() {
                return false;
            }

            @Override
            public Integer step() {
                throw own;
            }

            @Override
            public void close() {
                closes.incrementAndGet();
            }
        };
        StepVerifier.create(new Pull<>(() -> failing, IO))
                .expectErrorMatches(e -> e == own)
                .verify(PATIENCE);
        assertThat(closes).hasValue(1);
    }

    @Test
    void cancelAfterTheLastElementWanted_closesTheSource() {
        Counting source = new Counting(1);
        StepVerifier.create(new Pull<>(() -> source, IO).take(1, true))
                .expectNext(0)
                .expectComplete()
                .verify(PATIENCE);
        Given.eventually("closed", () -> source.closes.get() == 1);
    }

    @Test
    void rejection_isAnError_andClosesTheSource() {
        Counting source = new Counting(5);
        ManualIo full = new ManualIo();
        full.setFull(true);
        StepVerifier.create(new Pull<>(() -> source, full))
                .expectError(RejectedExecutionException.class)
                .verify(PATIENCE);
        assertThat(source.closes).hasValue(1);
    }

    @Test
    void cancelAtAnyTime_closesOnce_andEndsTheSteps() {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            Counting source = new Counting(1_000_000);
            Disposable pull = Flux.from(new Pull<>(() -> source, IO))
                    .limitRate(1 + random.nextInt(50))
                    .subscribe();
            LockSupport.parkNanos(random.nextInt(20_000));
            pull.dispose();
            Given.eventually("closed", () -> source.closes.get() == 1);
        }
    }
}
