package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.local.LocalStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Several stores as one: the fastest first, the one that keeps everything last.
 *
 * <p>A read of an object asks them in order, each once at most; the first that has it answers, and those above that one get a copy
 * behind the caller. A put is written to the last store and is done when that has it; the copies above follow. If it fails, no copy is left
 * above. Everything else acts on the last store: delete, copy, lists, {@code head}, {@code exists}, and the conditions of reads and
 * writes. A copy above that this shows to be outdated is dropped. A store above that fails or hangs makes the chain slower and fails
 * nobody.
 *
 * <p>After a write through the chain is acknowledged, no read through it returns older bytes, also where a copy above could not be
 * deleted. Nobody else may write to the stores above. What others write to the last one is not seen while there is a copy above.
 *
 * <p>Below this is a {@link CacheStore} of unlimited age: objects of more than {@code maxEntryBytes} are not copied, nor are parts of
 * objects; copies lie under the keys of their objects, beside notes under {@code .reactivestore/}. The first operation waits for the stores above to be open,
 * a second at most. Stores that are passed in are opened, but not closed.
 */
public final class ChainStore extends ForwardingStore {

    private static final long DEFAULT_MEMORY_BYTES = 64 << 20;

    private final CacheStore cache;
    private final Mono<Void> closeOwned;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();

    /** @param closeOwned closes what was made for this chain */
    ChainStore(CacheStore cache, Mono<Void> closeOwned) {
        super(cache);
        this.cache = cache;
        this.closeOwned = closeOwned;
    }

    /**
     * A chain of these stores, without limits.
     *
     * @param stores at least two, from the first to be asked to the last
     */
    public static ChainStore of(Store... stores) {
        if (stores.length < 2) {
            throw new IllegalArgumentException("ChainStore: needs two stores or more, was given " + stores.length);
        }
        ChainStoreBuilder builder = builder(stores[stores.length - 1]);
        for (int i = 0; i < stores.length - 1; i++) {
            builder.tier(stores[i]);
        }
        return builder.build();
    }

    /** Files in a directory, and at most 64 MiB of them in memory. See {@link #inDirectory(Path, long)}. */
    public static ChainStore inDirectory(Path directory) {
        return inDirectory(directory, DEFAULT_MEMORY_BYTES);
    }

    /**
     * Files in a directory, and the most recently used of them in memory.
     *
     * @param directory as for {@link LocalStore}; it can be opened again later, and by other programs for reading
     * @param maxMemoryBytes how much memory they may take, as {@link MemorySpec#maxBytes}
     */
    public static ChainStore inDirectory(Path directory, long maxMemoryBytes) {
        LocalStore files = LocalStore.create(directory);
        return builder(files).memory(memory -> memory.maxBytes(maxMemoryBytes)).build(files.close());
    }

    /**
     * Starts the settings of a chain.
     *
     * @param last the store that keeps everything; not closed by the chain
     */
    public static ChainStoreBuilder builder(Store last) {
        return new ChainStoreBuilder(Objects.requireNonNull(last, "ChainStore: last is null"));
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return cache.get(key, confirmed(options))
                .doOnSuccess(object -> count(object != null))
                .doOnError(error -> count(false));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return cache.getRanges(key, ranges, confirmed(options))
                .doOnComplete(() -> count(true))
                .doOnError(error -> count(false));
    }

    @Override
    public Mono<Boolean> exists(String key) {
        return super.exists(key).doOnSuccess(this::count).doOnError(error -> count(false));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return cache.put(key, content, options).doOnSuccess(info -> puts.increment());
    }

    @Override
    public Mono<Void> close() {
        return cache.close().then(closeOwned);
    }

    /** Completes when everything that was begun behind the callers before has ended: copies put above and deleted there. */
    public Mono<Void> settled() {
        return cache.settled();
    }

    /** What it has done since it was built. */
    public ChainStats stats() {
        return new ChainStats(hits.sum(), misses.sum(), puts.sum(), cache.failedFills());
    }

    /** Conditions are the last store's to judge: a copy above serves them when that one has confirmed it. */
    private static ReadOptions confirmed(ReadOptions options) {
        boolean conditional = options != null && (options.isConditional() || options.ifRange() != null);
        return conditional && options.mode() == ReadMode.CACHED_OK ? options.withMode(ReadMode.REVALIDATE) : options;
    }

    private void count(boolean found) {
        (found ? hits : misses).increment();
    }
}
