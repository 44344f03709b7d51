package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.StoreTimeoutException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the source says about a key and a copy of it that says otherwise. */
class ContradictionTest extends CacheFixture {

    private final CacheStore cache = cache(
            c -> c.memory(m -> m.maxBytes(10L << 20)).maxEntryBytes(1 << 20).maxLoadingBytes(1 << 20));

    @Test
    void headThatSeesAnotherObject_dropsTheCopy() {
        put(cache, "a", "old");
        put(source, "a", "new");

        await(cache.head("a"));

        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void headOvertakenByAPut_keepsTheCopyOfThePut() {
        put(cache, "a", "old");
        source.hold("head");
        CompletableFuture<ObjectInfo> slow = cache.head("a").toFuture();
        put(cache, "a", "new");
        source.release("head");
        slow.join();

        assertThat(get(cache, "a")).isEqualTo("new");
        assertThat(source.calls("get")).as("served from memory").isZero();
    }

    @Test
    void answerThatMayNotBeKept_dropsTheCopyAllTheSame() {
        // One hash, so that they share a stripe of the fence and the doubt about one keeps the other from being
        // installed.
        String key = "Aa";
        String neighbour = "BB";
        assertThat(key).hasSameHashCodeAs(neighbour);
        put(cache, key, "old");
        source.fail("put", neighbour, new StoreTimeoutException("put", neighbour, "no answer", null));
        await(cache.put(neighbour, Content.text("x")).onErrorComplete());
        put(source, key, "new");

        assertThat(get(cache, key, ReadMode.SOURCE_ONLY)).isEqualTo("new");

        assertThat(get(cache, key)).isEqualTo("new");
    }

    @Test
    void firstRequestOfALoad_asksForNoMoreThanItsShareOfWhatMayBeLoading() {
        put(source, "large", "x".repeat(600_000));

        assertThat(get(cache, "large")).hasSize(600_000);

        assertThat(source.lastRead().firstPartBytes()).isEqualTo(256 << 10);
        get(cache, "large");
        assertThat(source.calls("get"))
                .as("kept, although it needed a second part")
                .isEqualTo(1);
    }
}
