package io.reactivestore.cache;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long copies of an object are good for. The two windows begin at {@code maxAge}, each for itself.
 *
 * @param maxAge how old a copy may get before the source has to confirm it; null for any age, zero for none
 * @param staleWhileRevalidate for how long after that it is served all the same, while the source is asked behind
 * @param staleIfError for how long after that it is served if the source fails in a way that another try may mend
 */
public record Lifetime(@Nullable Duration maxAge, Duration staleWhileRevalidate, Duration staleIfError) {

    public Lifetime {
        Objects.requireNonNull(staleWhileRevalidate, "staleWhileRevalidate");
        Objects.requireNonNull(staleIfError, "staleIfError");
        if (maxAge != null) {
            requireNotNegative("maxAge", maxAge);
        }
        requireNotNegative("staleWhileRevalidate", staleWhileRevalidate);
        requireNotNegative("staleIfError", staleIfError);
        boolean hasWindow = !staleWhileRevalidate.isZero() || !staleIfError.isZero();
        if (maxAge == null && hasWindow) {
            throw new IllegalArgumentException(
                    "freshness: copies of any age are never stale; set maxAge, or neither staleWhileRevalidate nor staleIfError");
        }
    }

    /** Copies never grow too old. */
    public static Lifetime anyAge() {
        return new Lifetime(null, Duration.ZERO, Duration.ZERO);
    }

    /** Copies are good until this age, and never stale. */
    public static Lifetime of(Duration maxAge) {
        return new Lifetime(Objects.requireNonNull(maxAge, "maxAge"), Duration.ZERO, Duration.ZERO);
    }

    static Duration requireNotNegative(String name, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("freshness." + name + ": need zero or more, was " + time);
        }
        return time;
    }
}
