package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadMode;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.StoreAccessDeniedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Copies in a tier that this cache did not put there, and copies that went away without it. */
class OrphanTest extends CacheFixture {

    @Test
    void copyThatSourceDoesNotHave_isServed_kept_andTracked() {
        CacheStore cache = cacheOnTier();
        put(tier, "orphan", "bytes");

        assertThat(get(cache, "orphan")).isEqualTo("bytes");

        assertThat(source.calls("get")).isZero();
        assertThat(keysInTier()).containsExactly("orphan");
        assertThat(facts(cache).trackedKeys()).isEqualTo(1);
        assertThat(facts(cache).currentBytes()).isEqualTo(5);
        assertThat(get(cache, "orphan")).isEqualTo("bytes");
    }

    @Test
    void copiesThereBeforeOpening_areTrackedBeforeAnybodyReadsThem() {
        put(tier, "a", "12345");
        put(tier, "b", "123");

        CacheStore cache = cacheOnTier();

        assertThat(facts(cache).trackedKeys()).isEqualTo(2);
        assertThat(facts(cache).cachedKeys()).isEqualTo(2);
        assertThat(facts(cache).currentBytes()).isEqualTo(8);
        assertThat(get(cache, "a")).isEqualTo("12345");
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void copiesThereBeforeOpening_beyondLimit_areEvicted() {
        put(tier, "a", "x".repeat(60));
        put(tier, "b", "x".repeat(60));

        CacheStore cache = cacheOnTier(100);

        assertThat(facts(cache).currentBytes()).isEqualTo(60);
        assertThat(keysInTier()).hasSize(1);
    }

    @Test
    void orphan_agesFromItsLastModified() {
        put(tier, "orphan", "bytes");
        runtime.pass(Duration.ofSeconds(40));
        CacheStore cache = cache(c -> c.tier(tier).freshness(f -> f.maxAge(Duration.ofMinutes(1))));

        assertThat(await(cache.get("orphan")).served().age()).isEqualTo(Duration.ofSeconds(40));
        runtime.pass(Duration.ofSeconds(20));

        assertThat(get(cache, "orphan")).isNull();
    }

    @Test
    void readPastCacheThatFindsNothing_dropsCopyAndItsTracks() {
        CacheStore cache = cacheOnTier();
        put(tier, "phantom", "bytes");
        get(cache, "phantom");
        settle(cache);

        assertThat(get(cache, "phantom", ReadMode.SOURCE_ONLY)).isNull();

        assertThat(facts(cache).trackedKeys()).isZero();
        assertThat(facts(cache).currentBytes()).isZero();
        assertThat(keysInTier()).isEmpty();
    }

    @Test
    void orphanThatWasReplaced_isNotServed_thoughItStillLiesThere() {
        CacheStore cache = cacheOnTier();
        put(tier, "orphan", "old");
        get(cache, "orphan");
        settle(cache);
        tier.fail("delete", new StoreAccessDeniedException("delete", "orphan", "no", null));

        put(cache, "orphan", "new");

        assertThat(keysInTier()).containsExactly("orphan");
        assertThat(get(cache, "orphan")).isEqualTo("new");
    }

    @Test
    void copyThatVanishedFromTier_isLoadedAgain_andBooksAreRight() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 5);
        putAndSettle(cache, "b", 7);
        await(tier.delete("a"));

        assertThat(get(cache, "a")).isEqualTo("xxxxx");

        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(facts(cache).currentBytes()).isEqualTo(12);
        assertThat(keysInTier()).containsExactly("a", "b");
    }

    @Test
    void copyThatVanished_andIsGoneAtSourceToo_isNotCounted() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 5);
        await(tier.delete("a"));
        await(source.delete("a"));

        assertThat(get(cache, "a")).isNull();

        assertThat(facts(cache).trackedKeys()).isZero();
        assertThat(facts(cache).currentBytes()).isZero();
    }

    @Test
    void bytesChangedBehindCache_areNotServed() {
        CacheStore cache = cacheOnTier();
        put(cache, "a", "right");
        settle(cache);

        put(tier, "a", "wrong");

        assertThat(get(cache, "a")).isEqualTo("right");
    }
}
