package io.reactivestore.decorate;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store whose operations end with a {@link StoreTimeoutException} if they take too long.
 *
 * <p>An operation with one answer, the collecting of bytes included, has to give it within the time for answers; one that writes, within
 * the time for writes, since it also sends what is written. An operation with many answers, and a body, has to give the next one within
 * the time for stalls, which runs only while more is asked for: a slow consumer never times out. A bulk delete has no limit, since it
 * waits for its keys.
 *
 * <p>What took too long is cancelled. A write may have been applied all the same, or may be yet. Belongs inside of what tries again
 * ({@link RetryingStore}), so that each attempt has its time; and below a cache, whose shared loads should not end for the patience of one
 * of many.
 */
public final class TimeoutStore extends ForwardingStore {

    private final Times times;
    private final StoreRuntime runtime;

    /** How long each may take. */
    record Times(Duration answer, Duration write, Duration stall) {}

    TimeoutStore(Store inner, Times times, StoreRuntime runtime) {
        super(inner);
        this.times = times;
        this.runtime = runtime;
    }

    /**
     * Settings of a store with time limits.
     *
     * @param inner does the work; not closed by this store
     */
    public static TimeoutStoreBuilder builder(Store inner) {
        return new TimeoutStoreBuilder(inner);
    }

    @Override
    public String toString() {
        return "TimeoutStore[" + times + ", " + inner() + "]";
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        Duration time = operation.equals("get") || operation.equals("head") ? times.answer : times.write;
        return work.timeout(time, runtime.timers())
                .onErrorMap(
                        TimeoutException.class,
                        late -> new StoreTimeoutException(operation, key, "no answer within " + time, late));
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        if (operation.equals("deleteAll")) {
            return work;
        }
        return new StallTimeoutFlux<>(
                work,
                times.stall,
                runtime,
                () -> new StoreTimeoutException(operation, key, "nothing came for " + times.stall, null));
    }
}
