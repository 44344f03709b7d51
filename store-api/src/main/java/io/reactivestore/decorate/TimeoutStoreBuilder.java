package io.reactivestore.decorate;

import io.reactivestore.Keys;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import java.time.Duration;

/** Settings of a {@link TimeoutStore}. */
public final class TimeoutStoreBuilder {

    private static final Duration DEFAULT_ANSWER = Duration.ofSeconds(30);
    private static final Duration DEFAULT_WRITE = Duration.ofMinutes(5);
    private static final Duration DEFAULT_STALL = Duration.ofSeconds(30);

    private final Store inner;
    private Duration answer = DEFAULT_ANSWER;
    private Duration write = DEFAULT_WRITE;
    private Duration stall = DEFAULT_STALL;
    private StoreRuntime runtime = StoreRuntime.system();

    TimeoutStoreBuilder(Store inner) {
        this.inner = inner;
    }

    /** How long a get or head, or the collecting of the bytes of an answer, may take. Default: 30 s. */
    public TimeoutStoreBuilder answerWithin(Duration time) {
        this.answer = time;
        return this;
    }

    /** How long a put, copy, delete or deletePrefix may take, from its subscription on. Default: 5 minutes. */
    public TimeoutStoreBuilder writeWithin(Duration time) {
        this.write = time;
        return this;
    }

    /** How long the next of many answers, or the next buffer of a body, may take once it is asked for. Default: 30 s. */
    public TimeoutStoreBuilder stallAfter(Duration time) {
        this.stall = time;
        return this;
    }

    /** Whose timers are used. Default: {@link StoreRuntime#system()}. */
    public TimeoutStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = runtime;
        return this;
    }

    /** The store. Nothing is opened yet. */
    public TimeoutStore build() {
        Keys.requireNonNull("build", "runtime", runtime);
        TimeoutStore.Times times = new TimeoutStore.Times(
                requireTime("answerWithin", answer),
                requireTime("writeWithin", write),
                requireTime("stallAfter", stall));
        return new TimeoutStore(inner, times, runtime);
    }

    private static Duration requireTime(String name, Duration time) {
        Keys.requireNonNull("build", name, time);
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": need more than zero, was " + time);
        }
        return time;
    }
}
