package io.reactivestore.decorate;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that runs a limited number of operations at once. More of them wait their turn, first come, first served; when too many
 * wait, the next fails at once with a retryable {@link io.reactivestore.error.StoreRejectedException}.
 *
 * <p>An operation holds a permit from its subscription to its last signal or its cancel: a {@code Mono} to its value, a {@code Flux}
 * to its end, however slowly it is consumed. A {@code get} holds one until it is answered, then each reading of the bytes one of
 * its own. {@code open} and {@code close} need none. A cancelled operation stops waiting.
 *
 * <p><b>An operation that waits for another one of the same store can wait for ever.</b> {@code store.deleteAll(store.list(p)...)},
 * or a {@code put} of bytes that it reads from the same store, holds one permit and needs a second; with as many of these at once
 * as there are permits, each waits for the others. Take what such an operation consumes from the inner store.
 */
public final class LimitedStore extends ForwardingStore {

    private final Permits permits;

    LimitedStore(Store inner, int maxConcurrent, int maxWaiting, StoreRuntime runtime) {
        super(inner);
        this.permits = new Permits(maxConcurrent, maxWaiting, runtime.delivery());
    }

    /**
     * Settings of a limited store.
     *
     * @param inner does the work; not closed by this store
     * @param maxConcurrent how many operations may run at once, at least 1
     */
    public static LimitedStoreBuilder builder(Store inner, int maxConcurrent) {
        return new LimitedStoreBuilder(inner, maxConcurrent);
    }

    /** How many operations run now. */
    public int runningCount() {
        return permits.runningCount();
    }

    /** How many operations wait now. */
    public int waitingCount() {
        return permits.waitingCount();
    }

    @Override
    public String toString() {
        return "LimitedStore[" + permits + ", " + inner() + "]";
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return new LimitedMono<>(work, permits, operation, key);
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return new LimitedFlux<>(work, permits, operation, key);
    }
}
