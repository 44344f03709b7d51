package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
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
import java.util.function.LongConsumer;
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
    WriteBackStore store;

    /** What flushes told, and what the inner store applied, of each key: the numbers of the writes. */
    final Map<String, List<Long>> flushed = new HashMap<>();

    final Map<String, List<Long>> applied = new HashMap<>();

    private final UnaryOperator<WriteBackStoreBuilder> settings;
    private final SimulatedRuntime server;
    private final Store memory;
    private final FaultyStore inner;
    private final MemoryFiles files = new MemoryFiles();
    private final List<Runnable> starts = new ArrayList<>();
    private final List<HistoryClient> own = new ArrayList<>();
    private SimulatedRuntime process;
    private boolean journaled;
    private boolean dying;
    private boolean stopped;

    WriteBackRun(long seed, UnaryOperator<WriteBackStoreBuilder> settings) {
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(20));
        history = History.of(simulation, IN_DOUBT);
        this.settings = settings;
        server = simulation.runtime("inner");
        process = simulation.runtime("write-back");
        memory = MemoryStore.create(server);
        inner = faulty(new Applied(memory, server), server);
        store = build();
        clients = RandomClients.of(history, simulation.random())
                .maxBytes(300)
                .keys(KEYS)
                .readPercent(50)
                .patience(Duration.ofMillis(150));
    }

    private WriteBackStore build() {
        WriteBackStoreBuilder builder = WriteBackStore.builder(RemoteStore.over(inner, server, process))
                .maxEntries(12)
                .maxDirtyBytes(2_000)
                .maxDirtyAge(Duration.ofMillis(500))
                .flushConcurrency(3)
                .writeTimeout(Duration.ofMillis(200))
                .inDoubt(IN_DOUBT)
                .runtime(process);
        return settings.apply(journaled ? builder.journal(files, 2_000) : builder)
                .build();
    }

    /** With a journal, on a disk that is full now and then. Before any client. */
    WriteBackRun withJournal() {
        journaled = true;
        store = build();
        Latency pause = Latency.uniform(Duration.ofMillis(50), Duration.ofMillis(400));
        Mono.delay(pause.next(simulation.random()), server.timers())
                .filter(tick -> process.isAlive() && !dying)
                .doOnNext(tick -> files.cannotTruncate(simulation.random().nextInt(4) == 0)
                        .free(
                                simulation.random().nextInt(4) == 0
                                        ? simulation.random().nextInt(600)
                                        : Long.MAX_VALUE))
                .repeat(() -> !stopped)
                .subscribe(each -> {}, e -> simulation.note("ended: " + e));
        return this;
    }

    /** Kills the process, as by kill -9, and starts all its clients in the next one, over the same journal and inner store. */
    void kill() {
        files.kill();
        process = process.reborn();
        clients.crash();
        own.forEach(HistoryClient::crash);
        own.clear();
        store = build();
        starts.forEach(Runnable::run);
    }

    private WriteBackRun starting(Runnable start) {
        starts.add(start);
        start.run();
        return this;
    }

    private HistoryClient client(String name, Store of) {
        HistoryClient client = history.client(name, of);
        own.add(client);
        return client;
    }

    /** Clients with everything that a store can do. */
    WriteBackRun withClients() {
        return starting(() -> clients.start(store, process));
    }

    /**
     * One that writes past the table: first it flushes all, as a value that is not yet flushed keeps winning; its keys have no other
     * writer.
     */
    WriteBackRun withInnerWrites() {
        return starting(() -> {
            WriteBackStore of = store;
            HistoryClient above = client("above", of);
            HistoryClient past = client("past", new PastTheTable(of));
            repeat(Duration.ofMillis(20), Duration.ofMillis(300), () -> {
                String key = "inner/" + simulation.random().nextInt(3);
                return switch (simulation.random().nextInt(6)) {
                    case 0 -> above.delete(key);
                    case 1 -> above.put(key, 60);
                    case 2 -> flushed(of).then(past.delete(key));
                    case 3 -> flushed(of).then(past.put(key, 60));
                    default -> above.read(key);
                };
            });
        });
    }

    private static Mono<Void> flushed(WriteBackStore of) {
        return of.flush().then();
    }

    private static final class PastTheTable extends ForwardingStore {

        private final WriteBackStore store;

        PastTheTable(WriteBackStore store) {
            super(store);
            this.store = store;
        }

        @Override
        public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
            return store.putInner(key, content, options);
        }

        @Override
        public Mono<Void> delete(String key, DeleteOptions options) {
            return store.deleteInner(key);
        }
    }

    static List<String> innerKeys() {
        return List.of("inner/0", "inner/1", "inner/2");
    }

    /** Clients that only put, delete and read, each write of its own number, so that the order in the inner store can be told. */
    WriteBackRun withWriters() {
        return starting(() -> {
            for (int i = 1; i <= 6; i++) {
                HistoryClient client = client("w" + i, store);
                repeat(Duration.ofMillis(5), Duration.ofMillis(150), () -> {
                    String key = "w/" + simulation.random().nextInt(8);
                    int choice = simulation.random().nextInt(10);
                    return choice < 6 ? client.put(key, 60) : choice < 7 ? client.delete(key) : client.read(key);
                });
            }
        });
    }

    WriteBackRun withFlushes() {
        return starting(() -> repeat(
                Duration.ofMillis(60),
                Duration.ofMillis(250),
                () -> store.flush().doOnNext(this::note).then()));
    }

    WriteBackRun withScans() {
        return starting(() -> repeat(Duration.ofMillis(40), Duration.ofMillis(400), this::scan));
    }

    WriteBackRun withClears() {
        return starting(() -> {
            WriteBackStore of = store;
            Store clearing = new ForwardingStore(of) {
                @Override
                public Mono<Long> deletePrefix(String prefix) {
                    return of.clear().thenReturn(0L);
                }
            };
            HistoryClient client = client("clear", clearing);
            repeat(Duration.ofMillis(1_500), Duration.ofMillis(400), () -> client.deletePrefix(""));
        });
    }

    /** Lets all work; stops at the first answer that is not allowed. */
    WriteBackRun work(Duration time) {
        long end = simulation.nanoTime() + time.toNanos();
        while (simulation.nanoTime() < end && history.isClean()) {
            simulation.step();
        }
        return this;
    }

    /** As {@link #work}, with kills at random times, half of them in the middle of a write to the journal. */
    WriteBackRun workWithKills(Duration time, int kills) {
        for (int i = 0; i <= kills; i++) {
            if (i > 0) {
                kill();
            }
            work(Duration.ofNanos(simulation.random().nextLong(2 * time.toNanos() / (kills + 1))));
            if (simulation.random().nextBoolean()) {
                dieInAWrite();
            }
        }
        return this;
    }

    private void dieInAWrite() {
        dying = true;
        files.free(simulation.random().nextInt(400)).killWhenFull(process::kill);
        long end = simulation.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (process.isAlive() && simulation.nanoTime() < end && history.isClean()) {
            simulation.step();
        }
        kill();
        dying = false;
    }

    /** Makes a run of each seed from 1 on; a failure tells its seed. */
    static void forSeeds(int count, LongConsumer run) {
        for (long seed = 1; seed <= count; seed++) {
            try {
                run.accept(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** Settles, and checks what the clients have seen, and that nothing is left to be written. */
    void verify(List<String> keys) {
        settle(keys);
        history.verify();
        assertThat(store.stats().dirtyEntries()).as("dirty").isZero();
        assertThat(store.stats().keysInDoubt()).as("in doubt").isZero();
    }

    /** Checks that flushes have told of each write once. */
    void verifyFlushedOnce() {
        assertThat(flushed)
                .isNotEmpty()
                .allSatisfy((key, numbers) -> assertThat(numbers).doesNotHaveDuplicates());
    }

    /** Stops all, lets doubts end, flushes, and reads every key past the store. */
    private void settle(List<String> keys) {
        stopped = true;
        clients.stop();
        inner.heal();
        files.cannotTruncate(false).free(Long.MAX_VALUE);
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
