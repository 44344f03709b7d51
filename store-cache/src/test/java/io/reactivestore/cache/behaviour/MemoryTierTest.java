package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Served;
import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Memory on the machine's own runtime: bounded, and kept for what is read often rather than for what was read last. */
class MemoryTierTest extends CacheFixture {

    private static final long MAX_BYTES = 100_000;

    @Test
    void moreThanFits_isBroughtBackToTheLimit_andStaysReadable() {
        CacheStore cache = inMemory(MAX_BYTES);
        for (int i = 0; i < 500; i++) {
            put(cache, "key-" + i, "x".repeat(1000));
        }

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            TierInfo memory = facts(cache, Served.MEMORY);
            assertThat(memory.currentBytes()).isBetween(MAX_BYTES / 2, MAX_BYTES);
            assertThat(memory.payloadBytes()).isEqualTo(1000 * memory.cachedKeys());
            assertThat(cache.stats().evictions()).isEqualTo(500 - memory.cachedKeys());
        });
        for (int i = 0; i < 500; i++) {
            assertThat(get(cache, "key-" + i)).hasSize(1000);
        }
    }

    @Test
    void objectReadOften_outlivesManyReadOnce() {
        CacheStore cache = inMemory(MAX_BYTES);
        put(source, "often", "x");
        for (int i = 0; i < 50; i++) {
            get(cache, "often");
        }

        for (int i = 0; i < 500; i++) {
            put(source, "once-" + i, "x".repeat(1000));
            get(cache, "once-" + i);
        }

        assertThat(await(cache.get("often")).served().tier()).isEqualTo(Served.MEMORY);
    }

    @Test
    void unlimited_keepsEverything() {
        CacheStore cache = cache(c -> c.memory(m -> m.unlimited()).runtime(StoreRuntime.system()));
        for (int i = 0; i < 500; i++) {
            put(cache, "key-" + i, "x".repeat(1000));
        }

        for (int i = 0; i < 500; i++) {
            get(cache, "key-" + i);
        }

        assertThat(source.calls("get")).isZero();
        assertThat(facts(cache, Served.MEMORY).unlimited()).isTrue();
        assertThat(facts(cache, Served.MEMORY).cachedKeys()).isEqualTo(500);
    }

    @Test
    void objectLargerThanMemory_streams_andDropsItsOlderCopy() {
        CacheStore cache = inMemory(10_000);
        put(cache, "a", "small");

        put(cache, "a", "y".repeat(10_001));

        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.SOURCE);
        assertThat(get(cache, "a")).hasSize(10_001);
        assertThat(facts(cache, Served.MEMORY).cachedKeys()).isZero();
    }

    @Test
    void hit_arrivesOnTheCallersThread() {
        CacheStore cache = inMemory(MAX_BYTES);
        put(cache, "a", "x");
        AtomicReference<Thread> thread = new AtomicReference<>();

        cache.get("a").subscribe(object -> thread.set(Thread.currentThread()));

        assertThat(thread.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void bytesOfCopy_cannotBeChangedByWhoGotThem() {
        CacheStore cache = inMemory(MAX_BYTES);
        put(cache, "a", "right");

        byte[] mine = await(cache.getByteArray("a"));
        Arrays.fill(mine, (byte) 'X');

        assertThat(await(cache.getBytes("a")).isReadOnly()).isTrue();
        assertThat(get(cache, "a")).isEqualTo("right");
    }

    private CacheStore inMemory(long maxBytes) {
        return cache(c -> c.memory(m -> m.maxBytes(maxBytes)).runtime(StoreRuntime.system()));
    }

    private static TierInfo facts(CacheStore cache, String tier) {
        return await(cache.info()).tier(tier);
    }
}
