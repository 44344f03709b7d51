package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A source, a store to be its tier, and time that a test moves. After each test the books of every open cache are compared with what
 * lies in the tier: everything there is counted, and everything counted is there.
 */
@ExtendWith(BlockingCheck.class)
abstract class CacheFixture {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What the first store tier is called if it is given no name. */
    static final String TIER = "tier-1";

    /** Where a cache keeps its own notes in a tier. */
    static final String RESERVED = ".reactivestore/";

    final TestRuntime runtime = new TestRuntime();

    /** The source behind everything that holds it up, counts or fails. */
    final MemoryStore originals = MemoryStore.create(runtime);

    final WatchedStore source = new WatchedStore(originals);
    final WatchedStore tier = new WatchedStore(MemoryStore.create(runtime));
    private final List<CacheStore> open = new ArrayList<>();

    @AfterEach
    void booksAgreeWithTier() {
        for (CacheStore cache : List.copyOf(open)) {
            if (hasTier(cache)) {
                TierInfo facts = facts(cache);
                List<ObjectInfo> present = present();
                assertThat(facts.trackedKeys()).as("tracked keys").isEqualTo(present.size());
                assertThat(facts.currentBytes())
                        .as("counted bytes")
                        .isEqualTo(present.stream().mapToLong(ObjectInfo::size).sum());
            }
            close(cache);
        }
    }

    /** An open cache before the source. */
    final CacheStore cache(UnaryOperator<CacheStoreBuilder> settings) {
        CacheStore cache =
                settings.apply(CacheStore.builder(source).runtime(runtime)).build();
        await(cache.open());
        open.add(cache);
        return cache;
    }

    /** An open cache with nothing but the tier, unlimited, so that every copy lies where a test can see it. */
    final CacheStore cacheOnTier() {
        return cache(settings -> settings.tier(tier));
    }

    /** The same, with a limit. */
    final CacheStore cacheOnTier(long maxBytes) {
        return cache(settings -> settings.tier(tier, t -> t.maxBytes(maxBytes)));
    }

    final void close(CacheStore cache) {
        open.remove(cache);
        await(cache.close());
    }

    /** Leaves a cache as a killed process would; nothing of it is checked or used any more. */
    final void abandon(CacheStore cache) {
        open.remove(cache);
    }

    final void settle(CacheStore cache) {
        await(cache.settled());
    }

    /** Lets time pass in steps, so that no request which begins meanwhile is overtaken by its own time limit. */
    final void passSlowly(CacheStore cache, Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            runtime.pass(Duration.ofSeconds(1));
            settle(cache);
        }
    }

    /** The facts about the tier, when all that was begun is done. */
    final TierInfo facts(CacheStore cache) {
        settle(cache);
        return await(cache.info()).tier(TIER);
    }

    /** The objects in the tier but for the cache's own notes. */
    final List<ObjectInfo> present() {
        return await(
                tier.list("").filter(info -> !info.key().startsWith(RESERVED)).collectList());
    }

    /** Their keys, in order. */
    final List<String> keysInTier() {
        return present().stream().map(ObjectInfo::key).toList();
    }

    static <T> @Nullable T await(Mono<T> mono) {
        return mono.block(PATIENCE);
    }

    static <T> List<T> await(Flux<T> flux) {
        return flux.collectList().block(PATIENCE);
    }

    static void put(Store store, String key, String text) {
        await(store.put(key, Content.text(text)));
    }

    /** Puts and waits until every tier has it. */
    final void putAndSettle(CacheStore cache, String key, int bytes) {
        put(cache, key, "x".repeat(bytes));
        settle(cache);
    }

    /** The text of an object, or null if there is none. */
    static @Nullable String get(Store store, String key) {
        return await(store.getText(key));
    }

    static @Nullable String get(Store store, String key, ReadMode mode) {
        return await(store.get(key, ReadOptions.defaults().withMode(mode)).flatMap(object -> object.text()));
    }

    static @Nullable String get(Store store, String key, ByteRange range) {
        return await(store.get(key, ReadOptions.defaults().withRange(range)).flatMap(object -> object.text()));
    }

    private static boolean hasTier(CacheStore cache) {
        return await(cache.info()).tiers().stream().anyMatch(each -> each.name().equals(TIER));
    }
}
