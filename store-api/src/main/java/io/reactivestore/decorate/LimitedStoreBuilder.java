package io.reactivestore.decorate;

import io.reactivestore.Keys;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;

/** Settings of a {@link LimitedStore}. */
public final class LimitedStoreBuilder {

    /** Enough for a burst; a longer line is a sign that the callers should be told. */
    private static final int DEFAULT_MAX_WAITING = 1024;

    private final Store inner;
    private final int maxConcurrent;
    private int maxWaiting = DEFAULT_MAX_WAITING;
    private StoreRuntime runtime = StoreRuntime.system();

    LimitedStoreBuilder(Store inner, int maxConcurrent) {
        this.inner = inner;
        this.maxConcurrent = maxConcurrent;
    }

    /** How many operations may wait. Default: 1024; with 0, what cannot start at once is refused. */
    public LimitedStoreBuilder maxWaiting(int operations) {
        this.maxWaiting = operations;
        return this;
    }

    /** Whose delivery scheduler starts the operations that waited. Default: {@link StoreRuntime#system()}. */
    public LimitedStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = runtime;
        return this;
    }

    /** The store. Nothing is opened yet. */
    public LimitedStore build() {
        Keys.requireNonNull("build", "runtime", runtime);
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("maxConcurrent: need 1 or more, was " + maxConcurrent);
        }
        if (maxWaiting < 0) {
            throw new IllegalArgumentException("maxWaiting: need 0 or more, was " + maxWaiting);
        }
        return new LimitedStore(inner, maxConcurrent, maxWaiting, runtime);
    }
}
