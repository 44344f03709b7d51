package io.reactivestore.benchmarks;

import java.nio.file.Path;
import java.util.Objects;
import org.ehcache.Cache;
import org.ehcache.PersistentCacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.EntryUnit;
import org.ehcache.config.units.MemoryUnit;

/** Ehcache 3: two entries on the heap, the others on the disk. */
final class EhcachePeer implements DiskPeer {

    private static final String NAME = "values";

    private final PersistentCacheManager manager;
    private Cache<String, byte[]> cache;

    EhcachePeer(Path directory, long maxBytes) {
        // it needs room beside the values, and lets entries go when there is none
        long megabytes = 2 * (maxBytes >> 20) + 64;
        this.manager = CacheManagerBuilder.newCacheManagerBuilder()
                .with(CacheManagerBuilder.persistence(directory.toFile()))
                .withCache(
                        NAME,
                        CacheConfigurationBuilder.newCacheConfigurationBuilder(
                                String.class,
                                byte[].class,
                                ResourcePoolsBuilder.newResourcePoolsBuilder()
                                        .heap(2, EntryUnit.ENTRIES)
                                        .disk(megabytes, MemoryUnit.MB, true)))
                .build(true);
        this.cache = manager.getCache(NAME, String.class, byte[].class);
    }

    @Override
    public String name() {
        return "Ehcache";
    }

    @Override
    public void put(String key, byte[] value) {
        cache.put(key, value);
    }

    @Override
    public byte[] get(String key) {
        return Objects.requireNonNull(cache.get(key), key);
    }

    /** Its puts come back before they are written; it tells that they are only by closing. */
    @Override
    public void settle() {
        manager.close();
        manager.init();
        cache = manager.getCache(NAME, String.class, byte[].class);
    }

    @Override
    public void close() {
        manager.close();
    }
}
