package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.error.StoreUnavailableException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** While a tier takes its time, or fails, nothing else waits for it: neither callers nor the books. */
class SlowTierTest extends CacheFixture {

    @AfterEach
    void nothingIsHeldAnyMore() {
        for (String operation : new String[] {"get", "put", "delete"}) {
            tier.release(operation);
            tier.heal(operation);
        }
    }

    @Test
    void slowFill_keepsNobodyWaiting() {
        CacheStore cache = cacheOnTier();
        put(source, "read", "r");
        tier.hold("put");

        put(cache, "a", "1");
        put(cache, "a", "2");
        put(cache, "b", "3");

        assertThat(get(cache, "a")).isEqualTo("2");
        assertThat(get(cache, "read")).isEqualTo("r");
        await(cache.delete("b"));
        assertThat(get(cache, "b")).isNull();
        assertThat(await(cache.info()).tier(TIER).trackedKeys()).isEqualTo(3);
    }

    @Test
    void slowFillOfOneKey_doesNotHoldUpAnother() {
        CacheStore cache = cacheOnTier();
        tier.hold("put");
        put(cache, "slow", "1");
        await(cache.info());
        var slow = tier.unhold("put");

        putUntilServed(cache, "quick");

        assertThat(keysInTier()).contains("quick");
        slow.run();
    }

    @Test
    void slowDelete_keepsNobodyWaiting_andItsBytesCounted() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 50);
        tier.hold("delete");

        await(cache.delete("a"));

        assertThat(get(cache, "a")).isNull();
        TierInfo facts = await(cache.info()).tier(TIER);
        assertThat(facts.cachedKeys()).isZero();
        assertThat(facts.currentBytes()).isEqualTo(50);
        tier.release("delete");
        assertThat(facts(cache).currentBytes()).isZero();
    }

    @Test
    void slowEviction_keepsWriterAndReadersServed() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 50);
        putAndSettle(cache, "b", 50);
        tier.hold("delete");

        put(cache, "c", "z".repeat(50));

        assertThat(get(cache, "c")).isEqualTo("z".repeat(50));
        assertThat(get(cache, "b")).hasSize(50);
        assertThat(await(cache.info()).tier(TIER).currentBytes()).isEqualTo(100);
        tier.release("delete");
        settle(cache);
        assertThat(keysInTier()).contains("c");
    }

    @Test
    void slowRead_ofOneKey_doesNotHoldUpWritersOfIt() {
        CacheStore cache = cacheOnTier();
        put(cache, "a", "old");
        settle(cache);
        tier.hold("get");
        var slow = cache.getText("a").toFuture();

        put(cache, "a", "new");
        tier.release("get");
        settle(cache);

        assertThat(slow.join()).isIn("old", "new");
        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void tierThatDoesNotAnswerReads_isPassedBy() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 3);
        tier.hold("get");
        var read = cache.getText("a").toFuture();

        runtime.pass(Duration.ofSeconds(10));

        assertThat(read.join()).isEqualTo("xxx");
        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(cache.stats().tierFailures()).isEqualTo(1);
    }

    @Test
    void tierThatFailsReads_isPassedBy() {
        CacheStore cache = cacheOnTier();
        putAndSettle(cache, "a", 3);
        tier.fail("get", new StoreUnavailableException("get", "a", "no", true, null));

        assertThat(get(cache, "a")).isEqualTo("xxx");

        assertThat(cache.stats().tierFailures()).isEqualTo(1);
    }

    @Test
    void tierThatFailsPuts_isNoticedByNoCaller_andCountsNothingThatIsNotThere() {
        CacheStore cache = cacheOnTier();
        tier.fail("put", new StoreUnavailableException("put", "a", "no", true, null));

        await(cache.put("a", Content.text("x")));
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo("x");
        tier.heal("put");
        passSlowly(cache, Duration.ofMinutes(2));
        assertThat(facts(cache).trackedKeys()).isEqualTo(present().size());
    }

    /** Without settled(), which would wait for the slow one too. */
    private void putUntilServed(CacheStore cache, String key) {
        put(cache, key, "x");
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                CacheFixture.await(cache.get(key)).served().tier())
                        .isEqualTo(TIER));
    }
}
