package io.reactivestore.cache.simulation;

import io.reactivestore.Store;
import io.reactivestore.cache.ChainStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;

/**
 * Clients of a chain of memory and three stores, each of which lives in a process of its own, loses answers and applies late. Every
 * answer is checked against the order in which the last store applied the writes.
 */
final class ChainRun extends Run {

    private final SimulatedRuntime servers;
    private final Store first;
    private final Store middle;
    private final Store last;
    private ChainStore chain;

    ChainRun(long seed) {
        super(seed, 20);
        servers = simulation.runtime("servers");
        first = faulty(MemoryStore.create(servers), servers, 1);
        middle = faulty(MemoryStore.create(servers), servers, 3);
        last = faulty(history.appliedOrder().around(MemoryStore.create(servers), servers), servers, 5);
        start();
    }

    @Override
    Store open(SimulatedRuntime process) {
        chain = ChainStore.builder(RemoteStore.over(last, servers, process))
                .memory(memory -> memory.maxBytes(4_000))
                .tier(RemoteStore.over(first, servers, process), tier -> tier.maxBytes(1_000))
                .tier(RemoteStore.over(middle, servers, process))
                .inDoubt(IN_DOUBT)
                .runtime(process)
                .build();
        return chain;
    }

    ChainStore chain() {
        return chain;
    }
}
