package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long something takes: a law that chance is put into. The same chance gives the same time. */
@FunctionalInterface
public interface Delay extends Serializable {

    /** One time, in nanoseconds, at least 0. */
    long nanos(RandomGenerator chance);

    /** No time at all. */
    static Delay none() {
        return chance -> 0;
    }

    /** Always the same time. */
    static Delay fixed(Duration time) {
        long nanos = time.toNanos();
        return chance -> nanos;
    }

    /** Lognormal, told by two of its quantiles: half of the times are below {@code median}, 95 % below {@code p95}. */
    static Delay lognormal(Duration median, Duration p95) {
        double middle = Math.log((double) median.toNanos());
        // 1.6449 standard deviations above the middle of a normal law lie 5 % of it.
        double deviation = (Math.log((double) p95.toNanos()) - middle) / 1.644853627;
        if (!(deviation >= 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException("lognormal: need 0 < median <= p95, was " + median + ", " + p95);
        }
        return chance -> (long) Math.exp(middle + deviation * chance.nextGaussian());
    }

    /** This law, but for a share of all times, which are spread evenly from {@code from} to {@code to} instead. */
    default Delay withTail(double share, Duration from, Duration to) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share: need 0..1, was " + share);
        }
        long low = from.toNanos();
        long high = to.toNanos();
        if (low < 0 || high <= low) {
            throw new IllegalArgumentException("withTail: need 0 <= from < to, was " + from + ", " + to);
        }
        return chance -> chance.nextDouble() < share ? chance.nextLong(low, high) : nanos(chance);
    }
}
