package io.reactivestore.cache;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How long copies are good for. Default: for ever, which is right only where nobody else writes to the source. */
public final class FreshnessSpec {

    private @Nullable Duration maxAge;

    FreshnessSpec() {}

    /**
     * A copy of this age or older is not served before the source has confirmed it. It counts from the read of the source, over restarts
     * and from tier to tier.
     *
     * @param maxAge more than zero; for reads that must always ask the source there are {@code REVALIDATE} and {@code SOURCE_ONLY}
     */
    public FreshnessSpec maxAge(Duration maxAge) {
        Objects.requireNonNull(maxAge, "freshness.maxAge");
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("freshness.maxAge: need more than zero, was " + maxAge
                    + "; to ask the source on every read, use ReadMode.REVALIDATE or ReadMode.SOURCE_ONLY");
        }
        this.maxAge = maxAge;
        return this;
    }

    /** Copies never grow too old. */
    public FreshnessSpec anyAge() {
        this.maxAge = null;
        return this;
    }

    @Nullable Duration build() {
        return maxAge;
    }
}
