package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** When a read is sent again, what becomes of the attempts, and what it gains under the usual law of an object store. */
class HedgingTest {

    private static final boolean SLOW = Boolean.getBoolean("reactivestore.slow");
    private static final int REQUESTS = SLOW ? 200_000 : 40_000;

    /** Of 40,000 requests, 40 decide over the last thousandth. */
    private static final double ROOM_FOR_CHANCE = SLOW ? 1 : 0.7;

    private static final Duration USUAL = Duration.ofMillis(10);
    private static final Duration NEVER = Duration.ofDays(1);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Simulation simulation = runtime.simulation();
    private final Hedging hedging = new Hedging(0.05, runtime, new Alarms(runtime), () -> false);
    private final Deque<Mono<String>> answers = new ArrayDeque<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();

    @Test
    void withoutKnownLatencies_nothingIsSentAgain() {
        answers.add(Mono.never());
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(attempts).hasValue(1);
        reader.cancel();
        assertThat(cancels).hasValue(1);
    }

    @Test
    void lateRead_isSentAgain_andTheFirstAnswerWins() {
        learn();
        answers.add(after(NEVER, "first"));
        answers.add(after(USUAL, "second"));
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofMillis(50));
        assertThat(reader.getReceivedOnNext()).containsExactly("second");
        assertThat(cancels).as("the loser is cancelled").hasValue(1);
        assertThat(hedging.sent()).isEqualTo(1);
    }

    @Test
    void firstAttempt_mayStillWin() {
        learn();
        answers.add(after(USUAL.multipliedBy(2), "first"));
        answers.add(after(NEVER, "second"));
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofMillis(50));
        assertThat(reader.getReceivedOnNext()).containsExactly("first");
        assertThat(cancels).hasValue(1);
    }

    @Test
    void errorBeforeItIsLate_isTold_andNothingIsSentAgain() {
        learn();
        answers.add(Mono.error(new IllegalStateException("broken")));
        assertThat(read().expectTerminalError()).hasMessage("broken");
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(attempts).hasValue(1);
    }

    @Test
    void errorOfOneOfTwo_waitsForTheOther() {
        learn();
        answers.add(Mono.delay(USUAL.multipliedBy(2), runtime.timers())
                .then(Mono.error(new IllegalStateException("first"))));
        answers.add(after(USUAL.multipliedBy(3), "second"));
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(reader.getReceivedOnNext()).containsExactly("second");
    }

    @Test
    void errorsOfAll_areToldAsTheLastOne() {
        learn();
        for (int i = 1; i <= 3; i++) {
            answers.add(Mono.delay(USUAL.multipliedBy(4), runtime.timers())
                    .then(Mono.error(new IllegalStateException("attempt " + i))));
        }
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(reader.expectTerminalError()).hasMessage("attempt 3");
        assertThat(attempts).hasValue(3);
    }

    @Test
    void cancel_endsAllAttempts() {
        learn();
        answers.add(Mono.never());
        answers.add(Mono.never());
        answers.add(Mono.never());
        TestSubscriber<String> reader = read();
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(attempts).as("no more than three").hasValue(3);
        reader.cancel();
        assertThat(cancels).hasValue(3);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(attempts).hasValue(3);
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void throttling_endsIt_untilTheServiceHasBeenQuietForAWhile() {
        learn();
        hedging.throttled();
        answers.add(Mono.never());
        read();
        simulation.runFor(Duration.ofSeconds(9));
        assertThat(hedging.sent()).isZero();
        answers.add(Mono.never());
        answers.add(Mono.never());
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(hedging.sent()).as("what is still late by then").isEqualTo(2);
    }

    @Test
    void lateRead_thatMayNotBeSentAgain_isWhenItMay() {
        learn();
        for (int i = 0; i < 100; i++) {
            answers.add(Mono.never()); // a pause that makes many late at once
        }
        for (int i = 0; i < 50; i++) {
            read();
        }
        simulation.runFor(Duration.ofMillis(100));
        long spent = hedging.sent();
        assertThat(spent).as("the bucket is empty").isLessThan(50);
        answers.clear();
        for (int i = 0; i < 40; i++) {
            answers.add(after(Duration.ofMillis(1), "usual"));
            read();
        }
        answers.add(Mono.never());
        answers.add(Mono.never());
        simulation.runFor(Duration.ofMillis(100));
        assertThat(hedging.sent()).as("a twentieth of 40 is two tokens").isEqualTo(spent + 2);
    }

    @Test
    void budget_isNotExceeded_whenAllIsLate() {
        learn();
        long before = hedging.sent();
        for (int i = 0; i < 2_000; i++) {
            for (int attempt = 0; attempt < 3; attempt++) {
                answers.add(after(USUAL.multipliedBy(20), "late"));
            }
            read();
            simulation.runFor(Duration.ofMillis(300));
            answers.clear();
        }
        // A bucket of 20 on top of a twentieth; and what was late becomes usual.
        assertThat(hedging.sent() - before).isLessThanOrEqualTo(20 + 100);
    }

    /** First byte lognormal, median 30 ms, 95 % within 200 ms; one of 500 takes 5 to 10 s. */
    @ParameterizedTest
    @CsvSource({"0.02, 10, 0.021", "0.05, 15, 0.05"})
    void tail_isCut_withinTheBudget(double budget, double gain, double mostExtra) {
        for (long seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            SimulatedRuntime own = SimulatedRuntime.seeded(seed);
            Hedging hedged = new Hedging(budget, own, new Alarms(own), () -> false);
            Mono<Long> request = Mono.defer(() -> Mono.delay(Duration.ofNanos(latency(random)), own.timers()));
            long[] plain = new long[REQUESTS];
            long[] better = new long[REQUESTS];
            for (int i = 0; i < REQUESTS; i++) {
                int at = i;
                plain[i] = latency(random);
                long begin = own.nanoTime();
                hedged.hedged(Hedging.Kind.SMALL, request).subscribe(done -> better[at] = own.nanoTime() - begin);
                own.simulation().runFor(Duration.ofMillis(2));
            }
            own.simulation().runUntilIdle();
            double shorter = (double) percentile(plain, 0.999) / percentile(better, 0.999);
            assertThat(shorter).as("p99.9, seed " + seed).isGreaterThanOrEqualTo(gain * ROOM_FOR_CHANCE);
            assertThat((double) hedged.sent() / REQUESTS)
                    .as("extra requests, seed " + seed)
                    .isLessThanOrEqualTo(mostExtra);
        }
    }

    private static long latency(Random random) {
        double millis = random.nextInt(500) == 0
                ? 5_000 + 5_000 * random.nextDouble()
                : 30 * Math.exp(Math.log(200.0 / 30) / 1.645 * random.nextGaussian());
        return (long) (millis * 1e6);
    }

    private static long percentile(long[] values, double share) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * sorted.length)];
    }

    /** Enough requests of the usual time that it is known what is late. */
    private void learn() {
        for (int i = 0; i < 600; i++) {
            answers.add(after(USUAL, "usual"));
            read();
            simulation.runFor(Duration.ofMillis(20));
        }
        attempts.set(0);
        assertThat(hedging.sent()).isZero();
    }

    private Mono<String> after(Duration time, String answer) {
        return Mono.delay(time, runtime.timers()).thenReturn(answer);
    }

    private TestSubscriber<String> read() {
        TestSubscriber<String> reader = TestSubscriber.create();
        hedging.hedged(
                        Hedging.Kind.SMALL,
                        Mono.defer(() -> {
                                    attempts.incrementAndGet();
                                    return answers.remove();
                                })
                                .doOnCancel(cancels::incrementAndGet))
                .subscribe(reader);
        return reader;
    }
}
