package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Letting copies go by hand. */
class ClearTest extends CacheFixture {

    private CacheStore cache;

    @BeforeEach
    void twoCopies() {
        cache = cache(c -> c.memory(m -> m.maxBytes(10_000)).tier(tier));
        put(cache, "a/1", "one");
        put(cache, "b/2", "two");
        settle(cache);
    }

    @Test
    void clearCache_emptiesEveryTier_andItsFigures() {
        await(cache.clearCache());

        assertThat(keysInTier()).as("without waiting for anything else").isEmpty();
        assertThat(await(cache.info()).tiers()).allSatisfy(facts -> {
            assertThat(facts.trackedKeys()).isZero();
            assertThat(facts.cachedKeys()).isZero();
            assertThat(facts.currentBytes()).isZero();
        });
    }

    @Test
    void clearCache_leavesSourceAndCountersAlone() {
        get(cache, "a/1");
        CacheStats before = cache.stats();

        await(cache.clearCache());

        assertThat(get(source, "a/1")).isEqualTo("one");
        assertThat(get(source, "b/2")).isEqualTo("two");
        assertThat(cache.stats()).isEqualTo(before);
    }

    @Test
    void clearCache_touchesOnlyWhatItTracks() {
        put(tier, "not ours", "x");

        await(cache.clearCache());

        assertThat(keysInTier()).containsExactly("not ours");
        await(tier.delete("not ours"));
    }

    @Test
    void readAfterClearCache_asksSource_andIsKeptAgain() {
        await(cache.clearCache());

        assertThat(get(cache, "a/1")).isEqualTo("one");
        settle(cache);

        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(keysInTier()).containsExactly("a/1");
    }

    @Test
    void fillUnderWayWhenCleared_isNotKept() {
        tier.hold("put");
        put(cache, "late", "x");

        var cleared = cache.clearCache().toFuture();
        tier.release("put");
        cleared.join();

        assertThat(keysInTier()).isEmpty();
        assertThat(facts(cache).trackedKeys()).isZero();
    }

    @Test
    void clearCache_doesNothingBeforeItIsSubscribedTo() {
        var unused = cache.clearCache();
        settle(cache);

        assertThat(keysInTier()).containsExactly("a/1", "b/2");
    }

    @Test
    void invalidatedKey_isReadFromSource_othersAreHits() {
        put(source, "a/1", "changed past the cache");

        await(cache.invalidate("a/1"));

        assertThat(get(cache, "a/1")).isEqualTo("changed past the cache");
        assertThat(get(cache, "b/2")).isEqualTo("two");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void invalidatedPrefix_isReadFromSource_othersAreHits() {
        put(source, "a/1", "changed past the cache");

        await(cache.invalidatePrefix("a/"));
        TierInfo facts = facts(cache);

        assertThat(facts.cachedKeys()).isEqualTo(1);
        assertThat(keysInTier()).containsExactly("b/2");
        assertThat(get(cache, "a/1")).isEqualTo("changed past the cache");
        assertThat(get(cache, "b/2")).isEqualTo("two");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void emptyingTheStoreItself_isDeletePrefixOfEverything() {
        assertThat(await(cache.deletePrefix(""))).isEqualTo(2);

        assertThat(await(source.list(""))).isEmpty();
        assertThat(facts(cache).trackedKeys()).isZero();
        assertThat(keysInTier()).isEmpty();
        assertThat(get(cache, "a/1")).isNull();
    }
}
