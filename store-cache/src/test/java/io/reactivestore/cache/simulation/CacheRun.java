package io.reactivestore.cache.simulation;

import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheInfo;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.cache.SimulatedDisk;
import io.reactivestore.cache.TierCheck;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Clients of a cache in a process of their own, a source that loses answers and applies late, and a tier in a third process that does
 * the same and outlives the cache. Every answer is checked against the order in which the source applied the writes, and the books of
 * the tier against what lies in it after every step.
 */
final class CacheRun extends Run {

    static final long TIER_BYTES = 2_000;

    static final String TIER = "tier-1";

    /** So little that what is kept goes round, and enough for all removals that are in doubt at a time. */
    private static final long DISK_BYTES = 32 << 10;

    private static final Pattern COUNTED = Pattern.compile(TIER + ": ([0-9]+) bytes in");
    private static final Duration DEADLINE = Duration.ofMillis(500);
    private static final Duration MAX_AGE = Duration.ofMillis(200);
    private static final Duration REMEMBERED = Duration.ofSeconds(10);
    private static final Duration STALE = Duration.ofMillis(400);

    /** What stalled threads may add to the age of an answer on its way. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(100);

    /** More than every limit of source and tier together. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Kind kind;
    private final RandomGenerator chance;
    private final SimulatedRuntime server;
    private final SimulatedRuntime tierServer;
    private final FaultyStore source;
    private final TierContents contents;
    private final SimulatedDisk disk;
    private FaultyStore tier;
    private boolean tierOut;
    private CacheStore cache;
    private final Map<String, Long> earlierHits = new HashMap<>();

    /** What the cache is like. */
    enum Kind {
        MEMORY,
        MEMORY_AND_TIER,
        TIER_ALONE,
        DISK_ALONE,
        MEMORY_AND_DISK,
        AGEING,
        SERVED_STALE,
        REMEMBERING,
        SOURCE_THAT_TRIES_AGAIN,
        IN_BLOCKS,
        IN_BLOCKS_AND_TIER,
        IN_BLOCKS_AND_DISK;

        boolean isMemoryAlone() {
            return this == MEMORY || this == IN_BLOCKS;
        }

        boolean hasTier() {
            return !isMemoryAlone() && !hasDisk();
        }

        boolean hasBlocks() {
            return this == IN_BLOCKS || this == IN_BLOCKS_AND_TIER || this == IN_BLOCKS_AND_DISK;
        }

        boolean hasDisk() {
            return this == DISK_ALONE || this == MEMORY_AND_DISK || this == IN_BLOCKS_AND_DISK;
        }

        boolean hasMemory() {
            return this != TIER_ALONE && this != DISK_ALONE;
        }

        static Kind of(long seed) {
            return values()[(int) (seed % values().length)];
        }
    }

    CacheRun(long seed, Kind kind) {
        // With few keys there are many conflicts, and with many there are copies to be served.
        super(seed, seed % 2 == 0 ? 8 : 30);
        this.kind = kind;
        chance = simulation.random();
        if (kind == Kind.REMEMBERING) {
            clients.listPercent(40);
        }
        if (kind == Kind.SOURCE_THAT_TRIES_AGAIN) {
            history.withRetriesBelow();
        }
        server = simulation.runtime("source");
        tierServer = simulation.runtime("tier");
        source = faulty(history.appliedOrder().around(MemoryStore.create(server), server), server, 5);
        contents = new TierContents(MemoryStore.create(tierServer));
        disk = new SimulatedDisk(seed);
        disk.files.resident(chance.nextInt(3) * 50);
        clients.everyOperation()
                .patience(Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(60)))
                .patientPercent(80)
                .others(10, this::tend);
        start();
    }

    @Override
    Store open(SimulatedRuntime process) {
        if (cache != null) {
            cache.stats().hitsByTier().forEach((from, hits) -> earlierHits.merge(from, hits, Long::sum));
        }
        if (kind.isMemoryAlone()) {
            // Memory alone cannot know what the process before has sent.
            simulation.runFor(IN_DOUBT.plusMillis(1));
        }
        Store near = RemoteStore.over(source, server, process);
        boolean repeats = kind == Kind.SOURCE_THAT_TRIES_AGAIN;
        CacheStoreBuilder builder = CacheStore.builder(new DeadlineStore(near, process, DEADLINE, repeats))
                .inDoubt(IN_DOUBT)
                .runtime(process);
        if (kind.hasMemory()) {
            // Beside a tier so little that copies are found there.
            builder.memory(memory -> memory.maxBytes(memoryBytes()));
        }
        if (kind.hasBlocks()) {
            builder.maxEntryBytes(60)
                    .blocks(blocks -> blocks.blockBytes(16).partBytes(64).readAheadBytes(128));
        }
        if (kind == Kind.AGEING) {
            builder.freshness(freshness -> freshness.maxAge(MAX_AGE));
        }
        if (kind == Kind.SERVED_STALE) {
            builder.freshness(freshness -> freshness
                    .maxAge(MAX_AGE)
                    .jitter(0.5)
                    .earlyRefresh(0.3)
                    .staleWhileRevalidate(STALE.dividedBy(2))
                    .staleIfError(STALE)
                    .maxWait(Duration.ofMillis(10))
                    .negative(STALE, 10)
                    .renewals(2, Duration.ofMillis(100)));
        }
        if (kind == Kind.REMEMBERING) {
            builder.freshness(freshness -> freshness
                    .negative(REMEMBERED, 10)
                    .heads(REMEMBERED, 10)
                    .listings(REMEMBERED, 4_000)
                    .pageKeys(4));
        }
        if (kind.hasTier()) {
            tier = faulty(contents.forNextLife(), tierServer, 1).outage(tierOut);
            builder.tier(RemoteStore.over(tier, tierServer, process), limits -> limits.maxBytes(TIER_BYTES));
        }
        if (kind.hasDisk()) {
            builder.disk(limits -> disk.of(process, limits).maxBytes(DISK_BYTES));
        }
        cache = builder.build();
        return cache;
    }

    private long memoryBytes() {
        return switch (kind) {
            case MEMORY, IN_BLOCKS -> 20_000;
            case IN_BLOCKS_AND_TIER -> 10_000;
            case IN_BLOCKS_AND_DISK -> 2_500;
            default -> 1_500;
        };
    }

    /** What only a cache can do. */
    private Mono<Void> tend(String key) {
        CacheStore present = cache;
        return switch (chance.nextInt(9)) {
            case 0 -> present.invalidate(key);
            case 1 -> present.invalidatePrefix(key.substring(0, key.indexOf('/') + 1));
            case 2 -> present.clearCache();
            case 3 -> present.settled();
            case 4 -> present.open();
            case 5 -> present.get(key).doOnNext(this::requireYoung).then();
            case 6 -> present.warm(Flux.just(key)).then();
            case 7 -> present.verify().doOnNext(this::requireUndamaged).then();
            default -> present.info().doOnNext(info -> look(present, info)).then();
        };
    }

    private void look(CacheStore asked, CacheInfo info) {
        if (kind.hasTier() && asked == cache && info.tier(TIER).offReason() == null) {
            contents.opened();
        }
    }

    private void requireUndamaged(TierCheck check) {
        if (check.damaged() > 0) {
            throw failure("nobody has damaged anything: " + check);
        }
    }

    private void requireYoung(StoredObject object) {
        Duration most = switch (kind) {
            case AGEING -> MAX_AGE;
            case SERVED_STALE -> MAX_AGE.plus(STALE);
            default -> null;
        };
        if (most != null && object.served().age().compareTo(most.plus(ON_THE_WAY)) > 0) {
            throw failure("served too old: " + object.served());
        }
    }

    /** Everything that can happen happens: outages, kills and closes among the operations. */
    void live(long operations) {
        long end = clients.operations() + operations;
        while (clients.operations() < end && history.isClean()) {
            work(20 + chance.nextInt(280));
            switch (chance.nextInt(7)) {
                case 0 -> tierOutage(!tierOut);
                case 1 -> {
                    tierOutage(true);
                    work(30);
                    tierOutage(false);
                }
                case 2 -> {
                    source.outage(true);
                    work(30);
                    source.outage(false);
                }
                case 3 -> killAndReopen();
                case 4 -> closeAndReopen();
                default -> {
                    // Nothing happens, for longer.
                }
            }
        }
    }

    /** While the tier is out, nothing can be read from it, written or removed there. */
    void tierOutage(boolean out) {
        tierOut = out;
        if (kind.hasTier()) {
            tier.outage(out);
        }
        disk.broken(out);
    }

    /** Closes the cache under its clients, who hear of it or are ended with the process, and starts the next one. */
    void closeAndReopen() {
        boolean[] closed = new boolean[1];
        cache.close().subscribe(done -> {}, error -> {}, () -> closed[0] = true);
        clients.stop();
        stepUntil(() -> closed[0], PATIENCE, "the cache has not closed");
        if (chance.nextBoolean()) {
            requireAnswers(PATIENCE);
        }
        killAndReopen();
    }

    /** Ends all troubles and requires that everybody is answered, and that the tier holds what is counted, no more and no less. */
    void settle() {
        source.heal();
        tierOutage(false);
        if (kind.hasTier()) {
            tier.heal();
        }
        requireAnswers(PATIENCE);
        // What is owed is tried again after a while.
        runFor(PATIENCE);
        simulation.await(cache.open());
        if (contents.isTouched()) {
            findOut();
        }
        simulation.await(cache.settled());
        CacheInfo info = info();
        look(cache, info);
        requireBooks();
        if (kind.hasTier()) {
            TierInfo books = info.tier(TIER);
            boolean right = books.currentBytes() == contents.bytes() && books.trackedKeys() == books.cachedKeys();
            if (!right) {
                throw failure("counted " + books + ", present " + contents.bytes() + " bytes");
            }
        }
    }

    /** What the present cache has told without asking the source. */
    CacheStats stats() {
        return cache.stats();
    }

    /** What all caches of this run have served from a tier. */
    long hits(String from) {
        return earlierHits.getOrDefault(from, 0L) + cache.stats().hits(from);
    }

    private CacheInfo info() {
        return Objects.requireNonNull(simulation.await(cache.info()));
    }

    /** What the books do not know is found when it is asked for. */
    private void findOut() {
        simulation.await(cache.clearCache()
                .thenMany(Flux.fromIterable(clients.keyNames()))
                .concatMap(cache::get)
                .then());
    }

    @Override
    boolean step() {
        boolean stepped = super.step();
        requireBooks();
        return stepped;
    }

    /** The limit holds, and what lies in the tier is counted. */
    private void requireBooks() {
        if (disk.files.mostBytes() > DISK_BYTES + DISK_BYTES / 4 + 4096) {
            throw failure("the disk has " + disk.files.mostBytes() + " bytes");
        }
        if (!kind.hasTier()) {
            return;
        }
        long counted = countedBytes();
        if (counted > TIER_BYTES + contents.lateBytes() || contents.mustCount() > counted) {
            throw failure("counted " + counted + " of at most " + TIER_BYTES + " bytes and " + contents.lateBytes()
                    + " that came late, present " + contents.mustCount());
        }
    }

    /** What the books say, without a step of their own: "tier-1: 120 bytes in 2". */
    private long countedBytes() {
        Matcher figures = COUNTED.matcher(cache.toString());
        if (!figures.find()) {
            throw failure("no figures of the tier in " + cache);
        }
        return Long.parseLong(figures.group(1));
    }
}
