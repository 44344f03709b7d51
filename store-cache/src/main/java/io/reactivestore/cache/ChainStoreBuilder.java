package io.reactivestore.cache;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** Settings of a {@link ChainStore}. Reads ask memory, then the other stores as they were added, then the last one. */
public final class ChainStoreBuilder {

    private final CacheStoreBuilder cache;
    private boolean hasTier;

    ChainStoreBuilder(Store last) {
        this.cache = CacheStore.builder(last).chained();
    }

    /** Keeps the most recently used objects in memory, before all stores. */
    public ChainStoreBuilder memory(Consumer<MemorySpec> settings) {
        cache.memory(settings);
        hasTier = true;
        return this;
    }

    /** Adds a store without a limit. See {@link #tier(Store, Consumer)}. */
    public ChainStoreBuilder tier(Store store) {
        return tier(store, settings -> {});
    }

    /**
     * Adds a store before the last and behind those added already.
     *
     * @param store must be able to delete and to keep attributes, and be written to by nobody else; not closed by the chain
     */
    public ChainStoreBuilder tier(Store store, Consumer<TierSpec> settings) {
        cache.tier(store, settings);
        hasTier = true;
        return this;
    }

    /** The largest object that is copied to the stores above. Default: 16 MiB, or the {@code maxBytes} of one of them if less. */
    public ChainStoreBuilder maxEntryBytes(long maxEntryBytes) {
        cache.maxEntryBytes(maxEntryBytes);
        return this;
    }

    /** How long after the end of a request without an answer the last store may still apply it. Default: one minute. */
    public ChainStoreBuilder inDoubt(Duration inDoubt) {
        cache.inDoubt(inDoubt);
        return this;
    }

    /** Time, randomness and threads. Default: the machine's. */
    public ChainStoreBuilder runtime(StoreRuntime runtime) {
        cache.runtime(runtime);
        return this;
    }

    /** The store; nothing is opened yet. */
    public ChainStore build() {
        return build(Mono.empty());
    }

    ChainStore build(Mono<Void> closeOwned) {
        if (!hasTier) {
            throw new IllegalArgumentException("ChainStore: needs memory or a store before the last one");
        }
        return new ChainStore(cache.build(), closeOwned);
    }
}
