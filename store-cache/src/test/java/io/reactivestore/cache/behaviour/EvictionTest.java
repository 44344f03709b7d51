package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.memory.MemoryStore;
import org.junit.jupiter.api.Test;

/** The size limit of a store tier, and who goes first. */
class EvictionTest extends CacheFixture {

    @Test
    void twoThatFit_stay() {
        CacheStore cache = cacheOnTier(100);

        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);

        assertThat(keysInTier()).containsExactly("a", "b");
        assertThat(facts(cache).currentBytes()).isEqualTo(80);
    }

    @Test
    void thirdThatDoesNotFit_evictsOldest_fromTierButNotFromSource() {
        CacheStore cache = cacheOnTier(100);

        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);
        putAndSettle(cache, "c", 40);

        TierInfo facts = facts(cache);
        assertThat(keysInTier()).containsExactly("b", "c");
        assertThat(facts.currentBytes()).isEqualTo(80);
        assertThat(facts.trackedKeys()).isEqualTo(2);
        assertThat(facts.cachedKeys()).isEqualTo(2);
        assertThat(get(source, "a")).hasSize(40);
    }

    @Test
    void evictedObject_isReadFromSource_andKeptAgain() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 60);
        putAndSettle(cache, "b", 60);

        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.SOURCE);
        settle(cache);

        assertThat(keysInTier()).containsExactly("a");
    }

    @Test
    void readMakesYoung_soTheOtherGoes() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);

        get(cache, "a");
        putAndSettle(cache, "c", 40);

        assertThat(keysInTier()).containsExactly("a", "c");
    }

    @Test
    void readOfRangeMakesYoungToo() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);

        get(cache, "a", ByteRange.of(0, 1));
        putAndSettle(cache, "c", 40);

        assertThat(keysInTier()).containsExactly("a", "c");
    }

    @Test
    void writeMakesYoung() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);

        putAndSettle(cache, "a", 41);
        putAndSettle(cache, "c", 40);

        assertThat(keysInTier()).containsExactly("a", "c");
    }

    @Test
    void exactlyMaxBytes_fits_oneMoreDoesNot() {
        CacheStore cache = cacheOnTier(100);

        putAndSettle(cache, "a", 60);
        putAndSettle(cache, "b", 40);
        assertThat(facts(cache).currentBytes()).isEqualTo(100);
        assertThat(cache.stats().evictions()).isZero();

        putAndSettle(cache, "c", 1);
        assertThat(keysInTier()).containsExactly("b", "c");
    }

    @Test
    void oneObjectOfMaxBytes_fitsAlone() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);

        putAndSettle(cache, "whole", 100);

        assertThat(keysInTier()).containsExactly("whole");
        assertThat(cache.stats().evictions()).isEqualTo(2);
    }

    @Test
    void largeOne_evictsAsManyAsItNeeds_oldestFirst() {
        CacheStore cache = cacheOnTier(100);
        for (String key : new String[] {"a", "b", "c", "d", "e"}) {
            putAndSettle(cache, key, 20);
        }

        putAndSettle(cache, "large", 50);

        assertThat(keysInTier()).containsExactly("d", "e", "large");
    }

    @Test
    void manyWrites_leaveNothingUncounted() {
        CacheStore cache = cacheOnTier(150);

        for (int i = 0; i < 10; i++) {
            putAndSettle(cache, "key-" + i, 60);
        }

        assertThat(keysInTier()).containsExactly("key-8", "key-9");
        assertThat(facts(cache).trackedKeys()).isEqualTo(2);
        assertThat(facts(cache).currentBytes()).isEqualTo(120);
        assertThat(await(source.list(""))).hasSize(10);
    }

    @Test
    void unlimited_keepsEverything() {
        CacheStore cache = cache(c -> c.tier(tier, t -> t.maxBytes(1).unlimited()));

        for (int i = 0; i < 10; i++) {
            putAndSettle(cache, "key-" + i, 1000);
        }

        assertThat(facts(cache).cachedKeys()).isEqualTo(10);
        assertThat(facts(cache).currentBytes()).isEqualTo(10_000);
        assertThat(facts(cache).unlimited()).isTrue();
        assertThat(cache.stats().evictions()).isZero();
    }

    @Test
    void twoTiers_eachKeepsItsOwnLimit() {
        WatchedStore lower = new WatchedStore(MemoryStore.create(runtime));
        CacheStore cache = cache(c -> c.tier(tier, t -> t.maxBytes(100))
                .tier(lower, t -> t.maxBytes(200).name("lower")));

        for (String key : new String[] {"a", "b", "c"}) {
            putAndSettle(cache, key, 60);
        }

        assertThat(keysInTier()).containsExactly("c");
        assertThat(await(cache.info()).tier("lower").cachedKeys()).isEqualTo(3);
        assertThat(await(cache.get("a")).served().tier()).isEqualTo("lower");
    }
}
