package io.reactivestore.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.reactivestore.StoreRuntime;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** Memory by Caffeine: W-TinyLFU, whose maintenance runs on the ledger's thread. */
final class CaffeineTier implements MemoryTier {

    private final Cache<String, CachedEntry> cache;
    private final LongAdder evictions = new LongAdder();

    /**
     * @param maxBytes {@link Long#MAX_VALUE} for no limit
     * @param maintenance where Caffeine evicts; it helps itself on a writer's thread when its own buffer is full
     */
    CaffeineTier(long maxBytes, StoreRuntime runtime, Scheduler maintenance) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher(CachedEntry::weight)
                .executor(maintenance::schedule)
                .ticker(runtime::nanoTime)
                .<String, CachedEntry>evictionListener((key, entry, cause) -> evictions.increment())
                .build();
    }

    @Override
    public @Nullable CachedEntry get(String key) {
        return cache.getIfPresent(key);
    }

    @Override
    public void put(String key, CachedEntry entry) {
        cache.put(key, entry);
    }

    @Override
    public void remove(String key) {
        cache.asMap().remove(key);
    }

    @Override
    public void removePrefix(String prefix) {
        cache.asMap().keySet().removeIf(key -> key.startsWith(prefix));
    }

    @Override
    public long entryCount() {
        return cache.estimatedSize();
    }

    @Override
    public long bytes() {
        return cache.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }

    @Override
    public long evictions() {
        return evictions.sum();
    }
}
