package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the limit makes of answers, refusals and late first bytes; and how it does with a service that bears so many requests. */
class AdaptiveLimitTest {

    private static final int MAX = 64;
    private static final long USUAL = 30_000_000;

    private final AdaptiveLimit limit = new AdaptiveLimit(MAX);

    @Test
    void itBeginsAtTheMost_andStaysThere_whileNothingIsWrong() {
        assertThat(limit.limit()).isEqualTo(MAX);
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            // The usual law of an object store: one of 500 takes 5 to 10 s.
            double millis = random.nextInt(500) == 0 ? 7_000 : 30 * Math.exp(1.15 * random.nextGaussian());
            limit.firstByte(Hedging.Kind.SMALL, (long) (millis * 1e6));
            limit.answered(MAX);
            assertThat(limit.limit()).isEqualTo(MAX);
        }
    }

    @Test
    void loneRefusal_takesAFifth_onceForAllThatWereUnderWay() {
        limit.refused(MAX);
        for (int i = 0; i < MAX / 8 - 1; i++) {
            limit.refused(MAX);
        }
        assertThat(limit.limit()).isEqualTo(51);
    }

    @Test
    void burstOfRefusals_halves_onceForAllThatWereUnderWay_downToOne() {
        for (int i = 0; i < MAX; i++) {
            limit.refused(MAX);
        }
        assertThat(limit.limit()).isEqualTo(MAX / 2);
        for (int i = 0; i < 1_000; i++) {
            limit.refused(1);
        }
        assertThat(limit.limit()).isEqualTo(1);
    }

    @Test
    void limitThatIsUsed_grows_andOneThatIsNot_doesNot() {
        limit.refused(1);
        limit.refused(1);
        for (int i = 0; i < 10_000; i++) {
            limit.answered(limit.limit() - 1);
        }
        assertThat(limit.limit()).isEqualTo(MAX / 2);
        for (int i = 0; i < MAX / 2 + 1; i++) {
            limit.answered(limit.limit());
        }
        assertThat(limit.limit()).as("one for each round").isEqualTo(MAX / 2 + 1);
        for (int i = 0; i < 10_000; i++) {
            limit.answered(limit.limit());
        }
        assertThat(limit.limit()).isEqualTo(MAX);
    }

    @Test
    void lateFirstBytes_shrinkIt_byKind_toAQuarter_andAreUsualAfterAWhile() {
        windows(Hedging.Kind.SMALL, USUAL, 1);
        windows(Hedging.Kind.LIST, 20 * USUAL, 1);
        assertThat(limit.limit()).as("another kind has its own times").isEqualTo(MAX);
        windows(Hedging.Kind.SMALL, 4 * USUAL, 5);
        assertThat(limit.limit()).isLessThan(MAX * 2 / 3);
        windows(Hedging.Kind.SMALL, 1000 * USUAL, 50);
        assertThat(limit.limit()).isEqualTo(MAX / 4);
        windows(Hedging.Kind.SMALL, 1000 * USUAL, 100);
        for (int i = 0; i < 100_000; i++) {
            limit.firstByte(Hedging.Kind.SMALL, 1000 * USUAL);
            limit.answered(limit.limit());
        }
        assertThat(limit.limit()).as("it has always been so").isEqualTo(MAX);
    }

    @Test
    void serverCloseBy_isNotLate_withinAFewMilliseconds() {
        windows(Hedging.Kind.SMALL, 200_000, 1);
        windows(Hedging.Kind.SMALL, 10_000_000, 20);
        assertThat(limit.limit()).isEqualTo(MAX);
        windows(Hedging.Kind.SMALL, 11_000_000, 1);
        assertThat(limit.limit()).isLessThan(MAX);
    }

    @Test
    void fixedLimit_stays() {
        AdaptiveLimit fixed = AdaptiveLimit.fixed(7);
        fixed.refused(7);
        fixed.firstByte(Hedging.Kind.SMALL, 1);
        fixed.answered(7);
        assertThat(fixed.limit()).isEqualTo(7);
    }

    private void windows(Hedging.Kind kind, long nanos, int count) {
        for (int i = 0; i < 200 * count; i++) {
            limit.firstByte(kind, nanos);
        }
    }

    /** The service answers in 30 ms as many as it bears, and refuses the others at once. Each request is made anew until it is answered. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 60})
    void serviceThatRefusesWhatIsTooMuch_isUsedWell_withFewRefusals(int bears) {
        Service service = new Service(bears);
        Duration time = Duration.ofSeconds(30);
        for (int i = 0; i < 200; i++) {
            service.ask();
        }
        service.runtime.simulation().runFor(time);
        double best = bears * time.toNanos() / (double) USUAL;
        assertThat(service.answered / best).as("of what it could answer").isGreaterThan(0.7);
        // The limit tries one more each round: of a service that bears one, every second is too much.
        assertThat((double) service.refused / (service.answered + service.refused))
                .as("refused")
                .isLessThan(bears == 1 ? 0.75 : 0.2);
    }

    /** A model of a server behind a line, in virtual time. */
    private static final class Service {

        private final SimulatedRuntime runtime = SimulatedRuntime.seeded(3);
        private final RequestLine line = new RequestLine(new AdaptiveLimit(MAX), 1_000, runtime.delivery());
        private final int bears;
        private int busy;
        private long answered;
        private long refused;

        Service(int bears) {
            this.bears = bears;
        }

        void ask() {
            RequestLine.Waiter waiter = new RequestLine.Waiter() {
                @Override
                public void start(RequestLine.Turn turn) {
                    serve(turn);
                }

                @Override
                public void refuse(RuntimeException reason) {
                    throw reason;
                }
            };
            RequestLine.Turn turn = line.enter(waiter, true);
            if (turn.startsAtOnce()) {
                serve(turn);
            }
        }

        private void serve(RequestLine.Turn turn) {
            assertThat(line.running()).isLessThanOrEqualTo(MAX);
            boolean fits = busy < bears;
            busy += fits ? 1 : 0;
            var unused =
                    runtime.timers().schedule(() -> ended(turn, fits), fits ? USUAL : USUAL / 15, TimeUnit.NANOSECONDS);
        }

        private void ended(RequestLine.Turn turn, boolean fits) {
            if (fits) {
                busy--;
                answered++;
                line.firstByte(Hedging.Kind.SMALL, USUAL);
                turn.answered();
            } else {
                refused++;
                line.refused();
                turn.end();
            }
            ask();
        }
    }
}
