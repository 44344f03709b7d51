package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.StoreRuntime;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Order and bounds of the line, and threads that enter, end and leave as they like. */
class RequestLineRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 500_000 : 5_000;
    private static final int MAX = 4;

    @Test
    void waiters_startInTheirOrder_andOneThatLeftIsPassedOver() {
        SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
        RequestLine line = new RequestLine(new AdaptiveLimit(1), 3, runtime.delivery());
        List<Integer> started = new ArrayList<>();
        List<RequestLine.Turn> turns = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            turns.add(line.enter(new Noting(started, i), true));
        }
        assertThat(turns.get(0).startsAtOnce()).isTrue();
        assertThat(line.isBusy()).isTrue();
        Noting refused = new Noting(started, 9);
        RequestLine.Turn none = line.enter(refused, true);
        assertThat(refused.reason).hasMessage("1 requests are under way and 3 wait: no more of them may");
        none.end();
        turns.add(line.enter(new Noting(started, 4), false));
        turns.get(2).end();
        for (int i : new int[] {0, 1, 3}) {
            turns.get(i).answered();
            turns.get(i).answered();
            runtime.simulation().runUntilIdle();
        }
        assertThat(started).containsExactly(1, 3, 4);
        assertThat(line.running()).isEqualTo(1);
        turns.get(4).end();
        assertThat(line.running()).isZero();
        assertThat(line.waiting()).isZero();
    }

    @Test
    void limitThatShrinks_letsThoseThatRunGoOn_andOneThatGrows_startsSeveral() {
        SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
        AdaptiveLimit limit = new AdaptiveLimit(4);
        RequestLine line = new RequestLine(limit, 100, runtime.delivery());
        List<Integer> started = new ArrayList<>();
        List<RequestLine.Turn> turns = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            turns.add(line.enter(new Noting(started, i), true));
        }
        line.refused();
        line.refused();
        assertThat(line.limit()).isEqualTo(2);
        turns.get(0).end();
        turns.get(1).end();
        runtime.simulation().runUntilIdle();
        assertThat(started).as("two still run").isEmpty();
        turns.get(2).end();
        turns.get(3).end();
        runtime.simulation().runUntilIdle();
        assertThat(started).containsExactlyInAnyOrder(4, 5);
        int next = 4;
        while (line.limit() < 3) {
            turns.get(next++).answered();
            runtime.simulation().runUntilIdle();
        }
        assertThat(line.running()).isEqualTo(3);
        assertThat(started).as("in their order, and one more than ended").hasSize(next - 4 + 3);
        assertThat(java.util.Collections.max(started)).isEqualTo(next + 2);
    }

    @Test
    void anyThreads_neverHaveMoreThanTheLimit_andAllEnd() throws Exception {
        RequestLine line = new RequestLine(
                new AdaptiveLimit(MAX), 1_000, StoreRuntime.system().delivery());
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger doubled = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            threads.execute(() -> {
                for (int i = 0; i < ROUNDS / 4; i++) {
                    while (line.waiting() > 900) {
                        Thread.onSpinWait();
                    }
                    Request request = new Request(random.nextInt(4), running, most, ended, doubled, line);
                    request.enter();
                    if (random.nextInt(3) == 0) {
                        request.cancel();
                    }
                    if (random.nextInt(50) == 0) {
                        line.refused();
                    }
                }
                done.countDown();
            });
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();
        await().atMost(Verify.PATIENCE).until(() -> ended.get() == ROUNDS);
        assertThat(line.running()).isZero();
        assertThat(line.waiting()).isZero();
        assertThat(doubled).as("started twice, or after it was refused").hasValue(0);
        assertThat(most.get()).isBetween(1, MAX);
    }

    private static final class Noting implements RequestLine.Waiter {

        private final List<Integer> started;
        private final int number;
        private @Nullable RuntimeException reason;

        Noting(List<Integer> started, int number) {
            this.started = started;
            this.number = number;
        }

        @Override
        public void start(RequestLine.Turn turn) {
            started.add(number);
        }

        @Override
        public void refuse(RuntimeException why) {
            reason = why;
        }
    }

    /** Runs for a moment, unless it is cancelled while it waits. */
    private static final class Request implements RequestLine.Waiter {

        private enum State {
            NEW,
            RUNNING,
            OVER
        }

        private final int way;
        private final AtomicInteger running;
        private final AtomicInteger most;
        private final AtomicInteger ended;
        private final AtomicInteger doubled;
        private final RequestLine line;
        private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
        private volatile RequestLine.@Nullable Turn turn;

        Request(
                int way,
                AtomicInteger running,
                AtomicInteger most,
                AtomicInteger ended,
                AtomicInteger doubled,
                RequestLine line) {
            this.way = way;
            this.running = running;
            this.most = most;
            this.ended = ended;
            this.doubled = doubled;
            this.line = line;
        }

        void enter() {
            RequestLine.Turn got = line.enter(this, way != 0);
            turn = got;
            if (got.startsAtOnce()) {
                start(got);
            }
        }

        @Override
        public void start(RequestLine.Turn got) {
            if (!state.compareAndSet(State.NEW, State.RUNNING)) {
                if (state.get() == State.RUNNING) {
                    doubled.incrementAndGet();
                }
                got.end();
                return;
            }
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            if (way == 1) {
                Thread.yield();
            }
            running.decrementAndGet();
            state.set(State.OVER);
            ended.incrementAndGet();
            if (way == 2) {
                got.end();
            } else {
                got.answered();
            }
        }

        @Override
        public void refuse(RuntimeException reason) {
            doubled.incrementAndGet();
        }

        void cancel() {
            if (state.compareAndSet(State.NEW, State.OVER)) {
                ended.incrementAndGet();
                RequestLine.Turn got = turn;
                if (got != null) {
                    got.end();
                }
            }
        }
    }
}
