package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.StoreUnavailableException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted as a hit, a miss, an eviction. */
class StatsTest extends CacheFixture {

    @Test
    void noRequests_everythingIsZero_hitRateToo() {
        CacheStats stats = cache(c -> c.memory(m -> m.maxBytes(1000))).stats();

        CacheStats.Answers none = new CacheStats.Answers(0, 0);
        assertThat(stats)
                .isEqualTo(new CacheStats(Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, none, none, Map.of()));
        assertThat(stats.requests()).isZero();
        assertThat(stats.hits()).isZero();
        assertThat(stats.hitRate()).isEqualTo(0.0);
    }

    @Test
    void missThenHit_isHalf() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "x");

        get(cache, "a");
        settle(cache);
        get(cache, "a");

        CacheStats stats = cache.stats();
        assertThat(stats.misses()).isEqualTo(1);
        assertThat(stats.hits()).isEqualTo(1);
        assertThat(stats.requests()).isEqualTo(2);
        assertThat(stats.hitRate()).isEqualTo(0.5);
        assertThat(stats.loads()).isEqualTo(1);
    }

    @Test
    void hits_areToldByTier() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(10_000)).tier(tier));
        put(tier, "a", "x");

        get(cache, "a");
        get(cache, "a");
        get(cache, "a");

        assertThat(cache.stats().hitsByTier()).isEqualTo(Map.of(TIER, 1L, Served.MEMORY, 2L));
        assertThat(cache.stats().hits(Served.MEMORY)).isEqualTo(2);
        assertThat(cache.stats().hits("no such tier")).isZero();
    }

    @Test
    void absentKey_isMiss() {
        CacheStore cache = cacheOnTier();

        get(cache, "absent");

        assertThat(cache.stats().misses()).isEqualTo(1);
        assertThat(cache.stats().hitRate()).isEqualTo(0.0);
    }

    @Test
    void range_isOneRequestWhetherHitOrMiss() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "0123456789");

        get(cache, "a", ByteRange.of(0, 3));
        settle(cache);
        get(cache, "a");
        settle(cache);
        get(cache, "a", ByteRange.of(0, 3));

        assertThat(cache.stats().misses()).isEqualTo(2);
        assertThat(cache.stats().hits()).isEqualTo(1);
    }

    @Test
    void writesHeadsAndListings_areNoRequests() {
        CacheStore cache = cacheOnTier();

        putAndSettle(cache, "a", 1);
        await(cache.head("a"));
        await(cache.exists("a"));
        await(cache.list(""));
        await(cache.delete("a"));

        assertThat(cache.stats().requests()).isZero();
    }

    @Test
    void victims_areCounted_replacedAndDeletedCopiesAreNot() {
        CacheStore cache = cacheOnTier(150);

        putAndSettle(cache, "a", 100);
        putAndSettle(cache, "a", 90);
        await(cache.delete("a"));
        settle(cache);
        assertThat(cache.stats().evictions()).isZero();

        putAndSettle(cache, "b", 100);
        putAndSettle(cache, "c", 100);
        assertThat(cache.stats().evictions()).isEqualTo(1);
    }

    @Test
    void failedLoad_isCountedAndIsMiss() {
        CacheStore cache = cacheOnTier();
        source.fail("get", new StoreUnavailableException("get", "a", "down", true, null));

        await(cache.get("a").onErrorComplete(StoreUnavailableException.class));

        assertThat(cache.stats().loadFailures()).isEqualTo(1);
        assertThat(cache.stats().misses()).isEqualTo(1);
    }
}
