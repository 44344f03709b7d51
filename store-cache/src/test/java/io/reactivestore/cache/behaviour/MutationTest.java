package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Every way to change the source leaves no older copy behind, in no tier. */
class MutationTest extends CacheFixture {

    private CacheStore cache;

    @BeforeEach
    void copiesInMemoryAndTier() {
        cache = cache(c -> c.memory(m -> m.maxBytes(100_000)).tier(tier));
        for (String key : new String[] {"a/1", "a/2", "b"}) {
            put(cache, key, "old " + key);
        }
        settle(cache);
    }

    @Test
    void delete_removesFromSourceAndEveryTier() {
        await(cache.delete("a/1"));

        assertThat(get(cache, "a/1")).isNull();
        assertThat(get(source, "a/1")).isNull();
        assertThat(facts(cache).cachedKeys()).isEqualTo(2);
        assertThat(facts(cache).trackedKeys()).isEqualTo(2);
        assertThat(keysInTier()).containsExactly("a/2", "b");
    }

    @Test
    void deleteOfAbsentKey_isFine_andTouchesNoCopy() {
        await(cache.delete("absent"));

        assertThat(facts(cache).cachedKeys()).isEqualTo(3);
    }

    @Test
    void put_replacesEveryCopy() {
        put(cache, "a/1", "new");

        assertThat(get(cache, "a/1")).isEqualTo("new");
        settle(cache);
        assertThat(get(tier, "a/1")).isEqualTo("new");
        assertThat(facts(cache).cachedKeys()).isEqualTo(3);
    }

    @Test
    void deletePrefix_removesEveryCopyUnderIt() {
        assertThat(await(cache.deletePrefix("a/"))).isEqualTo(2);

        assertThat(get(cache, "a/1")).isNull();
        assertThat(get(cache, "a/2")).isNull();
        assertThat(get(cache, "b")).isEqualTo("old b");
        settle(cache);
        assertThat(keysInTier()).containsExactly("b");
    }

    @Test
    void deleteAll_removesEachCopy() {
        assertThat(await(cache.deleteAll(Flux.just("a/1", "b", "absent"))))
                .extracting(DeleteResult::deleted)
                .containsExactly(true, true, true);

        assertThat(get(cache, "a/1")).isNull();
        assertThat(get(cache, "b")).isNull();
        settle(cache);
        assertThat(keysInTier()).containsExactly("a/2");
    }

    @Test
    void copy_replacesCopiesOfItsTarget_andKeepsThoseOfItsSource() {
        await(cache.copy("a/1", "b"));

        assertThat(get(cache, "b")).isEqualTo("old a/1");
        assertThat(get(cache, "a/1")).isEqualTo("old a/1");
        assertThat(source.calls("get")).as("for the target").isEqualTo(1);
    }

    @Test
    void copyOntoItself_showsNewAttributes() {
        Attributes text = Attributes.none().withContentType("text/plain");

        await(cache.copy("b", "b", WriteOptions.defaults().withAttributes(text)));

        assertThat(await(cache.get("b")).info().attributes()).isEqualTo(text);
    }

    @Test
    void rename_leavesNoCopyOfOldKey_andNoOlderOneOfNewKey() {
        await(cache.rename("a/1", "b"));

        assertThat(get(cache, "a/1")).isNull();
        assertThat(get(cache, "b")).isEqualTo("old a/1");
        settle(cache);
        assertThat(keysInTier()).containsExactly("a/2", "b");
    }

    @Test
    void putThatIsRefused_leavesSourceAndReadersAtTheOldValue() {
        assertThat(await(cache.putIfAbsent("a/1", Content.text("new"))).stored())
                .isFalse();

        assertThat(get(cache, "a/1")).isEqualTo("old a/1");
    }

    @Test
    void putIfMatchWithEtagOfCopy_succeeds_andIsKept() {
        String etag = await(cache.get("a/1")).info().etag();

        assertThat(await(cache.putIfMatch("a/1", etag, Content.text("new"))).stored())
                .isTrue();

        assertThat(get(cache, "a/1")).isEqualTo("new");
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void putWithoutAnswer_isNotKept_andReadersAskSourceUntilTheDoubtIsOver() {
        source.hold("put");
        cache.put("a/1", Content.text("maybe")).subscribe().dispose();
        source.release("put");

        assertThat(get(cache, "a/1")).isEqualTo("maybe");
        settle(cache);
        assertThat(keysInTier()).doesNotContain("a/1");

        runtime.pass(Duration.ofMinutes(1));
        get(cache, "a/1");
        settle(cache);
        assertThat(keysInTier()).contains("a/1");
    }

    @Test
    void failedPut_isNotKept() {
        source.fail("put", new StoreTimeoutException("put", "a/1", "no answer", null));

        await(cache.put("a/1", Content.text("new")).onErrorComplete(StoreTimeoutException.class));
        settle(cache);

        assertThat(get(cache, "a/1")).isEqualTo("old a/1");
        assertThat(keysInTier()).doesNotContain("a/1");
    }
}
