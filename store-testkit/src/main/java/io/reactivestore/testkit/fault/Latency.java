package io.reactivestore.testkit.fault;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** A law that says how long something takes. */
@FunctionalInterface
public interface Latency {

    /** How long it takes this time. */
    Duration next(RandomGenerator random);

    /** No time at all. */
    static Latency none() {
        return fixed(Duration.ZERO);
    }

    /** Always the same. */
    static Latency fixed(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("latency: need 0 or more, was " + time);
        }
        return random -> time;
    }

    /** Every time from {@code min} to {@code max} equally often. */
    static Latency uniform(Duration min, Duration max) {
        if (min.isNegative() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException("latency: need 0 <= min <= max, was " + min + " and " + max);
        }
        long from = min.toNanos();
        long span = max.toNanos() - from;
        return random -> Duration.ofNanos(from + (span == 0 ? 0 : random.nextLong(span + 1)));
    }

    /** Half of the times below {@code median}, 95 of 100 below {@code p95}, and now and then a much longer one. */
    static Latency lognormal(Duration median, Duration p95) {
        if (median.isNegative() || median.isZero() || p95.compareTo(median) < 0) {
            throw new IllegalArgumentException("latency: need 0 < median <= p95, was " + median + " and " + p95);
        }
        double mu = Math.log((double) median.toNanos());
        // 1.6448… is where the normal distribution has its 95th percentile.
        double sigma = (Math.log((double) p95.toNanos()) - mu) / 1.6448536269514722;
        return random -> Duration.ofNanos((long) Math.exp(mu + sigma * random.nextGaussian()));
    }

    /** This law, and with some probability another one instead: the slow ones. */
    default Latency withTail(double probability, Latency tail) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("latency: need a probability of 0..1, was " + probability);
        }
        Objects.requireNonNull(tail, "tail");
        return random -> random.nextDouble() < probability ? tail.next(random) : next(random);
    }
}
