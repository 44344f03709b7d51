package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.CacheStore;
import org.junit.jupiter.api.Test;

/** How copies come into a cache: by reading, by writing, and where they must not. */
class PopulationTest extends CacheFixture {

    @Test
    void objectPutThroughCache_liesInSourceAndTier() {
        CacheStore cache = cacheOnTier();

        putAndSettle(cache, "a", 3);

        assertThat(get(source, "a")).isEqualTo("xxx");
        assertThat(get(tier, "a")).isEqualTo("xxx");
        assertThat(get(cache, "a")).isEqualTo("xxx");
        assertThat(source.calls("get")).as("but for the look above").isEqualTo(1);
    }

    @Test
    void firstRead_fillsTier_secondReadDoesNotAskSource() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "from source");

        assertThat(get(cache, "a")).isEqualTo("from source");
        settle(cache);

        assertThat(keysInTier()).containsExactly("a");
        assertThat(get(cache, "a")).isEqualTo("from source");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void copy_carriesFactsOfSource_notOfTier() {
        CacheStore cache = cacheOnTier();
        Attributes attributes = Attributes.none().withContentType("text/plain").withUserMetadata("lang", "en");
        ObjectInfo written =
                await(source.put("a", Content.text("x"), WriteOptions.defaults().withAttributes(attributes)));
        get(cache, "a");
        settle(cache);

        StoredObject copy = await(cache.get("a"));

        assertThat(copy.served().tier()).isEqualTo(TIER);
        assertThat(copy.info()).isEqualTo(written);
    }

    @Test
    void emptyObject_isKeptAsWell() {
        CacheStore cache = cacheOnTier();
        put(source, "empty", "");

        assertThat(get(cache, "empty")).isEmpty();
        settle(cache);

        assertThat(get(cache, "empty")).isEmpty();
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void hitInTier_isPromotedToMemory() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(10_000)).tier(tier));
        put(tier, "a", "copy");

        get(cache, "a");

        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.MEMORY);
    }

    @Test
    void cacheWritesOff_putReachesSourceOnly() {
        CacheStore cache = cache(c -> c.tier(tier).cacheWrites(false));

        putAndSettle(cache, "a", 3);

        assertThat(get(source, "a")).isEqualTo("xxx");
        assertThat(keysInTier()).isEmpty();
        assertThat(await(cache.info()).cacheWrites()).isFalse();
        assertThat(facts(cache).cachedKeys()).isZero();
    }

    @Test
    void cacheWritesOff_readAfterPutIsKept() {
        CacheStore cache = cache(c -> c.tier(tier).cacheWrites(false));
        putAndSettle(cache, "a", 3);

        get(cache, "a");
        settle(cache);

        assertThat(keysInTier()).containsExactly("a");
    }

    @Test
    void cacheWritesOff_putStillDropsOlderCopy() {
        CacheStore cache = cache(c -> c.tier(tier).cacheWrites(false));
        put(source, "a", "old");
        get(cache, "a");
        settle(cache);

        put(cache, "a", "new");
        settle(cache);

        assertThat(keysInTier()).isEmpty();
        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void putWithoutCaching_isNotKept_othersAre() {
        CacheStore cache = cacheOnTier();

        await(cache.put("once", Content.text("x"), WriteOptions.defaults().withoutCaching()));
        putAndSettle(cache, "often", 1);

        assertThat(keysInTier()).containsExactly("often");
    }

    @Test
    void absentKey_isEmpty_andLeavesNoTrace() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(10_000)).tier(tier));

        assertThat(get(cache, "absent")).isNull();
        settle(cache);

        assertThat(keysInTier()).isEmpty();
        assertThat(await(cache.info()).tiers()).allSatisfy(facts -> {
            assertThat(facts.cachedKeys()).isZero();
            assertThat(facts.trackedKeys()).isZero();
            assertThat(facts.currentBytes()).isZero();
        });
    }

    @Test
    void absentKey_writtenByOthersLater_isFound() {
        CacheStore cache = cacheOnTier();
        get(cache, "a");

        put(source, "a", "now");

        assertThat(get(cache, "a")).isEqualTo("now");
    }

    @Test
    void sourceOnlyRead_asksSourceThoughCopyIsFresh_andRenewsCopy() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "old");
        get(cache, "a");
        settle(cache);
        put(source, "a", "new");

        assertThat(get(cache, "a", ReadMode.SOURCE_ONLY)).isEqualTo("new");
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo("new");
        assertThat(get(tier, "a")).isEqualTo("new");
    }
}
