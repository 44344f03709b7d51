package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.BlockLoads.Arrived;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One part under way, whose bytes come on one thread, while its waiter leaves on another and a second one wants some of its blocks on a third.
 * Outcomes: the second one finds them, is told of each that it was promised, with the right bytes, or that the part has failed; in no case
 * is anything left under way, or missing of the budget.
 */
class BlockLoadsRaceTest {

    private static final int BATCHES = Boolean.getBoolean("reactivestore.slow") ? 50 : 1;
    private static final int RACES = 4_000;
    private static final int BLOCK = 4;
    private static final int BLOCKS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final BlocksSpec.Settings SETTINGS = new BlocksSpec()
            .blockBytes(BLOCK)
            .partBytes(4 * BLOCK)
            .readAheadBytes(8 * BLOCK)
            .build();

    private final byte[] bytes = new byte[BLOCKS * BLOCK];
    private final MemoryStore objects = MemoryStore.create();
    private final Fence fence = new Fence(StoreRuntime.system(), Duration.ofMinutes(1));

    /** How a part that is under way ends, if nobody cancels it. */
    private enum End {
        ALL_COMES,
        BREAKS,
        IS_SHORT,
        CLOSED
    }

    @Test
    void bytesComeWhileOneLeavesAndAnotherJoins_whoeverStaysIsTold_andNothingIsLeft() throws Exception {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        ObjectInfo info = objects.put("k", Content.bytes(bytes)).block(PATIENCE);
        Set<String> outcomes = new HashSet<>();
        for (int batch = 0; batch < BATCHES; batch++) {
            outcomes.addAll(outcomes(info));
        }
        assertThat(outcomes).as("both that it joins and that it begins anew").contains("ALL_COMES 1", "ALL_COMES 2");
    }

    private Set<String> outcomes(ObjectInfo info) throws Exception {
        List<Race> races = new ArrayList<>();
        for (int i = 0; i < RACES; i++) {
            races.add(new Race(info, End.values()[i % End.values().length], i / End.values().length % 2 == 1));
        }
        CyclicBarrier barrier = new CyclicBarrier(3);
        List<Thread> threads = List.of(
                thread(barrier, races, Race::bring),
                thread(barrier, races, Race::leave),
                thread(barrier, races, Race::join));
        for (Thread thread : threads) {
            thread.join();
        }
        return races.stream().map(Race::outcome).collect(Collectors.toSet());
    }

    /** Of a body that breaks as it is cancelled. */
    @BeforeAll
    static void dropErrors() {
        Hooks.onErrorDropped(error -> {});
    }

    @AfterAll
    static void resetDropped() {
        Hooks.resetOnErrorDropped();
    }

    private interface Act {
        void on(Race race);
    }

    private static Thread thread(CyclicBarrier barrier, List<Race> races, Act act) {
        Thread thread = new Thread(() -> {
            try {
                for (Race race : races) {
                    barrier.await(20, TimeUnit.SECONDS);
                    act.on(race);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    private final class Race {

        private final ObjectInfo info;
        private final End end;
        private final boolean finishAlone;
        private final List<Told> heard = Collections.synchronizedList(new ArrayList<>());
        private final Sinks.Empty<Void> gate = Sinks.empty();
        private final AtomicInteger asked = new AtomicInteger();
        private final ByteBudget budget = new ByteBudget(1_000);
        private final BlockLoads loads;
        private final Waiting first = new Waiting();
        private final Waiting second = new Waiting();

        Race(ObjectInfo info, End end, boolean finishAlone) {
            this.info = info;
            this.end = end;
            this.finishAlone = finishAlone;
            Freshness freshness = new Freshness(new FreshnessSpec().build(), StoreRuntime.system());
            FreshnessSpec.Memo none = FreshnessSpec.Memo.OFF;
            Memory memory = new Memory(
                    new LruTier(1 << 20), SETTINGS, new Recent<>(none, freshness), new Recent<>(none, freshness));
            this.loads = new BlockLoads(
                    SETTINGS,
                    new Source(),
                    memory,
                    List.of(),
                    0,
                    fence,
                    new Removals(fence, memory, List.of()),
                    budget,
                    new StatsRecorder(),
                    finishAlone,
                    (operation, key) -> {
                        Told told = new Told();
                        heard.add(told);
                        return told;
                    });
            loads.want(info, 0, 4, held -> false, first, (index, from) -> first.joined.add(index));
        }

        void bring() {
            if (end == End.CLOSED) {
                loads.close();
            } else {
                gate.tryEmitEmpty();
            }
        }

        void leave() {
            loads.leave(info, first.joined, first, true);
        }

        void join() {
            try {
                loads.want(info, 2, 4, held -> false, second, (index, from) -> second.joined.add(index));
            } catch (StoreClosedException closed) {
                second.failed(closed);
            }
        }

        String outcome() {
            assertThat(loads.underWay()).isZero();
            assertThat(budget.taken()).isZero();
            assertThat(heard).isNotEmpty().allMatch(Told::isRight);
            if (finishAlone && end == End.ALL_COMES) {
                assertThat(asked).as("the part is finished").hasValue(1);
            }
            assertThat(first.wrong).isFalse();
            assertThat(second.wrong).isFalse();
            if (second.error == null) {
                assertThat(second.told.keySet()).isEqualTo(second.joined);
            } else {
                assertThat(second.error)
                        .isInstanceOf(
                                switch (end) {
                                    case ALL_COMES -> AssertionError.class;
                                    case BREAKS -> StoreUnavailableException.class;
                                    case IS_SHORT -> StoreCorruptException.class;
                                    case CLOSED -> StoreClosedException.class;
                                });
            }
            return end + " " + asked;
        }

        /** The first body waits for the gate, and ends as the race says; all others come at once. */
        private final class Source extends ForwardingStore {

            Source() {
                super(objects);
            }

            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return super.get(key, options.withChunkBytes(BLOCK));
            }

            @Override
            protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> body) {
                if (asked.getAndIncrement() > 0) {
                    return body;
                }
                Flux<T> sent = switch (end) {
                    case ALL_COMES, CLOSED -> body;
                    case BREAKS ->
                        body.take(3)
                                .concatWith(
                                        Flux.error(new StoreUnavailableException("get", key, "broken", true, null)));
                    case IS_SHORT -> body.take(3);
                };
                return gate.asMono().thenMany(sent);
            }
        }
    }

    /** What a listener hears of one part. */
    private static final class Told implements LoadListener.Begun {

        private final Map<ContextView, Integer> joined = new ConcurrentHashMap<>();
        private final AtomicInteger ends = new AtomicInteger();

        @Override
        public void joined(ContextView reader) {
            joined.merge(reader, 1, Integer::sum);
        }

        @Override
        public void ended(@Nullable Throwable error) {
            ends.incrementAndGet();
        }

        boolean isRight() {
            return ends.get() == 1
                    && !joined.isEmpty()
                    && joined.values().stream().allMatch(count -> count == 1);
        }
    }

    private final class Waiting implements BlockLoads.Waiter {

        private final Set<Long> joined = ConcurrentHashMap.newKeySet();
        private final Map<Long, Boolean> told = new ConcurrentHashMap<>();
        private volatile @Nullable StoreException error;
        private final AtomicBoolean wrong = new AtomicBoolean();
        private final Context context = Context.of("waiter", new Object());

        @Override
        public ContextView contextView() {
            return context;
        }

        @Override
        public void arrived(long index, Arrived block) {
            ByteBuffer right = ByteBuffer.wrap(bytes, (int) index * BLOCK, BLOCK);
            if (!right.equals(block.bytes) || told.put(index, true) != null) {
                wrong.set(true);
            }
            block.release();
        }

        @Override
        public void failed(Throwable failure) {
            error = (StoreException) failure;
        }
    }
}
