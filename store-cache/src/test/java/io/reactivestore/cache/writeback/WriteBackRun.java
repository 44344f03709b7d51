package io.reactivestore.cache.writeback;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.internal.Contents;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import io.reactivestore.testkit.fault.RemoteStore;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.history.History;
import io.reactivestore.testkit.history.HistoryClient;
import io.reactivestore.testkit.history.RandomClients;
import io.reactivestore.testkit.history.Read;
import io.reactivestore.testkit.history.Values;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * Clients of a write-back store with little room, one that flushes, one that scans, perhaps one that clears, all of which lose patience;
 * and an inner store in another process that loses answers, applies late and hangs.
 */
final class WriteBackRun {

    private static final Duration IN_DOUBT = Duration.ofMillis(300);
    private static final int KEYS = 24;

    final Simulation simulation;
    final History history;
    final RandomClients clients;
    final WriteBackStore store;

    /** What flushes told, and what the inner store applied, of each key: the numbers of the writes. */
    final Map<String, List<Long>> flushed = new HashMap<>();

    final Map<String, List<Long>> applied = new HashMap<>();

    private final SimulatedRuntime process;
    private final Store memory;
    private final FaultyStore inner;
    private boolean stopped;

    WriteBackRun(long seed, UnaryOperator<WriteBackStoreBuilder> settings) {
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
        history = History.of(simulation, IN_DOUBT);
        SimulatedRuntime server = simulation.runtime("inner");
        process = simulation.runtime("write-back");
        memory = MemoryStore.create(server);
        inner = faulty(new Applied(memory, server), server);
        store = settings.apply(WriteBackStore.builder(RemoteStore.over(inner, server, process))
                        .maxEntries(12)
                        .maxDirtyBytes(2_000)
                        .maxDirtyAge(Duration.ofMillis(500))
                        .flushConcurrency(3)
                        .writeTimeout(Duration.ofMillis(200))
                        .inDoubt(IN_DOUBT)
                        .runtime(process))
                .build();
        clients = RandomClients.of(history, simulation.random())
                .maxBytes(300)
                .keys(KEYS)
                .readPercent(50)
                .patience(Duration.ofMillis(150));
    }

    /** Clients with everything that a store can do. */
    WriteBackRun withClients() {
        clients.start(store, process);
        return this;
    }

    /** Clients that only put, delete and read, each write of its own number, so that the order in the inner store can be told. */
    WriteBackRun withWriters() {
        for (int i = 1; i <= 6; i++) {
            HistoryClient client = history.client("w" + i, store);
            repeat(Duration.ofMillis(5), Duration.ofMillis(150), () -> {
                String key = "w/" + simulation.random().nextInt(8);
                int choice = simulation.random().nextInt(10);
                return choice < 6 ? client.put(key, 60) : choice < 7 ? client.delete(key) : client.read(key);
            });
        }
        return this;
    }

    WriteBackRun withFlushes() {
        repeat(
                Duration.ofMillis(60),
                Duration.ofMillis(250),
                () -> store.flush().doOnNext(this::note).then());
        return this;
    }

    WriteBackRun withScans() {
        repeat(Duration.ofMillis(40), Duration.ofMillis(400), this::scan);
        return this;
    }

    WriteBackRun withClears() {
        Store clearing = new ForwardingStore(store) {
            @Override
            public Mono<Long> deletePrefix(String prefix) {
                return store.clear().thenReturn(0L);
            }
        };
        HistoryClient client = history.client("clear", clearing);
        repeat(Duration.ofMillis(1_500), Duration.ofMillis(400), () -> client.deletePrefix(""));
        return this;
    }

    /** Lets all work; stops at the first answer that is not allowed. */
    WriteBackRun work(Duration time) {
        long end = simulation.nanoTime() + time.toNanos();
        while (simulation.nanoTime() < end && history.isClean()) {
            simulation.step();
        }
        return this;
    }

    /** Stops all, lets doubts end, flushes, and reads every key past the store. */
    void settle(List<String> keys) {
        stopped = true;
        clients.stop();
        inner.heal();
        simulation.runFor(Duration.ofSeconds(5));
        simulation.await(store.flush().doOnNext(this::note).then());
        HistoryClient below = history.client("below", memory);
        HistoryClient above = history.client("above", store);
        for (String key : keys) {
            simulation.await(above.read(key));
            simulation.await(below.read(key));
        }
    }

    static List<String> writerKeys() {
        return IntStream.range(0, 8).mapToObj(i -> "w/" + i).toList();
    }

    private Mono<Void> scan() {
        return Mono.defer(() -> {
            Map<String, Read> reads = new HashMap<>();
            clients.keyNames().forEach(key -> reads.put(key, history.read("scan", key)));
            Runnable fail = () -> reads.values().forEach(Read::failed);
            List<String> seen = new ArrayList<>();
            return store.scan(ListOptions.prefix("p"))
                    .doOnNext(object -> {
                        Read read = reads.remove(object.key());
                        if (read == null) {
                            throw new AssertionError("scanned twice or unknown: " + object.key() + " after " + seen);
                        }
                        if (!seen.isEmpty() && seen.get(seen.size() - 1).compareTo(object.key()) >= 0) {
                            throw new AssertionError("out of order: " + object.key() + " after " + seen);
                        }
                        seen.add(object.key());
                        read.returned(object.value());
                    })
                    .doOnComplete(() -> reads.values().forEach(Read::absent))
                    .doOnError(error -> fail.run())
                    .doOnCancel(fail)
                    .then();
        });
    }

    private void note(DirtyEntry entry) {
        ByteBuffer value = entry.value();
        if (value != null) {
            flushed.computeIfAbsent(entry.key(), key -> new ArrayList<>())
                    .add(Values.observe(value).number());
        }
    }

    private void repeat(Duration pause, Duration patience, Supplier<Mono<Void>> work) {
        Mono.delay(Latency.uniform(Duration.ZERO, pause).next(simulation.random()), process.timers())
                .then(Mono.defer(work).timeout(patience, process.timers()).onErrorComplete(Exception.class::isInstance))
                .repeat(() -> !stopped)
                .subscribe(each -> {}, e -> simulation.note("ended: " + e));
    }

    private static FaultyStore faulty(Store store, SimulatedRuntime server) {
        StoreOperation[] mutations = {
            StoreOperation.PUT, StoreOperation.DELETE, StoreOperation.DELETE_PREFIX, StoreOperation.COPY
        };
        Latency late = Latency.uniform(Duration.ofMillis(1), Duration.ofMillis(150));
        LatencyStore slow = LatencyStore.over(store, server)
                .latency(Latency.lognormal(Duration.ofMillis(3), Duration.ofMillis(12)));
        return FaultyStore.over(slow, server)
                .randomly(0.03, Fault.loseAnswer(), mutations)
                .randomly(0.03, Fault.applyLate(late), mutations)
                .randomly(0.02, Fault.applyLateAndHang(late), mutations)
                .randomly(0.02, Fault.failBefore(), StoreOperation.values())
                .randomly(0.02, Fault.ignoreCancel(), mutations)
                .randomly(0.01, Fault.hang(), StoreOperation.GET, StoreOperation.PUT)
                .randomly(0.02, Fault.breakBody(30), StoreOperation.GET);
    }

    /** Notes the order in which puts are applied. */
    private final class Applied extends ForwardingStore {

        private final SimulatedRuntime server;

        Applied(Store inner, SimulatedRuntime server) {
            super(inner);
            this.server = server;
        }

        @Override
        public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
            return Contents.collect("put", key, content, server)
                    .flatMap(bytes -> super.put(key, Content.buffer(bytes), options)
                            .doOnNext(info -> applied.computeIfAbsent(key, each -> new ArrayList<>())
                                    .add(Values.observe(bytes).number())));
        }
    }
}
