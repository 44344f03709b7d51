package io.reactivestore.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.history.TinyCache.Rule;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator, the faults and the checker together: nothing is found where nothing is wrong, and a broken cache is. */
class RandomClientsTest {

    private static final Duration IN_DOUBT = Duration.ofMillis(300);
    private static final Set<Rule> ALL = EnumSet.allOf(Rule.class);
    private static final int SEEDS = Boolean.getBoolean("reactivestore.slow") ? 500 : 5;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storeWithoutCache_overAFaultyNetwork_isFine(boolean strict) {
        Run run = new Run(1, strict, null);
        run.work(20_000);
        run.history.verify();
        assertThat(run.clients.operations()).isGreaterThanOrEqualTo(20_000);
        assertThat(run.history.reads()).isGreaterThan(6_000);
        assertThat(run.faulty.injected()).isGreaterThan(1_000);
        assertThat(run.history.kept()).isLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storeWithoutCache_whoseClientsAreKilled_isFine(boolean strict) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Run run = new Run(seed, strict, null);
            for (int kill = 0; kill < 8; kill++) {
                run.work(200);
                run.killAndReopen();
            }
            run.history.verify();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cacheWithAllRules_isFine(boolean strict) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Run run = new Run(seed, strict, ALL);
            run.work(2_000);
            run.history.verify();
            assertThat(run.cacheHits()).isGreaterThan(400);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cacheWithoutAnyFence_isFound(boolean strict) {
        assertThat(seedsThatFind(strict, EnumSet.of(Rule.DROP), 5)).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource
    void cacheWithoutOneRule_isFound(Rule without) {
        assertThat(seedsThatFind(true, EnumSet.complementOf(EnumSet.of(without)), 10))
                .isNotEmpty();
    }

    @Test
    void sameSeed_sameRun() {
        Run one = new Run(3, true, EnumSet.of(Rule.DROP));
        Run two = new Run(3, true, EnumSet.of(Rule.DROP));
        one.work(2_000);
        two.work(2_000);
        assertThat(one.simulation.fingerprint()).isEqualTo(two.simulation.fingerprint());
        assertThat(one.history.violations()).isEqualTo(two.history.violations()).isNotEmpty();
        Run three = new Run(4, true, EnumSet.of(Rule.DROP));
        three.work(2_000);
        assertThat(three.simulation.fingerprint()).isNotEqualTo(one.simulation.fingerprint());
    }

    private static List<Long> seedsThatFind(boolean strict, Set<Rule> rules, int seeds) {
        List<Long> found = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++) {
            Run run = new Run(seed, strict, rules);
            run.work(5_000);
            if (!run.history.isClean()) {
                found.add(seed);
            }
        }
        return found;
    }

    /** Clients in a process of their own, a network that loses answers and delivers late, and a source that remembers. */
    private static final class Run {

        final Simulation simulation;
        final History history;
        final FaultyStore faulty;
        final RandomClients clients;
        private final SimulatedRuntime server;
        private SimulatedRuntime process;
        private final Set<Rule> rules;
        private TinyCache cache;

        Run(long seed, boolean strict, Set<Rule> rules) {
            simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
            history = History.of(simulation, IN_DOUBT);
            this.rules = rules;
            server = simulation.runtime("source");
            process = simulation.runtime("cache");
            Store memory = MemoryStore.create(server);
            Store source = strict ? history.appliedOrder().around(memory, server) : memory;
            LatencyStore slow = LatencyStore.over(source, server)
                    .latency(Latency.lognormal(Duration.ofMillis(5), Duration.ofMillis(15)));
            StoreOperation[] mutations = {
                StoreOperation.PUT, StoreOperation.DELETE, StoreOperation.DELETE_PREFIX, StoreOperation.COPY
            };
            Latency late = Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(150));
            faulty = FaultyStore.over(slow, server)
                    .randomly(0.03, Fault.loseAnswer(), mutations)
                    .randomly(0.03, Fault.applyLate(late), mutations)
                    .randomly(0.02, Fault.applyLateAndHang(late), mutations)
                    .randomly(0.02, Fault.failBefore(), StoreOperation.values())
                    .randomly(0.02, Fault.ignoreCancel(), mutations)
                    .randomly(0.01, Fault.hang(), StoreOperation.GET, StoreOperation.PUT)
                    .randomly(0.02, Fault.breakBody(30), StoreOperation.GET);
            clients = RandomClients.of(history, simulation.random())
                    .maxBytes(300)
                    // A cache needs quiet keys: where all is in doubt, nothing is kept.
                    .keys(rules == null ? 6 : 30)
                    .readPercent(rules == null ? 50 : 75)
                    .patience(Duration.ofMillis(60));
            clients.start(store(), process);
        }

        void work(long operations) {
            long end = clients.operations() + operations;
            while (clients.operations() < end && history.isClean()) {
                simulation.step();
            }
        }

        void killAndReopen() {
            process = process.reborn();
            clients.crash();
            clients.start(store(), process);
        }

        long cacheHits() {
            return cache.hits();
        }

        private Store store() {
            Store remote = RemoteStore.over(faulty, server, process);
            if (rules == null) {
                return remote;
            }
            cache = new TinyCache(remote, process, IN_DOUBT, rules, clients.keyNames());
            return cache;
        }
    }
}
