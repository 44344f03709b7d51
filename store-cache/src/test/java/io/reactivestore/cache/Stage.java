package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoredObject;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** A cache over a source and, if wanted, a tier that the test steps through, on virtual time. The key is "k" where none is named. */
final class Stage {

    static final Duration IN_DOUBT = Duration.ofMinutes(1);
    static final String KEY = "k";

    final Simulation simulation;
    final GatedStore source;
    final GatedStore tier;
    /** A disk outlives the processes too. */
    final SimulatedDisk disk = new SimulatedDisk(1);

    private final Tiers tiers;
    private final boolean hasDisk;
    private final UnaryOperator<CacheStoreBuilder> settings;
    SimulatedRuntime runtime;

    /** What the cache has of its process: a disk that a test can hold up. */
    SlowIo io;

    CacheStore cache;

    /** What the cache has of the store {@link #tier}. */
    private enum Tiers {
        NONE,
        OWN,
        SHARED
    }

    private Stage(long seed, Tiers tiers, boolean hasDisk, UnaryOperator<CacheStoreBuilder> settings) {
        this.simulation = Simulation.seeded(seed);
        this.tiers = tiers;
        this.hasDisk = hasDisk;
        this.settings = settings;
        // Source and tier are processes of their own, which outlive the cache's.
        SimulatedRuntime servers = simulation.runtime("servers");
        this.source = new GatedStore(servers);
        this.tier = new GatedStore(servers);
        this.runtime = simulation.runtime("cache");
        build();
    }

    /** A cache in memory. */
    static Stage memory() {
        return memory(builder -> builder);
    }

    static Stage memory(UnaryOperator<CacheStoreBuilder> settings) {
        return new Stage(
                1, Tiers.NONE, false, builder -> settings.apply(builder.memory(memory -> memory.maxBytes(1 << 20))));
    }

    /** A cache in a tier only, so that every read shows what the tier has. */
    static Stage tier() {
        return tier(builder -> builder);
    }

    static Stage tier(UnaryOperator<CacheStoreBuilder> settings) {
        return new Stage(1, Tiers.OWN, false, settings);
    }

    /** A cache in a tier only, which others could write to as well. */
    static Stage sharedTier(UnaryOperator<CacheStoreBuilder> settings) {
        return new Stage(1, Tiers.SHARED, false, settings);
    }

    /** A cache in memory and a tier. */
    static Stage both() {
        return both(builder -> builder);
    }

    static Stage both(UnaryOperator<CacheStoreBuilder> settings) {
        return new Stage(
                1, Tiers.OWN, false, builder -> settings.apply(builder.memory(memory -> memory.maxBytes(1 << 20))));
    }

    /** A cache on a disk only. */
    static Stage disk() {
        return disk(builder -> builder);
    }

    static Stage disk(UnaryOperator<CacheStoreBuilder> settings) {
        return new Stage(1, Tiers.NONE, true, settings);
    }

    /** A cache in memory and on a disk. */
    static Stage memoryAndDisk() {
        return disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20)));
    }

    private void build() {
        io = new SlowIo(runtime);
        CacheStoreBuilder builder = CacheStore.builder(source).inDoubt(IN_DOUBT).runtime(io);
        if (hasDisk) {
            builder.disk(d -> disk.of(runtime, d).maxBytes(64 << 10));
        }
        CacheStoreBuilder set = settings.apply(builder);
        cache = switch (tiers) {
            case NONE -> set.build();
            case OWN -> set.tier(tier).build();
            case SHARED -> set.sharedTier(tier).build();
        };
    }

    /** Opens it, the tier too. */
    Stage open() {
        simulation.await(cache.open());
        return this;
    }

    /** Lets everything happen that needs no time and no answer. */
    void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    void run(Duration time) {
        simulation.runFor(time);
    }

    /** What a reader sees who begins now. */
    String read() {
        return read(KEY);
    }

    String read(String key) {
        String text = simulation.await(text(key));
        run();
        return text == null ? "(none)" : text;
    }

    /** Begins a read. */
    TestSubscriber<String> reader() {
        return reader(KEY);
    }

    TestSubscriber<String> reader(String key) {
        TestSubscriber<String> reader = TestSubscriber.create();
        text(key).subscribe(reader);
        return reader;
    }

    /** Begins a put. */
    TestSubscriber<ObjectInfo> writer(String text) {
        TestSubscriber<ObjectInfo> writer = TestSubscriber.create();
        cache.put(KEY, Content.text(text)).subscribe(writer);
        return writer;
    }

    void put(String text) {
        simulation.await(cache.put(KEY, Content.text(text)));
    }

    <T> T await(Mono<T> mono) {
        return simulation.await(mono);
    }

    void settle() {
        simulation.await(cache.settled());
    }

    /** Lets a large object take the place of all others in memory. */
    void fillMemory() {
        source.write("filler", "x".repeat((1 << 20) - 500));
        read("filler");
    }

    /** The same while the source holds reads back. */
    void fillMemoryPastTheGate() {
        source.pass(GatedStore.Op.GET);
        fillMemory();
        source.hold(GatedStore.Op.GET);
    }

    /** Closes it and opens it anew, as another process. */
    void reopen() {
        simulation.await(cache.close());
        runtime = runtime.reborn();
        build();
        open();
    }

    /** Kills it, as by kill -9, and builds another one, which is not open yet. */
    void kill() {
        runtime = runtime.reborn();
        build();
    }

    Mono<String> text(String key) {
        return cache.get(key).flatMap(StoredObject::text);
    }
}
