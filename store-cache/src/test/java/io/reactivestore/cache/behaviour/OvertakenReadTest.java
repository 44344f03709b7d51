package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.cache.CacheStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A read that took its bytes before a write and hands them in after it: nobody who comes later may see them. */
class OvertakenReadTest extends CacheFixture {

    /** A change of the key "a" by way of the cache. */
    interface Change {
        Mono<?> of(CacheStore cache);
    }

    static Stream<Named<Change>> changes() {
        return Stream.of(
                Named.of("put", cache -> cache.put("a", Content.text("new"))),
                Named.of("delete", cache -> cache.delete("a")),
                Named.of("deleteAll", cache -> cache.deleteAll(Flux.just("a")).then()),
                Named.of("deletePrefix", cache -> cache.deletePrefix("a")),
                Named.of("copy", cache -> cache.copy("other", "a")),
                Named.of("rename", cache -> cache.rename("other", "a")));
    }

    private CacheStore cache;
    private CompletableFuture<String> slow;

    @BeforeEach
    void slowReadHasTakenTheOldBytes() {
        cache = cache(c -> c.memory(m -> m.maxBytes(100_000)).tier(tier));
        put(source, "a", "old");
        put(source, "other", "other");
        source.hold("get");
        slow = cache.getText("a").toFuture();
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void laterReads_seeTheChange_andSoDoesTheTier(Change change) {
        await(change.of(cache));
        String truth = get(originals, "a");

        source.release("get");
        assertThat(slow.join()).as("began before the change").isEqualTo("old");
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo(truth).isNotEqualTo("old");
        settle(cache);
        assertThat(keysInTier()).isEqualTo(truth == null ? List.of() : List.of("a"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void readerAfterTheChange_doesNotJoinTheSlowRead(Change change) {
        await(change.of(cache));

        CompletableFuture<String> later = cache.getText("a").toFuture();
        source.release("get");

        assertThat(later.join()).isNotEqualTo("old");
        slow.join();
    }

    @Test
    void changeUnderWay_readDuringItIsNotKept() {
        source.release("get");
        slow.join();
        settle(cache);
        source.hold("delete");
        CompletableFuture<Void> deleting = cache.delete("a").toFuture();
        put(source, "a", "read while the delete is under way");

        get(cache, "a");
        settle(cache);
        source.release("delete");
        deleting.join();
        await(source.delete("a"));

        assertThat(get(cache, "a")).isNull();
        settle(cache);
        assertThat(keysInTier()).isEmpty();
    }

    @Test
    void invalidatedMeanwhile_slowReadIsNotKept() {
        await(cache.invalidate("a"));
        put(source, "a", "new");
        source.release("get");
        slow.join();
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void clearedMeanwhile_slowReadIsNotKept() {
        await(cache.clearCache());
        put(source, "a", "new");
        source.release("get");
        slow.join();
        settle(cache);

        assertThat(get(cache, "a")).isEqualTo("new");
    }

    @Test
    void otherKeyWrittenMeanwhile_slowReadIsKept() {
        put(cache, "other", "written");
        source.release("get");
        slow.join();
        settle(cache);

        assertThat(keysInTier()).containsExactly("a", "other");
    }
}
