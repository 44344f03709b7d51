package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tier that cannot delete for a while: the limit holds, no caller notices, and nothing is forgotten. */
class FailedDeletionTest extends CacheFixture {

    private CacheStore cache;

    @BeforeEach
    void fullTier() {
        cache = cacheOnTier(100);
        putAndSettle(cache, "a", 50);
        putAndSettle(cache, "b", 50);
        tier.fail("delete", new StoreAccessDeniedException("delete", null, "no", null));
    }

    @Test
    void victimsThatStay_areCounted_andTheFillIsShed() {
        put(cache, "c", "x".repeat(50));

        TierInfo facts = facts(cache);

        assertThat(facts.currentBytes()).isEqualTo(100);
        assertThat(facts.trackedKeys()).isEqualTo(2);
        assertThat(keysInTier()).containsExactly("a", "b");
        assertThat(cache.stats().shed()).isEqualTo(1);
        assertThat(cache.stats().tierFailures()).isPositive();
        assertThat(get(source, "c")).hasSize(50);
        assertThat(get(cache, "c")).hasSize(50);
    }

    @Test
    void everyVictimIsTried_beforeTheFillIsShed() {
        put(cache, "c", "x".repeat(50));
        settle(cache);

        assertThat(tier.calls("delete")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void victimThatStayed_isNotServed() {
        put(cache, "c", "x".repeat(50));
        settle(cache);
        put(source, "a", "changed");

        assertThat(get(cache, "a")).isEqualTo("changed");
    }

    @Test
    void deletedKeyWhoseCopyStays_isGoneForCallers_andCounted() {
        await(cache.delete("a"));

        assertThat(get(cache, "a")).isNull();
        assertThat(keysInTier()).containsExactly("a", "b");
        assertThat(facts(cache).trackedKeys()).isEqualTo(2);
        assertThat(facts(cache).cachedKeys()).isEqualTo(1);
        assertThat(facts(cache).currentBytes()).isEqualTo(100);
    }

    @Test
    void failedDelete_isTriedAgainAfterAWhile_notBefore() {
        await(cache.delete("a"));
        settle(cache);
        tier.heal("delete");
        settle(cache);
        assertThat(keysInTier()).as("no time has passed").containsExactly("a", "b");

        passSlowly(cache, Duration.ofMinutes(1));

        assertThat(keysInTier()).containsExactly("b");
        assertThat(facts(cache).trackedKeys()).isEqualTo(1);
        assertThat(facts(cache).currentBytes()).isEqualTo(50);
    }

    @Test
    void deleteWithoutAnswer_keepsKeyFromBeingFilled_untilItCannotComeAnyMore() {
        tier.fail("delete", new StoreTimeoutException("delete", "a", "no answer", null));
        put(cache, "a", "new");
        settle(cache);
        tier.heal("delete");
        passSlowly(cache, Duration.ofSeconds(1));

        get(cache, "a");
        settle(cache);
        assertThat(keysInTier()).containsExactly("b");

        passSlowly(cache, Duration.ofMinutes(1));
        get(cache, "a");
        settle(cache);
        assertThat(keysInTier()).containsExactly("a", "b");
    }

    @Test
    void failingDeletes_areTriedLessAndLessOften() {
        await(cache.delete("a"));
        settle(cache);
        long before = tier.calls("delete");

        passSlowly(cache, Duration.ofMinutes(10));

        assertThat(tier.calls("delete") - before).isBetween(10L, 40L);
    }

    @Test
    void healedTier_takesCopiesAgain() {
        put(cache, "c", "x".repeat(50));
        settle(cache);
        tier.heal("delete");
        passSlowly(cache, Duration.ofMinutes(1));

        get(cache, "c");
        settle(cache);

        assertThat(keysInTier()).contains("c");
        assertThat(facts(cache).currentBytes()).isLessThanOrEqualTo(100);
    }
}
