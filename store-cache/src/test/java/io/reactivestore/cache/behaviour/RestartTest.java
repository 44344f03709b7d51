package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A store tier outlives the cache before it: what the next one finds there, and what it believes of it. */
class RestartTest extends CacheFixture {

    @Test
    void afterCleanClose_copiesAreServedWithoutSource() {
        CacheStore first = cacheOnTier();
        putAndSettle(first, "a", 5);
        close(first);

        CacheStore second = cacheOnTier();

        assertThat(get(second, "a")).isEqualTo("xxxxx");
        assertThat(source.calls("get")).isZero();
        assertThat(second.stats().hits(TIER)).isEqualTo(1);
        assertThat(facts(second).currentBytes()).isEqualTo(5);
    }

    @Test
    void fillUnderWayWhenClosed_isThereAfterwards_orNotAtAll() {
        CacheStore first = cacheOnTier();
        put(first, "a", "12345");
        close(first);

        CacheStore second = cacheOnTier();

        assertThat(get(second, "a")).isEqualTo("12345");
        assertThat(facts(second).trackedKeys()).isEqualTo(present().size());
    }

    @Test
    void agesGoOnOverRestart() {
        CacheStore first = aging();
        putAndSettle(first, "a", 5);
        runtime.pass(Duration.ofSeconds(30));
        close(first);
        runtime.pass(Duration.ofSeconds(29));

        CacheStore second = aging();
        assertThat(await(second.get("a")).served()).isEqualTo(new Served(TIER, false, Duration.ofSeconds(59)));

        runtime.pass(Duration.ofSeconds(1));
        get(second, "a");
        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(second.stats().expired()).isEqualTo(1);
    }

    @Test
    void confirmationBySource_isRememberedOverRestart() {
        CacheStore first = aging();
        putAndSettle(first, "a", 5);
        runtime.pass(Duration.ofSeconds(60));
        get(first, "a");
        assertThat(first.stats().revalidated()).isEqualTo(1);
        close(first);

        CacheStore second = aging();
        runtime.pass(Duration.ofSeconds(59));

        assertThat(await(second.get("a")).served().age()).isEqualTo(Duration.ofSeconds(59));
    }

    @Test
    void limitHolds_afterReopeningWithSmallerOne() {
        CacheStore first = cacheOnTier(1000);
        for (int i = 0; i < 10; i++) {
            putAndSettle(first, "key-" + i, 100);
        }
        close(first);

        CacheStore second = cacheOnTier(300);

        assertThat(facts(second).currentBytes()).isEqualTo(300);
        assertThat(present().stream().mapToLong(ObjectInfo::size).sum()).isEqualTo(300);
        putAndSettle(second, "one more", 100);
        assertThat(facts(second).currentBytes()).isEqualTo(300);
    }

    @Test
    void orderOfUse_isRememberedOverCleanRestart() {
        CacheStore first = cacheOnTier(100);
        putAndSettle(first, "a", 40);
        putAndSettle(first, "b", 40);
        get(first, "a");
        close(first);

        CacheStore second = cacheOnTier(100);
        putAndSettle(second, "c", 40);

        assertThat(keysInTier()).containsExactly("a", "c");
    }

    @Test
    void smallerLimit_afterCleanRestart_theLeastRecentlyUsedGo() {
        CacheStore first = cacheOnTier(100);
        putAndSettle(first, "a", 40);
        putAndSettle(first, "z", 40);
        get(first, "a");
        close(first);

        CacheStore second = cacheOnTier(50);
        settle(second);

        assertThat(keysInTier()).containsExactly("a");
        assertThat(second.stats().evictions()).isEqualTo(1);
    }

    @Test
    void copyLargerThanALoweredMaxEntryBytes_isDropped() {
        CacheStore first = cacheOnTier();
        putAndSettle(first, "large", 50);
        putAndSettle(first, "small", 10);
        close(first);

        CacheStore second = cache(c -> c.tier(tier).maxEntryBytes(20));
        settle(second);

        assertThat(keysInTier()).containsExactly("small");
        assertThat(get(second, "large")).isEqualTo("x".repeat(50));
        assertThat(get(second, "small")).isEqualTo("x".repeat(10));
        assertThat(second.stats().tierFailures()).isZero();
    }

    @Test
    void copyPutThereByOthers_largerThanMaxEntryBytes_isDroppedWhenFound() {
        CacheStore cache = cache(c -> c.tier(tier).maxEntryBytes(20));
        put(originals, "large", "x".repeat(50));
        put(tier, "large", "x".repeat(50));

        assertThat(get(cache, "large")).isEqualTo("x".repeat(50));
        settle(cache);

        assertThat(keysInTier()).isEmpty();
        assertThat(cache.stats().tierFailures()).isZero();
    }

    @Test
    void cleanClose_leavesNoMarkOfAnOpening_andReopeningTakesTheManifestAway() {
        CacheStore first = cacheOnTier();
        assertThat(reserved()).containsExactly(RESERVED + "open");
        close(first);
        assertThat(reserved()).containsExactly(RESERVED + "manifest");

        cacheOnTier();

        assertThat(reserved()).containsExactly(RESERVED + "open");
    }

    @Test
    void copyPutThereByOthers_keepsItsAge_overCleanRestarts() {
        put(tier, "orphan", "bytes");
        runtime.pass(Duration.ofSeconds(10));
        close(aging());
        runtime.pass(Duration.ofSeconds(10));

        CacheStore second = aging();

        assertThat(await(second.get("orphan")).served()).isEqualTo(new Served(TIER, false, Duration.ofSeconds(20)));
    }

    private CacheStore aging() {
        return cache(c -> c.tier(tier).freshness(f -> f.maxAge(Duration.ofMinutes(1))));
    }

    private List<String> reserved() {
        return await(tier.list(RESERVED)).stream().map(ObjectInfo::key).toList();
    }
}
