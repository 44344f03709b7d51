package io.reactivestore.cache.simulation;

import io.reactivestore.Store;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.history.History;
import io.reactivestore.testkit.history.RandomClients;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** What all runs have: a simulation, its history, and clients of a store in a process that can be killed. */
abstract class Run {

    static final Duration IN_DOUBT = Duration.ofMillis(300);

    private static final StoreOperation[] QUESTIONS = {
        StoreOperation.GET,
        StoreOperation.GET_RANGES,
        StoreOperation.HEAD,
        StoreOperation.LIST,
        StoreOperation.LIST_DIRECTORY
    };

    private static final StoreOperation[] MUTATIONS = {
        StoreOperation.PUT,
        StoreOperation.DELETE,
        StoreOperation.DELETE_ALL,
        StoreOperation.DELETE_PREFIX,
        StoreOperation.COPY
    };

    private static final int TIMES = Boolean.getBoolean("reactivestore.slow") ? 25 : 1;

    final Simulation simulation;
    final History history;
    final RandomClients clients;
    private SimulatedRuntime process;

    Run(long seed, int keys) {
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
        history = History.of(simulation, IN_DOUBT);
        process = simulation.runtime("process");
        clients = RandomClients.of(history, simulation.random())
                .maxBytes(300)
                .keys(keys)
                .readPercent(75)
                .patience(Duration.ofMillis(60));
    }

    /** The seeds of a test: this many, or 25 times as many in the slow layer; {@code -Dreactivestore.seed} repeats one alone. */
    static LongStream seeds(int count) {
        Long alone = Long.getLong("reactivestore.seed");
        return alone == null ? LongStream.rangeClosed(1, (long) count * TIMES) : LongStream.of(alone);
    }

    /** Opens the store anew in a process, over stores that outlive it. */
    abstract Store open(SimulatedRuntime process);

    /** Opens the store, for clients that begin. To be called once, before all others. */
    final void start() {
        clients.start(open(process), process);
    }

    /** Kills the process with all that it had not sent, and starts the next one. */
    final void killAndReopen() {
        process = process.reborn();
        clients.crash();
        start();
    }

    /** Lets the clients work; stops at the first answer that is not allowed. */
    final void work(long operations) {
        long end = clients.operations() + operations;
        while (clients.operations() < end && history.isClean()) {
            if (!step()) {
                throw failure("nothing is left to run");
            }
        }
    }

    /** Runs one task, if there is one, and checks what must hold after each. */
    boolean step() {
        return simulation.step();
    }

    /** Runs what is due within this time, and perhaps one task more. */
    final void runFor(Duration time) {
        long end = simulation.nanoTime() + time.toNanos();
        while (simulation.nanoTime() < end && step()) {}
    }

    /** Runs until something is so. */
    final void stepUntil(BooleanSupplier done, Duration limit, String what) {
        long end = simulation.nanoTime() + limit.toNanos();
        while (!done.getAsBoolean()) {
            if (simulation.nanoTime() > end || !step()) {
                throw failure(what + " within " + limit + "; without an answer: " + clients.underWay());
            }
        }
    }

    /** Lets each client end after its present operation, and requires that it ends. */
    final void requireAnswers(Duration limit) {
        clients.stop();
        stepUntil(() -> clients.underWay().isEmpty(), limit, "not every subscriber has got a terminal signal");
    }

    final AssertionError failure(String what) {
        return new AssertionError(
                "seed " + simulation.seed() + ", step " + simulation.steps() + ": " + what + "\n  " + lastSteps());
    }

    private String lastSteps() {
        List<String> trace = simulation.trace();
        return String.join("\n  ", trace.subList(Math.max(0, trace.size() - 40), trace.size()));
    }

    /** A store that is slow, sometimes very, loses answers and requests, applies late, and fails. */
    static FaultyStore faulty(Store store, SimulatedRuntime server, int millis) {
        Latency usual = Latency.lognormal(Duration.ofMillis(millis), Duration.ofMillis(3L * millis));
        // Of questions only: late with the latest of mutations must not be later than the doubt.
        Latency sometimesLong = usual.withTail(0.01, Latency.uniform(Duration.ofMillis(100), Duration.ofMillis(400)));
        Latency late = Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(200));
        LatencyStore slow = LatencyStore.over(store, server).latency(usual);
        for (StoreOperation question : QUESTIONS) {
            slow.latency(question, sometimesLong);
        }
        return FaultyStore.over(slow, server)
                .randomly(0.03, Fault.loseAnswer(), MUTATIONS)
                .randomly(0.03, Fault.applyLate(late), MUTATIONS)
                .randomly(0.02, Fault.applyLateAndHang(late), MUTATIONS)
                .randomly(0.02, Fault.failBefore(), StoreOperation.values())
                .randomly(0.02, Fault.ignoreCancel(), MUTATIONS)
                .randomly(0.01, Fault.hang(), QUESTIONS)
                .randomly(0.01, Fault.hang(), StoreOperation.PUT)
                .randomly(0.02, Fault.breakBody(30), StoreOperation.GET);
    }
}
