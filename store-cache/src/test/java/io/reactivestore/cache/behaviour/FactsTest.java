package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Served;
import io.reactivestore.cache.CacheInfo;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The seven facts: type of the tier, age limit, size limit, size, tracked keys, cached keys, whether writes are kept. */
class FactsTest extends CacheFixture {

    @Test
    void newCache_tellsItsDefaults() {
        CacheStore cache = cache(c -> c.tier(MemoryStore.create(runtime), t -> t.name("copies")));

        CacheInfo info = await(cache.info());

        assertThat(info.maxAge()).isNull();
        assertThat(info.cacheWrites()).isTrue();
        assertThat(info.tiers())
                .containsExactly(new TierInfo("copies", "MemoryStore", Long.MAX_VALUE, 0, 0, 0, 0, null));
        assertThat(info.tier("copies").unlimited()).isTrue();
    }

    @Test
    void cacheWithSettings_tellsThem() {
        CacheStore cache = cache(c -> c.tier(tier, t -> t.maxBytes(1024))
                .freshness(f -> f.maxAge(Duration.ofMinutes(5)))
                .cacheWrites(false));

        CacheInfo info = await(cache.info());

        assertThat(info.maxAge()).isEqualTo(Duration.ofMinutes(5));
        assertThat(info.cacheWrites()).isFalse();
        assertThat(info.tier(TIER).maxBytes()).isEqualTo(1024);
        assertThat(info.tier(TIER).unlimited()).isFalse();
    }

    @Test
    void oneObject_isCountedWithItsBytes() {
        CacheStore cache = cacheOnTier();

        putAndSettle(cache, "a", 24);

        assertThat(facts(cache).trackedKeys()).isEqualTo(1);
        assertThat(facts(cache).cachedKeys()).isEqualTo(1);
        assertThat(facts(cache).currentBytes()).isEqualTo(24);
        assertThat(facts(cache).payloadBytes()).isEqualTo(24);
    }

    @Test
    void fillUnderWay_isTracked_butNotYetCached() {
        CacheStore cache = cacheOnTier();
        tier.hold("put");
        put(cache, "a", "12345");

        TierInfo before = await(cache.info()).tier(TIER);
        tier.release("put");
        TierInfo after = facts(cache);

        assertThat(before.trackedKeys()).isEqualTo(1);
        assertThat(before.currentBytes()).isEqualTo(5);
        assertThat(before.cachedKeys()).isZero();
        assertThat(after.cachedKeys()).isEqualTo(1);
    }

    @Test
    void tiers_areToldFromTopToBottom() {
        MemoryStore lowest = MemoryStore.create(runtime);
        CacheStore cache =
                cache(c -> c.tier(tier).tier(lowest, t -> t.name("lowest")).memory(m -> m.maxBytes(10_000)));

        putAndSettle(cache, "a", 3);

        assertThat(await(cache.info()).tiers())
                .extracting(TierInfo::name)
                .containsExactly(Served.MEMORY, TIER, "lowest");
        assertThat(await(cache.info()).tiers()).extracting(TierInfo::cachedKeys).containsOnly(1L);
    }

    @Test
    void memory_weighsBytesAndWhatEntriesCost() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(10_000)));

        put(cache, "a", "x".repeat(100));

        TierInfo memory = await(cache.info()).tier(Served.MEMORY);
        assertThat(memory.maxBytes()).isEqualTo(10_000);
        assertThat(memory.currentBytes()).isBetween(101L, 1_000L);
        assertThat(memory.cachedKeys()).isEqualTo(1);
    }

    @Test
    void cacheWithoutMemory_tellsOfNone() {
        CacheStore cache = cacheOnTier();

        assertThatThrownBy(() -> await(cache.info()).tier(Served.MEMORY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("memory");
    }

    @Test
    void toString_tellsSettings() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(2048))
                .tier(tier, t -> t.maxBytes(1024).name("copies"))
                .freshness(f -> f.maxAge(Duration.ofMinutes(1))));

        assertThat(cache.toString())
                .startsWith("CacheStore[")
                .contains("memory=2048 bytes", "copies=", "1024 bytes", "maxAge=PT1M", "cacheWrites=true");
    }

    @Test
    void toString_tellsWhatIsKept() {
        CacheStore cache = cacheOnTier();
        assertThat(cache.toString()).contains(TIER + ": 0 bytes in 0");

        putAndSettle(cache, "a", 24);

        assertThat(cache.toString()).contains(TIER + ": 24 bytes in 1");
    }
}
