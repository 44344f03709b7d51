package io.reactivestore.decorate;

import io.reactivestore.Keys;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import java.time.Duration;

/** Settings of a {@link RetryingStore}. */
public final class RetryingStoreBuilder {

    private static final int DEFAULT_MAX_ATTEMPTS = 3;
    private static final Duration DEFAULT_MIN_PAUSE = Duration.ofMillis(100);
    private static final Duration DEFAULT_MAX_PAUSE = Duration.ofSeconds(5);

    private final Store inner;
    private int maxAttempts = DEFAULT_MAX_ATTEMPTS;
    private Duration minPause = DEFAULT_MIN_PAUSE;
    private Duration maxPause = DEFAULT_MAX_PAUSE;
    private StoreRuntime runtime = StoreRuntime.system();

    RetryingStoreBuilder(Store inner) {
        this.inner = inner;
    }

    /** How often an operation is tried in all; a listing, since its last key. Default: 3. */
    public RetryingStoreBuilder maxAttempts(int attempts) {
        this.maxAttempts = attempts;
        return this;
    }

    /**
     * How long to wait before trying again: after the first failure between half of {@code min} and {@code min}, after each further one
     * twice that, but no longer than {@code max}. Default: 100 ms, 5 s.
     */
    public RetryingStoreBuilder pauses(Duration min, Duration max) {
        this.minPause = min;
        this.maxPause = max;
        return this;
    }

    /** Whose timers, randomness and delivery scheduler are used. Default: {@link StoreRuntime#system()}. */
    public RetryingStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = runtime;
        return this;
    }

    /** The store. Nothing is opened yet. */
    public RetryingStore build() {
        Keys.requireNonNull("build", "runtime", runtime);
        Keys.requireNonNull("build", "min", minPause);
        Keys.requireNonNull("build", "max", maxPause);
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts: need 1 or more, was " + maxAttempts);
        }
        if (minPause.isNegative() || minPause.isZero() || maxPause.compareTo(minPause) < 0) {
            throw new IllegalArgumentException(
                    "pauses: need more than zero and min at most max, were " + minPause + " and " + maxPause);
        }
        return new RetryingStore(inner, new Retries(maxAttempts, minPause, maxPause, runtime));
    }
}
