package io.reactivestore.cache.simulation;

import io.reactivestore.Store;
import io.reactivestore.cache.ChainStore;
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

/**
 * Clients of a chain of memory and three stores, each of which lives in a process of its own, loses answers and applies late. Every
 * answer is checked against the order in which the last store applied the writes.
 */
final class ChainRun {

    private static final Duration IN_DOUBT = Duration.ofMillis(300);

    final Simulation simulation;
    final History history;
    private final RandomClients clients;
    private final SimulatedRuntime servers;
    private final Store first;
    private final Store middle;
    private final Store last;
    private SimulatedRuntime process;
    private ChainStore chain;

    ChainRun(long seed) {
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
        history = History.of(simulation, IN_DOUBT);
        servers = simulation.runtime("servers");
        process = simulation.runtime("chain");
        first = faulty(MemoryStore.create(servers), 1);
        middle = faulty(MemoryStore.create(servers), 3);
        last = faulty(history.appliedOrder().around(MemoryStore.create(servers), servers), 5);
        clients = RandomClients.of(history, simulation.random())
                .maxBytes(300)
                .keys(20)
                .readPercent(75)
                .patience(Duration.ofMillis(60));
        chain = open();
    }

    /** Lets the clients work; stops at the first answer that is not allowed. */
    void work(long operations) {
        long end = clients.operations() + operations;
        while (clients.operations() < end && history.isClean()) {
            simulation.step();
        }
    }

    /** Kills the chain's process with all that it had not sent, and starts another on the same stores. */
    void killAndReopen() {
        process = process.reborn();
        clients.crash();
        chain = open();
    }

    ChainStore chain() {
        return chain;
    }

    private ChainStore open() {
        ChainStore opened = ChainStore.builder(RemoteStore.over(last, servers, process))
                .memory(memory -> memory.maxBytes(4_000))
                .tier(RemoteStore.over(first, servers, process), tier -> tier.maxBytes(1_000))
                .tier(RemoteStore.over(middle, servers, process))
                .inDoubt(IN_DOUBT)
                .runtime(process)
                .build();
        clients.start(opened, process);
        return opened;
    }

    private Store faulty(Store store, int millis) {
        StoreOperation[] mutations = {
            StoreOperation.PUT, StoreOperation.DELETE, StoreOperation.DELETE_PREFIX, StoreOperation.COPY
        };
        Latency late = Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(150));
        LatencyStore slow = LatencyStore.over(store, servers)
                .latency(Latency.lognormal(Duration.ofMillis(millis), Duration.ofMillis(3L * millis)));
        return FaultyStore.over(slow, servers)
                .randomly(0.03, Fault.loseAnswer(), mutations)
                .randomly(0.03, Fault.applyLate(late), mutations)
                .randomly(0.02, Fault.failBefore(), StoreOperation.values())
                .randomly(0.02, Fault.ignoreCancel(), mutations)
                .randomly(0.01, Fault.hang(), StoreOperation.GET, StoreOperation.PUT);
    }
}
