package io.reactivestore.cache;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory in least-recently-used order under one lock: for chains, which promise that order, and for simulated runs, since Caffeine
 * draws on the randomness of its threads and would not repeat itself.
 */
final class LruTier implements MemoryTier {

    private final long maxBytes;

    /** Copies by their keys, and blocks by theirs. */
    private final Map<Object, Object> kept = new LinkedHashMap<>(16, 0.75f, true);

    private long entries;
    private long bytes;
    private long payloadBytes;
    private long evictions;

    LruTier(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public synchronized @Nullable CachedEntry get(String key) {
        return (CachedEntry) kept.get(key);
    }

    @Override
    public void put(String key, CachedEntry entry) {
        keep(key, entry);
    }

    private synchronized void keep(Object key, Object value) {
        drop(key);
        int weight = Kept.weight(key, value);
        if (weight > maxBytes) {
            evictions++; // with what an entry costs beside its bytes; it would only drive out all others
            return;
        }
        kept.put(key, value);
        count(key, value, 1);
        Iterator<Map.Entry<Object, Object>> eldest = kept.entrySet().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Map.Entry<Object, Object> victim = eldest.next();
            count(victim.getKey(), victim.getValue(), -1);
            eldest.remove();
            evictions++;
        }
    }

    private synchronized @Nullable Object drop(Object key) {
        Object removed = kept.remove(key);
        if (removed != null) {
            count(key, removed, -1);
        }
        return removed;
    }

    private void count(Object key, Object value, int sign) {
        bytes += (long) sign * Kept.weight(key, value);
        payloadBytes += (long) sign * Kept.payload(value);
        entries += key instanceof String ? sign : 0;
    }

    @Override
    public @Nullable CachedEntry remove(String key) {
        return (CachedEntry) drop(key);
    }

    @Override
    public synchronized void removePrefix(String prefix) {
        kept.keySet().stream()
                .filter(key -> Kept.nameOf(key).startsWith(prefix))
                .toList()
                .forEach(this::drop);
    }

    @Override
    public synchronized @Nullable ByteBuffer block(BlockKey key) {
        return (ByteBuffer) kept.get(key);
    }

    @Override
    public synchronized boolean hasBlock(BlockKey key) {
        return kept.containsKey(key);
    }

    @Override
    public void putBlock(BlockKey key, ByteBuffer bytes) {
        keep(key, bytes);
    }

    @Override
    public void removeBlock(BlockKey key) {
        drop(key);
    }

    @Override
    public synchronized long entryCount() {
        return entries;
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized long payloadBytes() {
        return payloadBytes;
    }

    @Override
    public synchronized long evictions() {
        return evictions;
    }
}
