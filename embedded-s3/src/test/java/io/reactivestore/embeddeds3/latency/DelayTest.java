package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DelayTest {

    private static final int DRAWS = 200_000;

    @Test
    void typicalFirstByte_hasTheQuantilesItIsToldBy() {
        double[] millis = draw(LatencyLaw.typical().firstByte(), 1);
        assertThat(quantile(millis, 0.5)).isCloseTo(30, within(0.5));
        // The tail pushes what is below it up a little: the 95th of 100 is the 95.2nd of those outside of the tail.
        assertThat(quantile(millis, 0.95)).isCloseTo(203, within(6.0));
        assertThat(quantile(millis, 0.999)).isCloseTo(7500, within(500.0));
        long slow = Arrays.stream(millis).filter(m -> m >= 5000).count();
        assertThat(slow / (double) DRAWS).isCloseTo(0.002, within(0.0003));
        assertThat(millis[DRAWS - 1]).isLessThan(10_000);
    }

    @Test
    void lognormal_hasItsMedianAndItsP95() {
        double[] millis = draw(Delay.lognormal(Duration.ofMillis(10), Duration.ofMillis(40)), 2);
        assertThat(quantile(millis, 0.5)).isCloseTo(10, within(0.2));
        assertThat(quantile(millis, 0.95)).isCloseTo(40, within(1.0));
    }

    @Test
    void lognormalOfOneFigure_isThatFigure() {
        double[] millis = draw(Delay.lognormal(Duration.ofMillis(7), Duration.ofMillis(7)), 3);
        assertThat(millis[0]).isCloseTo(7, within(0.001));
        assertThat(millis[DRAWS - 1]).isCloseTo(7, within(0.001));
    }

    @Test
    void tail_isSpreadEvenly() {
        double[] millis = draw(Delay.none().withTail(1, Duration.ofMillis(100), Duration.ofMillis(200)), 4);
        assertThat(millis[0]).isGreaterThanOrEqualTo(100);
        assertThat(millis[DRAWS - 1]).isLessThan(200);
        assertThat(quantile(millis, 0.25)).isCloseTo(125, within(1.0));
        assertThat(quantile(millis, 0.75)).isCloseTo(175, within(1.0));
    }

    @Test
    void page_isFixed() {
        double[] millis = draw(LatencyLaw.typical().listPage(), 5);
        assertThat(millis[0]).isEqualTo(82);
        assertThat(millis[DRAWS - 1]).isEqualTo(82);
    }

    @Test
    void sameSeed_hasTheSameDelays_andAnotherOneOthers() {
        Pace one = new Pace(LatencySettings.defaults().withSeed(5));
        Pace same = new Pace(LatencySettings.defaults().withSeed(5));
        Pace other = new Pace(LatencySettings.defaults().withSeed(6));
        long[] delays = delays(one);
        assertThat(delays(same)).isEqualTo(delays);
        assertThat(delays(other)).isNotEqualTo(delays);
        assertThat(delays(one)).isNotEqualTo(delays);
    }

    @Test
    void speed_dividesEveryTime() {
        Pace slow = new Pace(LatencySettings.defaults());
        Pace fast = new Pace(LatencySettings.defaults().withSpeed(10));
        assertThat(fast.firstByteNanos(Operation.GET_OBJECT))
                .isCloseTo(slow.firstByteNanos(Operation.GET_OBJECT) / 10, within(1L));
        assertThat(slow.transferNanos(60_000_000)).isEqualTo(1_000_000_000);
        assertThat(fast.transferNanos(60_000_000)).isEqualTo(100_000_000);
    }

    @Test
    void delaysOfOneOperation_doNotDependOnAnother() {
        Pace alone = new Pace(LatencySettings.defaults());
        Pace mixed = new Pace(LatencySettings.defaults());
        mixed.firstByteNanos(Operation.HEAD_OBJECT);
        assertThat(mixed.firstByteNanos(Operation.GET_OBJECT)).isEqualTo(alone.firstByteNanos(Operation.GET_OBJECT));
    }

    @Test
    void impossibleLaw_isRefused() {
        assertThatThrownBy(() -> Delay.lognormal(Duration.ofMillis(2), Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Delay.lognormal(Duration.ZERO, Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Delay.none().withTail(1.1, Duration.ZERO, Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Delay.none().withTail(0.1, Duration.ofMillis(1), Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static long[] delays(Pace pace) {
        long[] delays = new long[100];
        Arrays.setAll(delays, i -> pace.firstByteNanos(Operation.GET_OBJECT));
        return delays;
    }

    /** Sorted, in milliseconds. */
    private static double[] draw(Delay delay, long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        double[] millis = new double[DRAWS];
        Arrays.setAll(millis, i -> delay.nanos(chance) / 1e6);
        Arrays.sort(millis);
        return millis;
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) (share * sorted.length)];
    }
}
