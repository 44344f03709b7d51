package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ReadMode;
import io.reactivestore.Served;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.CacheStore;
import org.junit.jupiter.api.Test;

/** The bytes that a store tier counts, and objects that are too large for it. */
class AccountingTest extends CacheFixture {

    @Test
    void update_replacesSize() {
        CacheStore cache = cacheOnTier(500);

        putAndSettle(cache, "a", 100);
        assertThat(facts(cache).currentBytes()).isEqualTo(100);

        putAndSettle(cache, "a", 200);
        assertThat(facts(cache).currentBytes()).isEqualTo(200);

        putAndSettle(cache, "a", 0);
        assertThat(facts(cache).currentBytes()).isZero();
        assertThat(facts(cache).cachedKeys()).isEqualTo(1);
    }

    @Test
    void updateThatOnlyFitsInPlaceOfOlderCopy_isKept_andEvictsNobody() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 80);
        putAndSettle(cache, "b", 20);

        putAndSettle(cache, "a", 79);

        assertThat(keysInTier()).containsExactly("a", "b");
        assertThat(facts(cache).currentBytes()).isEqualTo(99);
        assertThat(cache.stats().evictions()).isZero();
    }

    @Test
    void delete_givesItsBytesBack_howeverOften() {
        CacheStore cache = cacheOnTier(100);

        for (int i = 0; i < 20; i++) {
            putAndSettle(cache, "key-" + i, 20);
            await(cache.delete("key-" + i));
        }
        assertThat(facts(cache).currentBytes()).isZero();

        putAndSettle(cache, "last", 100);
        assertThat(keysInTier()).containsExactly("last");
        assertThat(cache.stats().evictions()).isZero();
    }

    @Test
    void everyTrackedKey_isInTier_andNoOther() {
        CacheStore cache = cacheOnTier(500);

        for (int i = 0; i < 5; i++) {
            putAndSettle(cache, "key-" + i, 50);
        }

        assertThat(keysInTier()).containsExactly("key-0", "key-1", "key-2", "key-3", "key-4");
        assertThat(facts(cache).trackedKeys()).isEqualTo(5);
        assertThat(facts(cache).cachedKeys()).isEqualTo(5);
        assertThat(facts(cache).currentBytes()).isEqualTo(250);
    }

    @Test
    void oversizePut_isInSourceOnly() {
        CacheStore cache = cacheOnTier(50);

        putAndSettle(cache, "large", 100);

        assertThat(get(source, "large")).hasSize(100);
        assertThat(keysInTier()).isEmpty();
        assertThat(facts(cache).trackedKeys()).isZero();
        assertThat(facts(cache).currentBytes()).isZero();
    }

    @Test
    void oversizeRead_streamsFromSourceEachTime_andEvictsNobody() {
        CacheStore cache = cacheOnTier(50);
        putAndSettle(cache, "small", 40);
        put(source, "large", "y".repeat(51));

        for (int i = 0; i < 2; i++) {
            var large = await(cache.get("large"));
            assertThat(large.served().tier()).isEqualTo(Served.SOURCE);
            assertThat(await(large.text())).isEqualTo("y".repeat(51));
        }

        settle(cache);
        assertThat(keysInTier()).containsExactly("small");
        assertThat(cache.stats().streamed()).isEqualTo(2);
    }

    @Test
    void oversizePut_dropsOlderCopyOfItsKey() {
        CacheStore cache = cacheOnTier(50);
        putAndSettle(cache, "a", 40);

        putAndSettle(cache, "a", 60);

        assertThat(keysInTier()).isEmpty();
        assertThat(get(cache, "a")).hasSize(60);
        assertThat(facts(cache).currentBytes()).isZero();
    }

    @Test
    void objectGrownAtSourcePastLimit_dropsOlderCopy_whenReadOnlyFromSource() {
        CacheStore cache = cacheOnTier(50);
        putAndSettle(cache, "a", 40);
        put(source, "a", "y".repeat(60));

        assertThat(get(cache, "a", ReadMode.SOURCE_ONLY)).hasSize(60);

        settle(cache);
        assertThat(keysInTier()).isEmpty();
        assertThat(get(cache, "a")).isEqualTo("y".repeat(60));
    }

    @Test
    void copyEvictedWhileItIsRead_isNotCountedAgain() {
        CacheStore cache = cacheOnTier(100);
        tier.hold("put");
        put(cache, "a", "x".repeat(50));
        await(cache.info());
        tier.hold("get");
        var slowRead = cache.getText("a").toFuture(); // has the bytes, and found no entry in the books for them
        tier.release("put");
        settle(cache);
        putAndSettle(cache, "b", 100);
        assertThat(keysInTier()).containsExactly("b");

        tier.hold("delete");
        tier.release("get");
        slowRead.join();

        assertThat(await(cache.info()).tier(TIER).currentBytes()).isLessThanOrEqualTo(100);
        tier.release("delete");
    }

    @Test
    void objectOfMaxEntryBytes_isKept_largerOneIsNot() {
        CacheStore cache = cache(c -> c.tier(tier).maxEntryBytes(10));

        putAndSettle(cache, "ten", 10);
        putAndSettle(cache, "eleven", 11);

        assertThat(keysInTier()).containsExactly("ten");
        assertThat(get(cache, "eleven")).hasSize(11);
    }

    @Test
    void objectWhoseMetadataLooksLikeOurs_isNotKept_andServedFromSource() {
        CacheStore cache = cacheOnTier();
        Attributes odd = Attributes.none().withUserMetadata("rs-generation", "forged");

        await(cache.put("odd", Content.text("x"), WriteOptions.defaults().withAttributes(odd)));
        settle(cache);

        assertThat(keysInTier()).isEmpty();
        assertThat(await(cache.get("odd")).info().attributes()).isEqualTo(odd);
    }
}
