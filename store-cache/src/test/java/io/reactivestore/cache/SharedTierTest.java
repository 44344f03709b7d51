package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

/** Two caches, each a process of its own, before one source, with one store for the copies of both. */
class SharedTierTest {

    private static final String KEY = "k";

    private final Simulation simulation = Simulation.seeded(1);
    private final SimulatedRuntime servers = simulation.runtime("servers");
    private final GatedStore source = new GatedStore(servers);
    private final GatedStore tier = new GatedStore(servers);
    private final CacheStore one = cache("one", settings -> settings);
    private final CacheStore other = cache("other", settings -> settings);

    private CacheStore cache(String process, UnaryOperator<CacheStoreBuilder> settings) {
        CacheStoreBuilder builder = CacheStore.builder(source)
                .inDoubt(Stage.IN_DOUBT)
                .runtime(simulation.runtime(process))
                .sharedTier(tier, spec -> spec.name("redis"));
        return settings.apply(builder).build();
    }

    private void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    private String read(CacheStore cache) {
        String text = simulation.await(text(cache));
        simulation.await(cache.settled());
        return text == null ? "(none)" : text;
    }

    private static Mono<String> text(CacheStore cache) {
        return cache.get(KEY).flatMap(StoredObject::text);
    }

    private void put(CacheStore cache, String text) {
        simulation.await(cache.put(KEY, Content.text(text)));
        simulation.await(cache.settled());
    }

    private TierInfo facts(CacheStore cache) {
        return simulation.await(cache.info()).tiers().get(0);
    }

    private int asked() {
        return source.calls(Op.GET);
    }

    @Test
    void whatOneCacheHasLoaded_isThereForTheOther() {
        source.write(KEY, "1");
        assertThat(read(one)).isEqualTo("1");
        assertThat(read(other)).isEqualTo("1");
        assertThat(asked()).isEqualTo(1);
        assertThat(other.stats().hitsByTier()).containsEntry("redis", 1L);
    }

    @Test
    void opening_neitherListsNorLeavesAnythingInTheStore() {
        source.write(KEY, "1");
        read(one);
        simulation.await(one.close());
        simulation.await(other.open());
        run();
        assertThat(tier.calls(Op.LIST)).isZero();
        assertThat(tier.keys()).containsExactly(KEY);
    }

    @Test
    void whatOneCacheWrites_isNewForTheOther() {
        source.write(KEY, "1");
        read(one);
        put(other, "2");
        assertThat(read(one)).isEqualTo("2");
        simulation.await(one.delete(KEY));
        simulation.await(one.settled());
        assertThat(read(other)).isEqualTo("(none)");
        assertThat(tier.keys()).isEmpty();
    }

    @Test
    void copyOfAnotherThatMayBeOlderThanAWriteOfOurs_isConfirmedFirst() {
        source.write(KEY, "1");
        source.hold(Op.GET);
        TestSubscriber<String> reader = TestSubscriber.create();
        text(other).subscribe(reader);
        run();
        Request<?> load = source.take(Op.GET);
        load.apply();
        CacheStore writer = cache("writer", settings -> settings.cacheWrites(false));
        put(writer, "2");
        load.answer();
        simulation.await(other.settled());
        assertThat(tier.text(KEY))
                .as("put there by the load that was overtaken")
                .isEqualTo("1");
        source.pass(Op.GET);

        assertThat(read(writer)).isEqualTo("2");
        assertThat(tier.text(KEY)).as("taken over by what the writer knows").isEqualTo("2");
    }

    @Test
    void copyOfAnotherThatTheSourceHasConfirmed_isServedUnaskedFromThenOn() {
        put(other, "1");
        simulation.await(one.delete("unrelated"));
        simulation.await(one.deletePrefix("unrelated/"));
        assertThat(read(one)).isEqualTo("1");
        int asked = asked();
        assertThat(read(one)).isEqualTo("1");
        assertThat(asked()).isEqualTo(asked);
    }

    @Test
    void copyThatTheSourceContradicts_isRemovedForAll() {
        put(other, "1");
        simulation.await(one.deletePrefix("unrelated/"));
        source.remove(KEY);
        assertThat(read(one)).isEqualTo("(none)");
        assertThat(tier.keys()).isEmpty();
    }

    @Test
    void otherThatPutsItsCopyInPlaceOfOurs_isServed_andOursIsNoLongerCounted() {
        source.write(KEY, "1");
        source.hold(Op.GET);
        TestSubscriber<String> first = TestSubscriber.create();
        TestSubscriber<String> second = TestSubscriber.create();
        text(one).subscribe(first);
        text(other).subscribe(second);
        run();
        source.take(Op.GET).answer();
        simulation.await(one.settled());
        source.take(Op.GET).answer();
        simulation.await(other.settled());
        source.pass(Op.GET);
        assertThat(facts(one).currentBytes()).isEqualTo(1);

        int asked = asked();
        assertThat(read(one)).isEqualTo("1");
        assertThat(read(other)).isEqualTo("1");
        assertThat(asked()).isEqualTo(asked);
        assertThat(facts(one).currentBytes()).isZero();
        assertThat(facts(one).trackedKeys()).isZero();
        assertThat(facts(other).currentBytes()).isEqualTo(1);
    }

    @Test
    void copyThatTheStoreItselfLetsGo_isAMiss_andNoLongerCounted() {
        source.write(KEY, "1");
        read(one);
        tier.remove(KEY);
        tier.hold(Op.PUT);
        TestSubscriber<String> reader = TestSubscriber.create();
        text(one).subscribe(reader);
        run();
        assertThat(reader.getReceivedOnNext()).containsExactly("1");
        assertThat(tier.calls(Op.DELETE)).isZero();
        assertThat(one.stats().misses()).isEqualTo(2);
        tier.take(Op.PUT).answer();
        simulation.await(one.settled());
        assertThat(facts(one).currentBytes()).isEqualTo(1);
    }

    @Test
    void copiesOfOthers_areNotCounted_andDoNotGoWhenOursMustMakeRoom() {
        source.write("a", "x".repeat(60));
        source.write("b", "x".repeat(60));
        CacheStore small = cache(
                "small",
                settings -> settings.sharedTier(
                        new GatedStore(servers), spec -> spec.name("small").maxBytes(100)));
        simulation.await(small.get("a"));
        simulation.await(small.settled());
        simulation.await(small.get("b"));
        simulation.await(small.settled());
        TierInfo limited = simulation.await(small.info()).tiers().get(1);
        assertThat(limited.currentBytes()).isEqualTo(60);
        assertThat(facts(other).currentBytes()).isZero();
        assertThat(tier.keys()).containsExactly("a", "b");
    }

    @Test
    void confirmedCopy_isAsYoungForTheOther() {
        UnaryOperator<CacheStoreBuilder> aging =
                settings -> settings.freshness(freshness -> freshness.maxAge(Duration.ofMinutes(1)));
        CacheStore first = cache("first", aging);
        CacheStore second = cache("second", aging);
        source.write(KEY, "1");
        read(first);
        simulation.runFor(Duration.ofSeconds(50));
        read(second);
        assertThat(asked()).isEqualTo(1);
        simulation.runFor(Duration.ofSeconds(20));
        assertThat(read(second)).isEqualTo("1");
        assertThat(asked()).as("confirmed").isEqualTo(2);
        assertThat(read(first)).isEqualTo("1");
        assertThat(asked())
                .as("the first cache's own copy was overwritten by the renewed one")
                .isEqualTo(2);
    }

    @Test
    void close_waitsForRemovalsThatAreOwed() {
        source.write(KEY, "1");
        read(other);
        tier.hold(Op.DELETE);
        simulation.await(one.put(KEY, Content.text("2")));
        TestSubscriber<Void> closing = TestSubscriber.create();
        one.close().subscribe(closing);
        run();
        assertThat(closing.isTerminated()).isFalse();
        tier.take(Op.DELETE).answer();
        run();
        assertThat(closing.isTerminatedComplete()).isTrue();
        assertThat(tier.text(KEY)).isEqualTo("2");
        assertThat(read(other)).isEqualTo("2");
    }

    @Test
    void removalsAreOwed_whileTheStoreCannotBeReached() {
        source.write(KEY, "1");
        read(other);
        StoreUnavailableException down = new StoreUnavailableException("open", null, "down", true, null);
        tier.fail(Op.OPEN, down).fail(Op.DELETE, down).fail(Op.GET, down);
        simulation.await(one.put(KEY, Content.text("2")));
        assertThat(simulation.await(text(one))).isEqualTo("2");
        assertThat(facts(one).offReason()).contains("down");
        tier.pass(Op.OPEN, Op.DELETE, Op.GET);
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(facts(one).offReason()).isNull();
        assertThat(tier.keys()).doesNotContain(KEY);
        assertThat(read(other)).isEqualTo("2");
    }

    @Test
    void loadOfOursThatAWriteOvertook_leavesNoCopyForOthers() {
        source.write(KEY, "1");
        tier.hold(Op.PUT);
        TestSubscriber<String> reader = TestSubscriber.create();
        text(one).subscribe(reader);
        run();
        Request<?> fill = tier.take(Op.PUT);
        fill.apply();
        tier.pass(Op.PUT);
        simulation.await(one.delete(KEY));
        fill.answer();
        simulation.await(one.settled());
        assertThat(tier.keys()).isEmpty();
        assertThat(read(other)).isEqualTo("(none)");
    }

    @Test
    void keyThatAnotherCacheHasAnnounced_isNotRemovedOnceMore() {
        Sinks.Many<Invalidation.Event> said = Sinks.many().multicast().directBestEffort();
        CacheStore listener = cache(
                "listener",
                settings -> settings.invalidation(new Invalidation() {
                    @Override
                    public Flux<Event> received() {
                        return said.asFlux();
                    }

                    @Override
                    public Mono<Void> announce(Event event) {
                        return Mono.empty();
                    }
                }));
        source.write(KEY, "1");
        read(listener);
        put(other, "2");
        int deletes = tier.calls(Op.DELETE);
        said.tryEmitNext(new Invalidation.Event.KeyChanged(KEY)).orThrow();
        assertThat(read(listener)).isEqualTo("2");
        assertThat(tier.calls(Op.DELETE)).isEqualTo(deletes);
        assertThat(facts(listener).trackedKeys()).as("confirmed, and put again").isEqualTo(1);
    }

    @Test
    void damagedCopy_isAMiss() {
        source.write(KEY, "1");
        read(one);
        Attributes facts = tier.info(KEY).attributes();
        simulation.await(
                tier.put(KEY, Content.text("!"), WriteOptions.defaults().withAttributes(facts)));
        for (CacheStore cache : List.of(one, other)) {
            assertThat(read(cache)).isEqualTo("1");
        }
        assertThat(one.stats().corrupt()).isEqualTo(1);
    }
}
