package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Many callers at once: the sums stay right, and a key is loaded once. */
class ConcurrencyTest extends CacheFixture {

    @RepeatedTest(5)
    void concurrentPuts_areAllCounted() {
        CacheStore cache = cacheOnTier(1000);

        atOnce(10, i -> cache.put("key-" + i, Content.text("x".repeat(50))));

        assertThat(facts(cache).cachedKeys()).isEqualTo(10);
        assertThat(facts(cache).currentBytes()).isEqualTo(500);
    }

    @RepeatedTest(5)
    void concurrentPutsOfOneKey_leaveAtMostOneCopy_ofWhatSourceHas() {
        CacheStore cache = cacheOnTier(1000);

        atOnce(20, i -> cache.put("a", Content.text("x".repeat(i + 1))));

        assertThat(get(cache, "a")).isEqualTo(get(originals, "a"));
        assertThat(facts(cache).trackedKeys()).isLessThanOrEqualTo(1);
    }

    @RepeatedTest(5)
    void concurrentEvictions_keepLimitAndSums() {
        CacheStore cache = cacheOnTier(200);
        putAndSettle(cache, "a", 80);
        putAndSettle(cache, "b", 80);

        atOnce(2, i -> cache.put("large-" + i, Content.text("y".repeat(100))));

        assertThat(facts(cache).currentBytes()).isEqualTo(200);
        assertThat(keysInTier()).containsExactly("large-0", "large-1");
        assertThat(cache.stats().evictions()).isEqualTo(2);
    }

    @RepeatedTest(5)
    void readsWhileOthersEvict_areRight_andSumsStayRight() {
        CacheStore cache = cacheOnTier(100);
        putAndSettle(cache, "a", 40);
        putAndSettle(cache, "b", 40);
        Flux<String> reads = Flux.range(0, 100).concatMap(i -> cache.getText("a"));
        Flux<?> writes = Flux.range(0, 10).concatMap(i -> cache.put("new-" + i, Content.text("y".repeat(40))));

        List<String> read = await(Flux.merge(
                reads.subscribeOn(Schedulers.parallel()),
                writes.thenMany(Flux.<String>empty()).subscribeOn(Schedulers.parallel())));

        assertThat(read).hasSize(100).containsOnly("x".repeat(40));
        assertThat(facts(cache).currentBytes()).isLessThanOrEqualTo(100);
    }

    @RepeatedTest(5)
    void mixOfEverything_neverPassesLimit() {
        CacheStore cache = cacheOnTier(300);

        atOnce(200, i -> switch (i % 5) {
            case 0, 1 -> cache.put("key-" + i % 7, Content.text("x".repeat(20 + i % 60)));
            case 2, 3 -> cache.getText("key-" + i % 7);
            default ->
                i % 2 == 0
                        ? cache.delete("key-" + i % 7)
                        : cache.info().doOnNext(info -> {
                            assertThat(info.tier(TIER).currentBytes()).isLessThanOrEqualTo(300);
                        });
        });

        settle(cache);
        for (int i = 0; i < 7; i++) {
            assertThat(get(cache, "key-" + i)).isEqualTo(get(originals, "key-" + i));
        }
    }

    @Test
    void concurrentMissesOfOneKey_areOneReadOfSource() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "once");
        source.hold("get");

        List<CompletableFuture<String>> readers = IntStream.range(0, 100)
                .mapToObj(i -> cache.getText("a").toFuture())
                .toList();
        source.release("get");

        assertThat(readers).allSatisfy(reader -> assertThat(reader.join()).isEqualTo("once"));
        assertThat(source.calls("get")).isEqualTo(1);
        assertThat(cache.stats().joined()).isEqualTo(99);
        assertThat(cache.stats().misses()).isEqualTo(100);
    }

    @Test
    void readerThatLeaves_hurtsNoOther() {
        CacheStore cache = cacheOnTier();
        put(source, "a", "x");
        source.hold("get");
        CompletableFuture<String> first = cache.getText("a").toFuture();
        CompletableFuture<String> second = cache.getText("a").toFuture();

        first.cancel(true);
        source.release("get");

        assertThat(second.join()).isEqualTo("x");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void concurrentMissesOfAbsentKey_areOneReadOfSource() {
        CacheStore cache = cacheOnTier();
        source.hold("get");

        List<CompletableFuture<StoredObject>> readers = IntStream.range(0, 10)
                .mapToObj(i -> cache.get("absent").toFuture())
                .toList();
        source.release("get");

        assertThat(readers).allSatisfy(reader -> assertThat(reader.join()).isNull());
        assertThat(source.calls("get")).isEqualTo(1);
    }

    private interface Work {
        Mono<?> number(int i);
    }

    /** Runs all of it on as many threads as there are, and waits for the end. */
    private static void atOnce(int count, Work work) {
        await(Flux.range(0, count)
                .flatMap(i -> Mono.defer(() -> work.number(i)).subscribeOn(Schedulers.parallel()), count)
                .then());
    }
}
