package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.cache.CacheStore;
import org.junit.jupiter.api.Test;

/** What always asks the source: existence, facts, listings, abilities. */
class DelegationTest extends CacheFixture {

    @Test
    void exists_asksSource_alsoForWhatIsNotCached() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "x");

        assertThat(await(cache.exists("a"))).isTrue();
        assertThat(await(cache.exists("absent"))).isFalse();

        assertThat(source.calls("head")).isEqualTo(2);
        assertThat(keysInTier()).isEmpty();
    }

    @Test
    void exists_isFalse_forCopyThatSourceDoesNotHave_whichThenGoes() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 1);
        await(source.delete("a"));

        assertThat(await(cache.exists("a"))).isFalse();

        assertThat(get(cache, "a")).isNull();
        assertThat(facts(cache).trackedKeys()).isZero();
    }

    @Test
    void head_asksSource_andDropsCopyOfAnotherVersion() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 1);
        put(source, "a", "new");

        assertThat(await(cache.head("a")).size()).isEqualTo(3);

        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void head_leavesCopyOfSameVersion() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 1);

        await(cache.head("a"));

        get(cache, "a");
        assertThat(source.calls("get")).isZero();
        assertThat(keysInTier()).containsExactly("a");
    }

    @Test
    void list_showsSource_notTier() {
        CacheStore cache = cacheOnTier();
        put(cache, "list/1", "x");
        put(source, "list/2", "not cached");
        put(source, "other/3", "x");
        put(tier, "list/orphan", "x");

        assertThat(await(cache.list("list/"))).extracting(ObjectInfo::key).containsExactly("list/1", "list/2");
        assertThat(await(cache.list(ListOptions.prefix("list/").withStartAfter("list/1"))))
                .extracting(ObjectInfo::key)
                .containsExactly("list/2");
        await(tier.delete("list/orphan"));
    }

    @Test
    void listDirectory_showsSource_notTier() {
        CacheStore cache = cacheOnTier();
        put(cache, "list/1", "x");
        put(cache, "list/deep/2", "x");
        put(cache, "other/3", "x");
        put(tier, "orphans/4", "x");

        assertThat(await(cache.listDirectory("list")))
                .extracting(ListEntry::name)
                .containsExactly("list/1", "list/deep/");
        assertThat(await(cache.listDirectory(""))).extracting(ListEntry::name).containsExactly("list/", "other/");
        await(tier.delete("orphans/4"));
    }

    @Test
    void listing_neverShowsNotesThatCacheKeepsInTier() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 1);

        assertThat(await(tier.list(RESERVED))).as("they are there").isNotEmpty();
        assertThat(await(cache.list(""))).extracting(ObjectInfo::key).containsExactly("a");
    }

    @Test
    void sizeOfAndIsEmpty_tellOfSource() {
        CacheStore cache = cacheOnTier();
        put(source, "a/1", "12");
        put(source, "a/2", "345");

        assertThat(await(cache.sizeOf("a/"))).isEqualTo(5);
        assertThat(await(cache.size("a/1"))).isEqualTo(2);
        assertThat(await(cache.isEmpty("a/"))).isFalse();
        assertThat(await(cache.isEmpty("b/"))).isTrue();
    }

    @Test
    void capabilities_areThoseOfSource() {
        StoreCapabilities odd = StoreCapabilities.standard().withConditionalPut(false);
        source.pretend(odd);

        assertThat(cacheOnTier().capabilities()).isEqualTo(odd);
    }

    @Test
    void keyUnderWhichCacheKeepsItsNotes_isOrdinaryKeyForCallers() {
        CacheStore cache = cacheOnTier();
        String key = RESERVED + "open";

        put(cache, key, "mine");
        settle(cache);
        assertThat(get(cache, key)).isEqualTo("mine");
        await(cache.delete(key));

        assertThat(get(cache, key)).isNull();
        assertThat(get(tier, key)).as("the note is still there").isNotNull().isNotEqualTo("mine");
    }
}
