package io.reactivestore.cache;

import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.CacheStoreBuilder.Settings;
import io.reactivestore.cache.CacheStoreBuilder.TierSettings;
import io.reactivestore.cache.Invalidation.Event;
import io.reactivestore.cache.Works.Work;
import io.reactivestore.internal.Lifecycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** The parts of one cache: made, opened and closed together. */
final class CacheParts {

    private static final Duration TIER_RETRY = Duration.ofSeconds(30);
    private static final Duration TIER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    /** How long mutations, and all operations of a chain, wait for tiers that are being opened: all together, not each. */
    private static final Duration TIER_WAIT = Duration.ofSeconds(1);

    /** How long after its end the other caches are listened to again. */
    private static final Duration LISTEN_AGAIN = Duration.ofSeconds(1);

    /** Fills waiting for a tier, in all: enough to ride out a slow moment, little beside the copies in memory. */
    private static final long MAX_PENDING_BYTES = 64 << 20;

    final Settings settings;
    final StatsRecorder stats = new StatsRecorder();
    final Works works = new Works();
    final Memory memory;
    final Flights flights;
    final @Nullable BlockLoads blocks;
    final ByteBudget budget;
    final Removals removals;
    final Reads reads;
    final Heads heads;
    final Listings listings;
    final Warming warming;
    final Writes writes;
    final Lifecycle lifecycle;

    private final Store source;
    private final StoreRuntime runtime;
    private final @Nullable Invalidation invalidation;
    private final Freshness freshness;
    private final List<Tier> tiers = new ArrayList<>();
    private final Scheduler ledger;
    private final Sinks.Empty<Void> tiersOpened = Sinks.empty();
    private final Mono<Void> tiersReady;
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final Disposable.Composite background = Disposables.composite();

    CacheParts(
            Store source,
            Settings settings,
            StoreRuntime runtime,
            @Nullable Invalidation invalidation,
            @Nullable LoadListener loads) {
        this.source = source;
        this.settings = settings;
        this.runtime = runtime;
        this.invalidation = invalidation;
        this.lifecycle = new Lifecycle(this::open, this::close);
        this.ledger = runtime.newSerial("reactivestore-ledger");
        this.freshness = new Freshness(settings.freshness(), runtime);
        FreshnessSpec.Settings fresh = settings.freshness();
        this.memory = new Memory(
                memoryTier(),
                settings.blocks(),
                new Recent<>(fresh.heads(), freshness),
                new Recent<>(fresh.negative(), freshness));
        Pages pages = fresh.listings().isOn() ? new Pages(fresh.listings(), freshness) : null;
        Fence fence = new Fence(runtime, settings.inDoubt(), pages);
        SourcePace pace = new SourcePace();
        this.budget = new ByteBudget(settings.maxLoadingBytes());
        StoreTier.Shared shared = new StoreTier.Shared(
                runtime,
                fence,
                lifecycle,
                stats,
                works,
                ledger,
                freshness,
                pace,
                budget,
                settings.inDoubt(),
                settings.maxEntryBytes(),
                invalidation != null);
        addTiers(shared);
        this.tiersReady = tiersOpened
                .asMono()
                .publishOn(runtime.delivery())
                .timeout(TIER_WAIT, Mono.empty(), runtime.timers())
                .cache();
        this.removals = new Removals(fence, memory, tiers);
        BlocksSpec.Settings inBlocks = settings.blocks();
        this.blocks = inBlocks == null
                ? null
                : new BlockLoads(
                        inBlocks,
                        source,
                        memory,
                        tiers,
                        settings.maxEntryBytes(),
                        fence,
                        removals,
                        budget,
                        stats,
                        settings.finishAbandoned(),
                        loads);
        Loader loader = new Loader(
                source,
                memory,
                tiers,
                fence,
                freshness,
                pace,
                removals,
                stats,
                runtime,
                lifecycle,
                settings.maxEntryBytes(),
                budget,
                blocks);
        HeadLoader headLoader = new HeadLoader(source, memory, fence, freshness, removals);
        PageLoader pageLoader = pages == null ? null : new PageLoader(source, pages, fresh.pageKeys());
        this.flights = new Flights(runtime, settings.finishAbandoned(), loads, (question, mode) -> {
            if (question instanceof Question.Listing listing) {
                return Objects.requireNonNull(pageLoader).begin(listing);
            }
            if (question instanceof Question.Part part) {
                return loader.begin(part, mode);
            }
            return question instanceof Question.Head head
                    ? headLoader.begin(head.key(), mode)
                    : loader.begin(question.subject(), mode);
        });
        Renewals renewals = new Renewals(
                flights,
                runtime,
                settings.freshness().maxRenewals(),
                settings.freshness().renewalTimeout());
        this.reads = new Reads(
                source,
                memory,
                tiers,
                loader,
                flights,
                renewals,
                freshness,
                settings.freshness().maxWait(),
                removals,
                stats,
                lifecycle,
                closing.asMono(),
                blocks == null ? null : new BlockReads(blocks, lifecycle, runtime.delivery()),
                settings.maxEntryBytes());
        this.heads = new Heads(source, fresh.heads().isOn(), memory, flights, removals, stats, lifecycle);
        this.listings = new Listings(source, pages, flights, stats, lifecycle);
        this.warming = new Warming(memory, flights, freshness, lifecycle, settings.maxEntryBytes());
        this.writes = new Writes(
                source,
                memory,
                tiers,
                tiersReady,
                fence,
                freshness,
                stats,
                runtime,
                lifecycle,
                settings.cacheWrites(),
                settings.maxEntryBytes(),
                budget);
    }

    // Callers are told on the delivery scheduler: what they do then is not to be done on the ledger's thread.

    Mono<Void> tiersOpened() {
        return tiersOpened.asMono().publishOn(runtime.delivery());
    }

    Mono<Void> settled() {
        return works.settled().publishOn(runtime.delivery());
    }

    /** How full the tiers are, without waiting for anything. */
    String sizes() {
        List<String> sizes = new ArrayList<>();
        if (settings.memoryBytes() > 0) {
            sizes.add(Served.MEMORY + ": " + memory.copies().bytes() + " bytes in "
                    + memory.copies().entryCount());
        }
        tiers.forEach(tier -> sizes.add(tier.toString()));
        return String.join(", ", sizes);
    }

    Mono<CacheInfo> info() {
        MemoryTier copies = memory.copies();
        TierInfo inMemory = new TierInfo(
                Served.MEMORY,
                copies.getClass().getSimpleName(),
                settings.memoryBytes(),
                copies.bytes(),
                copies.payloadBytes(),
                copies.entryCount(),
                copies.entryCount(),
                null);
        Flux<TierInfo> first = settings.memoryBytes() == 0 ? Flux.empty() : Flux.just(inMemory);
        return first.concatWith(Flux.fromIterable(tiers).concatMap(Tier::info))
                .collectList()
                .publishOn(runtime.delivery())
                .map(all -> new CacheInfo(all, settings.freshness().lifetime().maxAge(), settings.cacheWrites()));
    }

    /** After the opening of the tiers, and after what the disk has yet to find, and the tiers to take, of what was begun before. */
    Flux<TierCheck> verify() {
        return lifecycle.whenOpenMany("verify", null, () -> {
            Flux<TierCheck> checks = tiersOpened
                    .asMono()
                    .then(works.settled())
                    .thenMany(Flux.fromIterable(tiers).concatMap(Tier::verify, 1));
            return reads.untilClose("verify", null, checks).publishOn(runtime.delivery());
        });
    }

    CacheStats stats() {
        Map<String, TierStats> each = new TreeMap<>();
        tiers.forEach(tier -> each.put(tier.name(), tier.stats()));
        return stats.snapshot(memory.copies().evictions(), flights.joined(), each);
    }

    /** Tells other caches; who wrote does not wait, and a failure is theirs to notice by the age of their copies. */
    void announce(Event event) {
        if (invalidation != null) {
            inBackground(invalidation.announce(event).doOnError(error -> stats.tierFailures.increment()));
        }
    }

    /** Until it ends or the cache is closed. */
    private void inBackground(Mono<Void> work) {
        Disposable.Swap running = Disposables.swap();
        background.add(running);
        running.update(work.doFinally(signal -> background.remove(running)).subscribe(done -> {}, error -> {}));
    }

    private MemoryTier memoryTier() {
        if (settings.memoryBytes() == 0) {
            return NoMemory.INSTANCE;
        }
        // A chain promises the order of use; Caffeine has an order of its own, and draws on chance.
        return settings.chained() || runtime.deterministic()
                ? new LruTier(settings.memoryBytes())
                : new CaffeineTier(settings.memoryBytes(), runtime, ledger);
    }

    private void addTiers(StoreTier.Shared shared) {
        DiskSpec.Settings disk = settings.disk();
        if (disk != null) {
            tiers.add(new LogTier(
                    Served.DISK,
                    disk.directory().apply(runtime),
                    disk.log(),
                    disk.admission(),
                    MAX_PENDING_BYTES,
                    shared,
                    this::openLater));
        }
        for (TierSettings tier : settings.tiers()) {
            tiers.add(tier.shared() ? sharedTier(tier, shared) : exclusiveTier(tier, shared));
        }
    }

    private static Tier exclusiveTier(TierSettings tier, StoreTier.Shared shared) {
        TierSpec.Settings settings = tier.settings();
        return new StoreTier(
                settings.name(), tier.store(), settings.maxBytes(), MAX_PENDING_BYTES, TIER_TIMEOUT, shared);
    }

    private static Tier sharedTier(TierSettings tier, StoreTier.Shared shared) {
        TierSpec.Settings settings = tier.settings();
        return new SharedTier(
                settings.name(), tier.store(), settings.maxBytes(), MAX_PENDING_BYTES, TIER_TIMEOUT, shared);
    }

    private Mono<Void> open() {
        Mono<Void> opened = source.open().doOnSuccess(done -> openBehind());
        return settings.chained() ? opened.then(tiersReady) : opened;
    }

    private void openBehind() {
        Work work = works.begin();
        inBackground(Flux.fromIterable(tiers)
                .concatMap(tier ->
                        tier.open().onErrorResume(error -> Mono.fromRunnable(() -> openLater(tier, TIER_RETRY))))
                .then()
                .doFinally(signal -> {
                    tiersOpened.tryEmitEmpty();
                    works.end(work);
                }));
        if (invalidation != null) {
            inBackground(listen(invalidation));
        }
    }

    private void openLater(Tier tier, Duration delay) {
        inBackground(Mono.delay(delay, runtime.timers())
                .then(Mono.defer(tier::open))
                .onErrorResume(error -> Mono.fromRunnable(() -> openLater(tier, TIER_RETRY))));
    }

    /** What was said while nobody listened is lost, so that each beginning makes the copies of before suspect. */
    private Mono<Void> listen(Invalidation others) {
        return Flux.defer(others::received)
                .doOnSubscribe(listening -> freshness.newEpoch())
                .doOnNext(this::received)
                .onErrorComplete()
                .repeatWhen(ends -> ends.concatMap(end -> Mono.delay(LISTEN_AGAIN, runtime.timers())))
                .then();
    }

    private void received(Event event) {
        if (event instanceof Event.KeyChanged changed) {
            removals.dropAfterOther(changed.key());
        } else if (event instanceof Event.PrefixChanged changed) {
            removals.dropPrefix(changed.prefix());
        } else {
            freshness.newEpoch();
        }
    }

    private Mono<Void> close() {
        return Mono.defer(() -> {
            closing.tryEmitEmpty();
            flights.close();
            if (blocks != null) {
                blocks.close();
            }
            background.dispose();
            memory.removePrefix("");
            return Flux.fromIterable(tiers)
                    .concatMap(tier -> tier.close().onErrorComplete())
                    .then()
                    .timeout(CLOSE_TIMEOUT, Mono.empty(), runtime.timers())
                    .publishOn(runtime.delivery())
                    .doFinally(signal -> ledger.disposeGracefully().subscribe(done -> {}, error -> {}));
        });
    }
}
