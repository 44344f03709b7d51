package io.reactivestore.cache;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link CacheStore}. Tiers are asked in the order: memory, disk, then the others as they were added. */
public final class CacheStoreBuilder {

    private static final long DEFAULT_MAX_ENTRY_BYTES = 16 << 20;

    /** An entry is one array. */
    private static final long MAX_ENTRY_BYTES = 1 << 30;

    private final Store source;
    private final MemorySpec memory = new MemorySpec();
    private final DiskSpec disk = new DiskSpec();
    private final BlocksSpec blocks = new BlocksSpec();
    private final FreshnessSpec freshness = new FreshnessSpec();
    private final List<TierSettings> tiers = new ArrayList<>();
    private boolean hasMemory;
    private boolean hasDisk;
    private boolean hasBlocks = true;
    private boolean cacheWrites = true;
    private boolean finishAbandoned;
    private boolean chained;
    private long maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES;
    private long maxLoadingBytes = Runtime.getRuntime().maxMemory() / 8;
    private Duration inDoubt = Duration.ofMinutes(1);
    private @Nullable Invalidation invalidation;
    private @Nullable LoadListener loads;
    private StoreRuntime runtime = StoreRuntime.system();

    CacheStoreBuilder(Store source) {
        this.source = Objects.requireNonNull(source, "CacheStore: source is null");
    }

    /** Keeps copies in memory. */
    public CacheStoreBuilder memory(Consumer<MemorySpec> settings) {
        settings.accept(memory);
        hasMemory = true;
        return this;
    }

    /** Keeps copies on the local disk. */
    public CacheStoreBuilder disk(Consumer<DiskSpec> settings) {
        settings.accept(disk);
        hasDisk = true;
        return this;
    }

    /** Keeps copies in a store that nobody else writes to, without a limit. See {@link #tier(Store, Consumer)}. */
    public CacheStoreBuilder tier(Store store) {
        return tier(store, settings -> {});
    }

    /**
     * Keeps copies in a store that nobody else writes to: each under the key and with the bytes of its object.
     *
     * @param store must be able to delete and to keep attributes; not closed by the cache
     */
    public CacheStoreBuilder tier(Store store, Consumer<TierSpec> settings) {
        return tier(store, false, settings);
    }

    /** Keeps copies in a store that other caches of the same source use too. See {@link #sharedTier(Store, Consumer)}. */
    public CacheStoreBuilder sharedTier(Store store) {
        return sharedTier(store, settings -> {});
    }

    /**
     * Keeps copies in a store that other caches of the same source use too: each finds what the others have loaded. What this cache
     * writes is removed there for all of them. A load of another that was under way at that moment may still put an older copy there;
     * this cache asks the source about copies of others before it serves them once it has written their keys, the others see them until
     * they reach their {@code maxAge}, or with an {@link Invalidation} until they hear of it.
     *
     * <p>Only what this cache puts there is counted; the limits of the store itself are its own, and a copy that it lets go is a miss.
     * After a clean close, and after kill -9 unless a removal was just under way, what was written stays removed.
     *
     * @param store must be able to delete and to keep attributes; not closed by the cache
     */
    public CacheStoreBuilder sharedTier(Store store, Consumer<TierSpec> settings) {
        return tier(store, true, settings);
    }

    private CacheStoreBuilder tier(Store store, boolean shared, Consumer<TierSpec> settings) {
        Objects.requireNonNull(store, "CacheStore: tier is null");
        TierSpec spec = new TierSpec();
        settings.accept(spec);
        tiers.add(new TierSettings(store, shared, spec.build("tier-" + (tiers.size() + 1))));
        return this;
    }

    /** How long copies are good for. */
    public CacheStoreBuilder freshness(Consumer<FreshnessSpec> settings) {
        settings.accept(freshness);
        return this;
    }

    /** Whether what is put is kept, as if it had been read. Default: true. */
    public CacheStoreBuilder cacheWrites(boolean cacheWrites) {
        this.cacheWrites = cacheWrites;
        return this;
    }

    /** How large objects, and parts of objects, are kept: in blocks, in memory and on the disk. Default: in blocks of 1 MiB. */
    public CacheStoreBuilder blocks(Consumer<BlocksSpec> settings) {
        settings.accept(blocks);
        hasBlocks = true;
        return this;
    }

    /** Keeps whole objects only: larger ones, and parts of what is not kept, stream from the source each time. */
    public CacheStoreBuilder noBlocks() {
        hasBlocks = false;
        return this;
    }

    /**
     * The largest object that is kept whole, at most 1 GiB; larger ones are kept in blocks. Default: 16 MiB, or a tier's {@code maxBytes}
     * if less. The disk keeps no object that is larger than a quarter of its segments; see {@link DiskSpec#maxBytes}.
     */
    public CacheStoreBuilder maxEntryBytes(long maxEntryBytes) {
        if (maxEntryBytes > MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException(
                    "maxEntryBytes: need at most " + MAX_ENTRY_BYTES + " bytes, was " + maxEntryBytes);
        }
        this.maxEntryBytes = Limits.bytes("maxEntryBytes", maxEntryBytes);
        return this;
    }

    /** How many bytes may be loading at once; reads beyond it stream from the source. Default: an eighth of the heap. */
    public CacheStoreBuilder maxLoadingBytes(long maxLoadingBytes) {
        this.maxLoadingBytes = Limits.bytes("maxLoadingBytes", maxLoadingBytes);
        return this;
    }

    /**
     * Whether a load goes on, and is kept, after every reader has left it. Of an object that is kept in blocks these are the parts under
     * way; no further ones are begun. Default: false, it is cancelled.
     */
    public CacheStoreBuilder finishAbandonedLoads(boolean finish) {
        this.finishAbandoned = finish;
        return this;
    }

    /** How long after the end of a request without an answer the source may still apply it. Default: one minute. */
    public CacheStoreBuilder inDoubt(Duration inDoubt) {
        if (inDoubt.isNegative()) {
            throw new IllegalArgumentException("inDoubt: need zero or more, was " + inDoubt);
        }
        this.inDoubt = inDoubt;
        return this;
    }

    /** Tells other caches of the same source what is written here, and hears of theirs. Not closed by the cache. */
    public CacheStoreBuilder invalidation(Invalidation invalidation) {
        this.invalidation = Objects.requireNonNull(invalidation, "invalidation");
        return this;
    }

    /** Tells somebody of the loads that readers share, and gives each a Context. Default: nobody, and the empty one. */
    public CacheStoreBuilder loads(LoadListener listener) {
        this.loads = Objects.requireNonNull(listener, "loads");
        return this;
    }

    /** Time, randomness and threads. Default: the machine's. */
    public CacheStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return this;
    }

    /** For a chain, whose tiers are open when the store is (or have been waited for long enough), and whose memory is in LRU order. */
    CacheStoreBuilder chained() {
        this.chained = true;
        return this;
    }

    /** The store; nothing is opened yet. */
    public CacheStore build() {
        for (TierSettings tier : tiers) {
            if (tier.store() == source) {
                throw new IllegalArgumentException(
                        "CacheStore: " + tier.settings().name()
                                + " cannot be a tier: it is the source, and dropping a copy would delete the object");
            }
        }
        return new CacheStore(source, settings(), runtime, invalidation, loads);
    }

    Settings settings() {
        return new Settings(
                hasMemory ? memory.build() : 0,
                hasDisk ? disk.build() : null,
                List.copyOf(tiers),
                freshness.build(),
                hasBlocks && !chained ? blocks.build() : null,
                cacheWrites,
                finishAbandoned,
                chained,
                maxEntryBytes,
                maxLoadingBytes,
                inDoubt);
    }

    record TierSettings(Store store, boolean shared, TierSpec.Settings settings) {}

    record Settings(
            long memoryBytes,
            DiskSpec.@Nullable Settings disk,
            List<TierSettings> tiers,
            FreshnessSpec.Settings freshness,
            BlocksSpec.@Nullable Settings blocks,
            boolean cacheWrites,
            boolean finishAbandoned,
            boolean chained,
            long maxEntryBytes,
            long maxLoadingBytes,
            Duration inDoubt) {

        Settings {
            if (memoryBytes == 0 && disk == null && tiers.isEmpty()) {
                throw new IllegalArgumentException("CacheStore: needs at least one of memory, disk and tier");
            }
            Set<String> names = new HashSet<>(Set.of("source", "memory", "disk"));
            Set<Store> stores = Collections.newSetFromMap(new IdentityHashMap<>());
            for (TierSettings tier : tiers) {
                String name = tier.settings.name();
                if (!stores.add(tier.store)) {
                    throw new IllegalArgumentException(
                            "CacheStore: " + name + " cannot be a tier: " + tier.store + " is there twice");
                }
                if (!names.add(name)) {
                    throw new IllegalArgumentException("CacheStore: the tier name " + name + " is taken");
                }
                if (!tier.store.capabilities().deletes()
                        || !tier.store.capabilities().writes()) {
                    throw new IllegalArgumentException(
                            "CacheStore: " + name + " cannot be a tier: " + tier.store + " cannot write and delete");
                }
                if (!tier.store.capabilities().attributes()) {
                    throw new IllegalArgumentException(
                            "CacheStore: " + name + " cannot be a tier: " + tier.store + " keeps no attributes");
                }
                maxEntryBytes = Math.min(maxEntryBytes, tier.settings.maxBytes());
            }
            blocks = blocks != null && blocks.fitInto(memoryBytes) ? blocks : null;
            maxEntryBytes = memoryBytes == 0 ? maxEntryBytes : Math.min(maxEntryBytes, memoryBytes);
            if (disk != null && memoryBytes == 0 && tiers.isEmpty()) {
                maxEntryBytes = Math.min(
                        maxEntryBytes,
                        Math.min(disk.log().maxRecordBytes(), disk.admission().maxEntryBytes()));
            }
        }

        @Override
        public String toString() {
            List<String> parts = new ArrayList<>();
            if (memoryBytes > 0) {
                parts.add("memory=" + limit(memoryBytes));
            }
            if (disk != null) {
                parts.add("disk=" + disk.name() + " " + limit(disk.log().maxBytes()) + disk.admission());
            }
            tiers.forEach(tier -> parts.add(tier.settings.name() + (tier.shared ? " (shared)=" : "=") + tier.store + " "
                    + limit(tier.settings.maxBytes())));
            parts.add(freshness.toString());
            parts.add("cacheWrites=" + cacheWrites);
            parts.add("maxEntryBytes=" + maxEntryBytes);
            if (blocks != null) {
                parts.add("blockBytes=" + blocks.blockBytes());
            }
            return String.join(", ", parts);
        }

        private static String limit(long bytes) {
            return bytes == Long.MAX_VALUE ? "unlimited" : bytes + " bytes";
        }
    }
}
