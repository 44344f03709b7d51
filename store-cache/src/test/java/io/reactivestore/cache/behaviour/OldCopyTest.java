package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.StoreAccessDeniedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Copies of an earlier process that may be outdated: after a kill, after a failed deletion, after a write of this process. */
class OldCopyTest extends CacheFixture {

    @Test
    void afterKill_copiesAreConfirmedBySourceBeforeTheyAreServed() {
        CacheStore killed = cacheOnTier();
        put(killed, "same", "same");
        put(killed, "changed", "old");
        put(killed, "gone", "old");
        settle(killed);
        abandon(killed);
        put(source, "changed", "new");
        await(source.delete("gone"));

        CacheStore second = cacheOnTier();

        assertThat(get(second, "same")).isEqualTo("same");
        assertThat(get(second, "changed")).isEqualTo("new");
        assertThat(get(second, "gone")).isNull();
        assertThat(second.stats().revalidated()).as("without the bytes").isEqualTo(1);
    }

    @Test
    void afterKill_confirmedCopyIsTrusted_onceLateRequestsCannotComeAnyMore() {
        CacheStore killed = cacheOnTier();
        putAndSettle(killed, "a", 5);
        abandon(killed);
        CacheStore second = cacheOnTier();
        runtime.pass(Duration.ofMinutes(1));

        get(second, "a");
        settle(second);
        get(second, "a");

        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(second.stats().hits(TIER)).isEqualTo(1);
    }

    @Test
    void limitHolds_afterKillToo() {
        CacheStore killed = cacheOnTier(1000);
        for (int i = 0; i < 10; i++) {
            putAndSettle(killed, "key-" + i, 100);
        }
        abandon(killed);

        assertThat(facts(cacheOnTier(300)).currentBytes()).isEqualTo(300);
        assertThat(keysInTier()).hasSize(3);
    }

    @Test
    void deletedKey_isNotBackAfterKill() {
        CacheStore killed = cacheOnTier();
        putAndSettle(killed, "a", 5);
        tier.fail("delete", new StoreAccessDeniedException("delete", "a", "no", null));
        await(killed.delete("a"));
        abandon(killed);
        tier.heal("delete");

        assertThat(get(cacheOnTier(), "a")).isNull();
    }

    @Test
    void deletedKeyWhoseCopyCouldNotBeDeleted_isNotBackAfterRestart() {
        CacheStore first = cacheOnTier();
        putAndSettle(first, "a", 5);
        tier.fail("delete", "a", new StoreAccessDeniedException("delete", "a", "no", null));
        await(first.delete("a"));
        close(first);
        tier.heal("delete");

        CacheStore second = cacheOnTier();

        assertThat(get(second, "a")).isNull();
    }

    @Test
    void copyOfAnEarlierProcess_isNotServedAfterWrite_thoughItStillLiesThere() {
        CacheStore first = cacheOnTier();
        put(first, "put", "old");
        put(first, "deleted", "old");
        put(first, "under/prefix", "old");
        settle(first);
        close(first);
        CacheStore second = cacheOnTier();
        tier.fail("delete", new StoreAccessDeniedException("delete", null, "no", null));

        put(second, "put", "new");
        await(second.delete("deleted"));
        await(second.deletePrefix("under/"));

        assertThat(get(second, "put")).isEqualTo("new");
        assertThat(get(second, "deleted")).isNull();
        assertThat(get(second, "under/prefix")).isNull();
        assertThat(keysInTier()).contains("deleted", "under/prefix");
    }

    @Test
    void sourceThatContradictsCopyOfAnEarlierProcess_dropsIt() {
        CacheStore first = cacheOnTier();
        putAndSettle(first, "a", 5);
        close(first);
        CacheStore second = cacheOnTier();
        put(source, "a", "new");

        await(second.head("a"));

        assertThat(get(second, "a")).isEqualTo("new");
    }
}
