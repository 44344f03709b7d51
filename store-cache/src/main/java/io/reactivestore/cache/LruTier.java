package io.reactivestore.cache;

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
    private final Map<String, CachedEntry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long payloadBytes;
    private long evictions;

    LruTier(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public synchronized @Nullable CachedEntry get(String key) {
        return entries.get(key);
    }

    @Override
    public synchronized void put(String key, CachedEntry entry) {
        remove(key);
        int weight = CachedEntry.weight(key, entry);
        if (weight > maxBytes) {
            evictions++; // with what an entry costs beside its bytes; it would only drive out all others
            return;
        }
        entries.put(key, entry);
        bytes += weight;
        payloadBytes += entry.length();
        Iterator<Map.Entry<String, CachedEntry>> eldest = entries.entrySet().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Map.Entry<String, CachedEntry> victim = eldest.next();
            bytes -= CachedEntry.weight(victim.getKey(), victim.getValue());
            payloadBytes -= victim.getValue().length();
            eldest.remove();
            evictions++;
        }
    }

    @Override
    public synchronized void remove(String key) {
        CachedEntry removed = entries.remove(key);
        bytes -= removed == null ? 0 : CachedEntry.weight(key, removed);
        payloadBytes -= removed == null ? 0 : removed.length();
    }

    @Override
    public synchronized void removePrefix(String prefix) {
        entries.keySet().stream().filter(key -> key.startsWith(prefix)).toList().forEach(this::remove);
    }

    @Override
    public synchronized long entryCount() {
        return entries.size();
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
