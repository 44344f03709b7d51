package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ReadMode;
import io.reactivestore.Served;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.CacheStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How age ends the life of a copy. */
class ExpiryTest extends CacheFixture {

    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    @Test
    void copyJustYoungerThanMaxAge_isServed() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);

        runtime.pass(MAX_AGE.minusNanos(1));

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(source.calls("get")).isZero();
        assertThat(cache.stats().expired()).isZero();
    }

    @Test
    void copyOfExactlyMaxAge_isNotServedWithoutSource() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);

        runtime.pass(MAX_AGE);

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(cache.stats().expired()).isEqualTo(1);
        assertThat(cache.stats().misses()).isEqualTo(1);
    }

    @Test
    void expiredCopyInMemory_isNotServedWithoutSource() {
        CacheStore cache = cache(c -> c.memory(m -> m.maxBytes(10_000)).freshness(f -> f.maxAge(MAX_AGE)));
        put(cache, "a", "old");
        put(source, "a", "new");
        runtime.pass(MAX_AGE.minusNanos(1));
        assertThat(get(cache, "a")).isEqualTo("old");

        runtime.pass(Duration.ofNanos(1));

        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void sourceChangedMeanwhile_expiredCopyIsReplaced() {
        CacheStore cache = aging();
        put(cache, "a", "old");
        settle(cache);
        put(source, "a", "new");
        runtime.pass(MAX_AGE);

        assertThat(get(cache, "a")).isEqualTo("new");
        settle(cache);

        assertThat(get(tier, "a")).isEqualTo("new");
        assertThat(facts(cache).cachedKeys()).isEqualTo(1);
    }

    @Test
    void sourceUnchanged_expiredCopyIsConfirmedWithoutBytes_andYoungAgain() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);
        runtime.pass(MAX_AGE);

        assertThat(await(cache.get("a")).served()).isEqualTo(new Served(TIER, false, Duration.ZERO));
        assertThat(source.lastRead().ifNoneMatch()).hasSize(1);
        assertThat(cache.stats().revalidated()).isEqualTo(1);

        runtime.pass(MAX_AGE.minusNanos(1));
        get(cache, "a");
        assertThat(source.calls("get")).as("the confirmation only").isEqualTo(1);
    }

    @Test
    void deletedAtSource_copyIsServedUntilMaxAge_thenAbsentAndGone() {
        CacheStore cache = aging();
        put(cache, "a", "kept");
        settle(cache);
        await(source.delete("a"));

        assertThat(get(cache, "a")).isEqualTo("kept");
        runtime.pass(MAX_AGE);
        assertThat(get(cache, "a")).isNull();

        assertThat(facts(cache).trackedKeys()).isZero();
        assertThat(keysInTier()).isEmpty();
    }

    @Test
    void withoutMaxAge_copyIsServedForEver() {
        CacheStore cache = cacheOnTier();
        put(cache, "a", "kept");
        settle(cache);
        put(source, "a", "unseen");

        runtime.pass(Duration.ofDays(36_500));

        assertThat(get(cache, "a")).isEqualTo("kept");
        assertThat(await(cache.info()).maxAge()).isNull();
    }

    @Test
    void anyAge_takesEarlierMaxAgeBack() {
        CacheStore cache =
                cache(c -> c.tier(tier).freshness(f -> f.maxAge(MAX_AGE).anyAge()));
        putAndSettle(cache, "a", 1);

        runtime.pass(Duration.ofDays(36_500));

        get(cache, "a");
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void newPut_startsAgeAnew() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);
        runtime.pass(MAX_AGE.minusNanos(1));
        putAndSettle(cache, "a", 2);

        runtime.pass(MAX_AGE.minusNanos(1));

        assertThat(get(cache, "a")).isEqualTo("xx");
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void hit_doesNotMakeCopyYounger() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);
        runtime.pass(MAX_AGE.minusNanos(1));
        get(cache, "a");

        runtime.pass(Duration.ofNanos(1));

        get(cache, "a");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void copyPromotedToMemory_keepsAgeOfItsLoad() {
        CacheStore cache =
                cache(c -> c.memory(m -> m.maxBytes(10_000)).tier(tier).freshness(f -> f.maxAge(MAX_AGE)));
        put(tier, "a", "copy");
        runtime.pass(MAX_AGE.minusSeconds(1));

        assertThat(await(cache.get("a")).served().tier()).isEqualTo(TIER);

        assertThat(await(cache.get("a")).served()).isEqualTo(new Served(Served.MEMORY, false, MAX_AGE.minusSeconds(1)));
        runtime.pass(Duration.ofSeconds(1));
        assertThat(get(cache, "a")).as("not in the source").isNull();
    }

    @Test
    void ageOfAnswer_growsWhileItIsHeld() {
        CacheStore cache = aging();
        putAndSettle(cache, "a", 1);
        runtime.pass(Duration.ofSeconds(1));
        var answer = await(cache.get("a"));

        runtime.pass(Duration.ofSeconds(2));

        assertThat(answer.served().age()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void revalidateRead_asksSourceThoughCopyIsYoung() {
        CacheStore cache = aging();
        await(cache.put("a", Content.text("old"), WriteOptions.defaults()));
        settle(cache);
        put(source, "a", "new");

        assertThat(get(cache, "a", ReadMode.REVALIDATE)).isEqualTo("new");
    }

    private CacheStore aging() {
        return cache(c -> c.tier(tier).freshness(f -> f.maxAge(MAX_AGE)));
    }
}
