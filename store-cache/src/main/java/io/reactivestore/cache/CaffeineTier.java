package io.reactivestore.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.reactivestore.StoreRuntime;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** Memory by Caffeine: W-TinyLFU, whose maintenance runs on the ledger's thread. */
final class CaffeineTier implements MemoryTier {

    /** Copies by their keys, and blocks by theirs, so that both compete for the same room. */
    private final Cache<Object, Object> cache;

    private final LongAdder payloadBytes = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder blocks = new LongAdder();

    /**
     * @param maxBytes {@link Long#MAX_VALUE} for no limit
     * @param maintenance where Caffeine evicts; it helps itself on a writer's thread when its own buffer is full
     */
    CaffeineTier(long maxBytes, StoreRuntime runtime, Scheduler maintenance) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher(Kept::weight)
                .executor(task -> runOn(maintenance, task))
                .ticker(runtime::nanoTime)
                .evictionListener((key, value, cause) -> evicted(key, value))
                .build();
    }

    /** A load that ends beside the close finds the thread gone; Caffeine would log that, and do the same. */
    private static void runOn(Scheduler maintenance, Runnable task) {
        try {
            maintenance.schedule(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    private void evicted(@Nullable Object key, @Nullable Object value) {
        evictions.increment();
        gone(key, value);
    }

    @Override
    public @Nullable CachedEntry get(String key) {
        return (CachedEntry) cache.getIfPresent(key);
    }

    @Override
    public void put(String key, CachedEntry entry) {
        keep(key, entry);
    }

    @Override
    public @Nullable CachedEntry remove(String key) {
        return (CachedEntry) drop(key);
    }

    @Override
    public void removePrefix(String prefix) {
        for (Object key : cache.asMap().keySet()) {
            if (Kept.nameOf(key).startsWith(prefix)) {
                drop(key);
            }
        }
    }

    @Override
    public @Nullable ByteBuffer block(BlockKey key) {
        return (ByteBuffer) cache.getIfPresent(key);
    }

    @Override
    public boolean hasBlock(BlockKey key) {
        return cache.asMap().containsKey(key);
    }

    @Override
    public void putBlock(BlockKey key, ByteBuffer bytes) {
        keep(key, bytes);
    }

    @Override
    public void removeBlock(BlockKey key) {
        drop(key);
    }

    private void keep(Object key, Object value) {
        count(key, value, 1); // before it can be evicted
        gone(key, cache.asMap().put(key, value));
    }

    private @Nullable Object drop(Object key) {
        Object removed = cache.asMap().remove(key);
        gone(key, removed);
        return removed;
    }

    private void gone(@Nullable Object key, @Nullable Object value) {
        if (key != null && value != null) {
            count(key, value, -1);
        }
    }

    private void count(Object key, Object value, int sign) {
        payloadBytes.add((long) sign * Kept.payload(value));
        if (key instanceof BlockKey) {
            blocks.add(sign);
        }
    }

    @Override
    public long entryCount() {
        return Math.max(0, cache.estimatedSize() - blocks.sum());
    }

    @Override
    public long bytes() {
        return cache.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }

    @Override
    public long payloadBytes() {
        return payloadBytes.sum();
    }

    @Override
    public long evictions() {
        return evictions.sum();
    }
}
