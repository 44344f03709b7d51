package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.decorate.ReadOnlyStore;
import io.reactivestore.error.StoreUnsupportedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** A read-only view of a cache and the cache itself are one cache. */
class ReadOnlyViewTest extends CacheFixture {

    private CacheStore cache;
    private ReadOnlyStore view;

    @BeforeEach
    void viewOfCache() {
        cache = cacheOnTier();
        view = ReadOnlyStore.of(cache);
    }

    @Test
    void readThroughView_isKeptForTheCache_andTheOtherWayRound() {
        put(source, "a", "x");
        put(source, "b", "y");

        get(view, "a");
        get(cache, "b");
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(get(view, "b")).isEqualTo("y");
        assertThat(source.calls("get")).isEqualTo(2);
        assertThat(cache.stats().hits()).isEqualTo(2);
    }

    @Test
    void writeThroughCache_isSeenByView_alsoInPlaceOfCopyThatViewHasRead() {
        put(source, "a", "old");
        get(view, "a");

        put(cache, "a", "new");

        assertThat(get(view, "a")).isEqualTo("new");
    }

    @Test
    void everyWriteThroughView_isRefused_andChangesNothing() {
        put(cache, "a", "x");
        settle(cache);

        for (var write : new Flux<?>[] {
            view.put("a", Content.text("y")).flux(),
            view.delete("a").flux(),
            view.deleteAll(Flux.just("a")),
            view.deletePrefix("").flux(),
            view.copy("a", "b").flux(),
            view.rename("a", "b").flux()
        }) {
            assertThatThrownBy(() -> await(write))
                    .isInstanceOf(StoreUnsupportedException.class)
                    .hasMessageContaining("read-only");
        }
        assertThat(get(source, "a")).isEqualTo("x");
        assertThat(keysInTier()).containsExactly("a");
        assertThat(view.capabilities().writes()).isFalse();
        assertThat(cache.capabilities().writes()).isTrue();
    }

    @Test
    void closedView_leavesCacheOpen() {
        put(cache, "a", "x");

        await(view.close());

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(get(ReadOnlyStore.of(cache), "a")).isEqualTo("x");
    }

    @Test
    void cacheBeforeReadOnlySource_keepsWhatIsRead_andRefusesWrites() {
        put(source, "a", "x");
        CacheStore readOnly = CacheStore.builder(ReadOnlyStore.of(source))
                .memory(m -> m.maxBytes(10_000))
                .runtime(runtime)
                .build();

        get(readOnly, "a");
        get(readOnly, "a");

        assertThat(source.calls("get")).isEqualTo(1);
        assertThatThrownBy(() -> put(readOnly, "a", "y")).isInstanceOf(StoreUnsupportedException.class);
        assertThat(get(readOnly, "a")).isEqualTo("x");
        assertThat(readOnly.capabilities().writes()).isFalse();
        close(readOnly);
    }
}
