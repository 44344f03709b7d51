package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.decorate.LimitedStore;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * Operations of all kinds whose subscribers leave at any moment, over a source that is slow and fails now and then: in the end nothing is
 * left of them, no request, load, permit, timer, share of the budget, and no fence that is still up.
 */
class AbandonedOperationsTest {

    private static final int CYCLES = Boolean.getBoolean("reactivestore.slow") ? 1_000_000 : 20_000;
    private static final int PERMITS = 8;
    private static final int AT_ONCE = 50;
    private static final int LARGEST = 4096;
    private static final int BLOCK = 256;
    private static final Duration FRESH = Duration.ofMillis(40);
    private static final Duration STALE = Duration.ofDays(365);

    private final long seed = Long.getLong("reactivestore.seed", System.nanoTime());
    private final Simulation simulation = Simulation.seeded(seed);
    private final RandomGenerator random = simulation.random();
    private final SimulatedRuntime runtime = simulation.runtime("cache");
    private final Slow source = new Slow(MemoryStore.create(runtime));
    private final Slow tier = new Slow(MemoryStore.create(runtime));
    private final Map<Object, String> loads = new IdentityHashMap<>();
    private CacheStore cache;
    private int underWay;
    private int blocksRead;
    private int endedAgain;

    private CacheStore cache(boolean finishAbandoned) {
        return CacheStore.builder(
                        LimitedStore.builder(source, PERMITS).runtime(runtime).build())
                .memory(memory -> memory.maxBytes(16 << 10))
                .tier(tier, settings -> settings.maxBytes(32 << 10))
                .maxEntryBytes(LARGEST)
                .maxLoadingBytes(LARGEST)
                .blocks(blocks -> blocks.blockBytes(BLOCK).partBytes(4 * BLOCK).readAheadBytes(8 * BLOCK))
                .freshness(fresh -> fresh.maxAge(FRESH)
                        .staleWhileRevalidate(STALE)
                        .negative(FRESH, 10)
                        .heads(FRESH, 10)
                        .listings(FRESH, 10_000)
                        .renewals(1, Duration.ofSeconds(1)))
                // The shortest that lets copies be kept at all here, where writes are given up all the time.
                .inDoubt(Duration.ofMillis(20))
                .finishAbandonedLoads(finishAbandoned)
                .loads(this::heard)
                .runtime(runtime)
                .build();
    }

    private LoadListener.Begun heard(String operation, String subject) {
        LoadListener.Begun begun = new LoadListener.Begun() {
            @Override
            public void ended(@Nullable Throwable error) {
                endedAgain += loads.remove(this) == null ? 1 : 0;
            }
        };
        loads.put(begun, operation + " " + subject);
        return begun;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLeft(boolean finishAbandoned) {
        cache = cache(finishAbandoned);
        simulation.await(cache.open());
        for (int i = 0; i < CYCLES; i++) {
            Leaving subscriber = new Leaving();
            any().subscribe(subscriber);
            switch (random.nextInt(4)) {
                case 0 -> subscriber.cancel();
                case 1 -> runtime.timers().schedule(subscriber::cancel, random.nextInt(30), TimeUnit.MILLISECONDS);
                default -> {
                    // It stays to the end.
                }
            }
            while (underWay >= AT_ONCE) {
                simulation.step();
            }
        }
        simulation.runUntilIdle();
        assertThat(underWay).as("seed %d, subscribers without an end", seed).isZero();
        assertThat(source.open).as("seed %d, requests to the source", seed).isZero();
        assertThat(tier.open).as("seed %d, requests to the tier", seed).isZero();
        simulation.await(cache.settled());
        assertThat(cache.underWay())
                .as("seed %d, loads, blocks and bytes on their way", seed)
                .isZero();
        assertThat(loads).as("seed %d, loads that have not ended", seed).isEmpty();
        assertThat(endedAgain).as("seed %d, loads that ended twice", seed).isZero();
        assertThat(blocksRead).as("seed %d, reads in blocks", seed).isGreaterThan(CYCLES / 100);
        assertThat(cache.stats().stale()).as("seed %d, %s", seed, cache.stats()).isGreaterThan(CYCLES / 500);
        allPermitsAreThere();
        allOfTheBudgetIsThere();
        renewalsGoOn();
        simulation.await(cache.close());
        assertThat(source.open + tier.open).as("seed %d, after the close", seed).isZero();
    }

    private Publisher<?> any() {
        String key = "k" + random.nextInt(20);
        String other = "k" + random.nextInt(20);
        String large = "l" + random.nextInt(3);
        int at = random.nextInt(3 * LARGEST);
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> cache.get(key).flatMap(StoredObject::bytes);
            case 8, 9, 10 -> cache.get(key).flatMapMany(StoredObject::body);
            case 11, 12 -> cache.getRange(key, ByteRange.from(random.nextInt(4)));
            case 13, 14 ->
                cache.getRanges(key, List.of(ByteRange.of(0, 1), ByteRange.suffix(1)), ReadOptions.defaults());
            case 15 -> cache.get(key, ReadOptions.defaults().withMode(ReadMode.REVALIDATE));
            case 16, 17 -> cache.head(key);
            case 18, 19 -> cache.list(ListOptions.defaults().withPrefix("")).take(1 + random.nextInt(30));
            case 20 -> cache.listDirectory("").take(3);
            case 21 -> cache.put(key, Content.text("x".repeat(1 + random.nextInt(1000))));
            case 22 -> random.nextInt(10) == 0 ? cache.deletePrefix("k1") : cache.delete(key);
            case 23 -> cache.copy(key, "c" + other);
            case 24 -> cache.deleteAll(Flux.just(key, other));
            case 30, 31 -> inBlocks(cache.get(large)).flatMapMany(StoredObject::body);
            case 32 -> cache.get(large).flatMap(StoredObject::bytes);
            case 33, 34, 35 ->
                inBlocks(cache.get(large, ReadOptions.defaults().withRange(ByteRange.of(at, at + 1 + at % 1000))))
                        .flatMapMany(StoredObject::body);
            case 36, 37 ->
                cache.getRanges(large, List.of(ByteRange.of(0, 700), ByteRange.of(2000, 2001)), ReadOptions.defaults());
            case 38 -> cache.put(large, Content.bytes(new byte[LARGEST + 1 + random.nextInt(2 * LARGEST)]));
            // A part of what could be kept whole.
            case 39 -> cache.getRange(key, ByteRange.of(0, 1));
            default -> cache.warm(Flux.just(key, other));
        };
    }

    private Mono<StoredObject> inBlocks(Mono<StoredObject> read) {
        return read.doOnNext(object -> blocksRead += object instanceof BlockView ? 1 : 0);
    }

    private void allPermitsAreThere() {
        source.isReliable = true;
        List<StoredObject> bodies = simulation.await(Flux.range(0, PERMITS)
                .flatMap(i -> cache.put("p" + i, Content.text("x"))
                        .then(cache.get("p" + i, ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY))))
                .collectList());
        assertThat(bodies).hasSize(PERMITS);
    }

    private void allOfTheBudgetIsThere() {
        simulation.await(source.put("largest", Content.bytes(new byte[LARGEST])));
        simulation.await(cache.get("largest").flatMap(StoredObject::bytes));
        long asked = source.gets;
        simulation.await(cache.get("largest").flatMap(StoredObject::bytes));
        assertThat(source.gets).as("seed %d, it was kept", seed).isEqualTo(asked);
    }

    private void renewalsGoOn() {
        simulation.runFor(FRESH);
        long asked = source.gets;
        StoredObject stale = simulation.await(cache.get("largest"));
        assertThat(stale.served().stale()).isTrue();
        simulation.runUntilIdle();
        assertThat(source.gets).as("seed %d, it was renewed", seed).isEqualTo(asked + 1);
    }

    private final class Leaving extends BaseSubscriber<Object> {

        Leaving() {
            underWay++;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(3));
        }

        @Override
        protected void hookOnNext(Object value) {
            if (random.nextInt(10) == 0) {
                cancel();
            } else {
                request(1);
            }
        }

        @Override
        protected void hookOnError(Throwable error) {
            // As it ends, it ends.
        }

        @Override
        protected void hookFinally(SignalType signal) {
            underWay--;
        }
    }

    /** Takes a while, fails now and then, and counts what is under way. */
    private final class Slow extends ForwardingStore {

        boolean isReliable;
        long gets;
        int open;

        Slow(Store inner) {
            super(inner);
        }

        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return counted(operation, work.flux()).singleOrEmpty();
        }

        @Override
        protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
            return counted(operation, work);
        }

        private <T> Flux<T> counted(String operation, Flux<T> work) {
            return Flux.defer(() -> {
                gets += operation.equals("get") ? 1 : 0;
                open++;
                Flux<T> answer = isReliable || random.nextInt(10) > 0
                        ? work
                        : Flux.error(new StoreUnavailableException(operation, null, "down", true, null));
                return Mono.delay(Duration.ofMillis(random.nextInt(20)), runtime.timers())
                        .thenMany(answer)
                        .doFinally(end -> open--);
            });
        }
    }
}
