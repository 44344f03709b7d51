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
    private final LongAdder payloadBytes = new LongAdder();
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
                .<String, CachedEntry>evictionListener((key, entry, cause) -> {
                    evictions.increment();
                    gone(entry);
                })
                .build();
    }

    @Override
    public @Nullable CachedEntry get(String key) {
        return cache.getIfPresent(key);
    }

    @Override
    public void put(String key, CachedEntry entry) {
        payloadBytes.add(entry.length());
        gone(cache.asMap().put(key, entry));
    }

    @Override
    public void remove(String key) {
        gone(cache.asMap().remove(key));
    }

    @Override
    public void removePrefix(String prefix) {
        for (String key : cache.asMap().keySet()) {
            if (key.startsWith(prefix)) {
                remove(key);
            }
        }
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
    public long payloadBytes() {
        return payloadBytes.sum();
    }

    private void gone(@Nullable CachedEntry entry) {
        payloadBytes.add(entry == null ? 0 : -entry.length());
    }

    @Override
    public long evictions() {
        return evictions.sum();
    }
}
