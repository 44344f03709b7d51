package io.reactivestore.cache.simulation;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.history.History;
import io.reactivestore.testkit.history.RandomClients;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.Objects;

/**
 * Clients of a cache in a process of their own, a source that loses answers and applies late, and a tier in a third process that does
 * the same and outlives the cache. Every answer is checked against the order in which the source applied the writes.
 */
final class CacheRun {

    static final long TIER_BYTES = 2_000;

    private static final Duration IN_DOUBT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    final Simulation simulation;
    final History history;
    final RandomClients clients;
    private final boolean withTier;
    private final SimulatedRuntime server;
    private final SimulatedRuntime tierServer;
    private final MemoryStore tierMemory;
    private final FaultyStore source;
    private final FaultyStore tier;
    private SimulatedRuntime process;
    private CacheStore cache;

    CacheRun(long seed, boolean withTier) {
        this.withTier = withTier;
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
        history = History.of(simulation, IN_DOUBT);
        server = simulation.runtime("source");
        tierServer = simulation.runtime("tier");
        process = simulation.runtime("cache");
        source = faulty(history.appliedOrder().around(MemoryStore.create(server), server), server, 5);
        tierMemory = MemoryStore.create(tierServer);
        tier = faulty(tierMemory, tierServer, 1);
        clients = RandomClients.of(history, simulation.random())
                .maxBytes(300)
                .keys(30)
                .readPercent(75)
                .patience(Duration.ofMillis(60));
        cache = open();
    }

    /** Lets the clients work; stops at the first answer that is not allowed. */
    void work(long operations) {
        long end = clients.operations() + operations;
        while (clients.operations() < end && history.isClean()) {
            simulation.step();
        }
    }

    /** Kills the cache's process with all that it had not sent, and starts another on the same tier. */
    void killAndReopen() {
        process = process.reborn();
        clients.crash();
        cache = open();
    }

    /** Stops the clients, and lets everything end that is under way, at a tier that has no more troubles. */
    void settle() {
        clients.stop();
        source.heal();
        tier.heal();
        simulation.runFor(PATIENCE);
        simulation.await(cache.settled());
    }

    CacheStore cache() {
        return cache;
    }

    /** The bytes that really lie in the tier, but for the cache's own marks. */
    long bytesInTier() {
        return Objects.requireNonNull(simulation.await(tierMemory
                .list("")
                .filter(info -> !info.key().startsWith(".reactivestore/"))
                .map(ObjectInfo::size)
                .reduce(0L, Long::sum)));
    }

    private CacheStore open() {
        CacheStoreBuilder builder = CacheStore.builder(RemoteStore.over(source, server, process))
                .memory(m -> m.maxBytes(20_000))
                .inDoubt(IN_DOUBT)
                .runtime(process);
        if (withTier) {
            builder.tier(RemoteStore.over(tier, tierServer, process), t -> t.maxBytes(TIER_BYTES));
        }
        CacheStore opened = builder.build();
        clients.start(opened, process);
        return opened;
    }

    private static FaultyStore faulty(Store store, SimulatedRuntime server, int millis) {
        StoreOperation[] mutations = {
            StoreOperation.PUT, StoreOperation.DELETE, StoreOperation.DELETE_PREFIX, StoreOperation.COPY
        };
        Latency late = Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(150));
        LatencyStore slow = LatencyStore.over(store, server)
                .latency(Latency.lognormal(Duration.ofMillis(millis), Duration.ofMillis(3L * millis)));
        return FaultyStore.over(slow, server)
                .randomly(0.03, Fault.loseAnswer(), mutations)
                .randomly(0.03, Fault.applyLate(late), mutations)
                .randomly(0.02, Fault.applyLateAndHang(late), mutations)
                .randomly(0.02, Fault.failBefore(), StoreOperation.values())
                .randomly(0.02, Fault.ignoreCancel(), mutations)
                .randomly(0.01, Fault.hang(), StoreOperation.GET, StoreOperation.PUT)
                .randomly(0.02, Fault.breakBody(30), StoreOperation.GET);
    }
}
