package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.cache.Invalidation.Event;
import io.reactivestore.error.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

class InvalidationTest {

    /** A bus with one end, whose other end is the test. */
    private static final class Bus implements Invalidation {

        final List<Event> announced = new ArrayList<>();
        private Sinks.Many<Event> others = Sinks.many().multicast().directBestEffort();
        private boolean down;

        @Override
        public Flux<Event> received() {
            return Flux.defer(() -> others.asFlux());
        }

        @Override
        public Mono<Void> announce(Event event) {
            return Mono.fromRunnable(() -> {
                if (down) {
                    throw new StoreUnavailableException("announce", null, "down", true, null);
                }
                announced.add(event);
            });
        }

        void say(Event event) {
            others.tryEmitNext(event).orThrow();
        }

        int listeners() {
            return others.currentSubscriberCount();
        }

        void breakOff() {
            Sinks.Many<Event> before = others;
            others = Sinks.many().multicast().directBestEffort();
            before.tryEmitError(new IllegalStateException("connection lost")).orThrow();
        }
    }

    private final Bus bus = new Bus();

    private Stage inMemory() {
        return Stage.memory(builder -> builder.invalidation(bus)).open();
    }

    private Stage inTier() {
        return Stage.tier(builder -> builder.invalidation(bus)).open();
    }

    private static Stage warmed(Stage stage) {
        stage.source.write(Stage.KEY, "1");
        stage.read();
        stage.settle();
        stage.source.write(Stage.KEY, "2");
        assertThat(stage.read()).as("while nobody says anything").isEqualTo("1");
        return stage;
    }

    @Test
    void mutations_areAnnounced_onceTheSourceHasThem() {
        Stage stage = inMemory();
        stage.source.hold(Op.PUT);
        stage.writer("1");
        stage.run();
        assertThat(bus.announced).isEmpty();
        stage.source.take(Op.PUT).answer();
        stage.run();
        assertThat(bus.announced).containsExactly(new Event.KeyChanged(Stage.KEY));
        stage.await(stage.cache.delete(Stage.KEY));
        stage.await(stage.cache.deletePrefix("a/"));
        stage.run();
        assertThat(bus.announced)
                .containsExactly(
                        new Event.KeyChanged(Stage.KEY),
                        new Event.KeyChanged(Stage.KEY),
                        new Event.PrefixChanged("a/"));
    }

    @Test
    void announcementThatFails_doesNotReachTheWriter_andIsCounted() {
        Stage stage = inMemory();
        bus.down = true;
        stage.put("1");
        stage.run();
        assertThat(stage.cache.stats().tierFailures()).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("1");
    }

    @Test
    void keyChanged_dropsItsCopies_andNoOther() {
        for (Stage stage : List.of(inMemory(), inTier())) {
            warmed(stage);
            stage.source.write("other", "1");
            stage.read("other");
            stage.settle();
            int asked = stage.source.calls(Op.GET);
            bus.say(new Event.KeyChanged(Stage.KEY));
            assertThat(stage.read()).isEqualTo("2");
            assertThat(stage.read("other")).isEqualTo("1");
            assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
        }
    }

    private static Stream<Event> whatOthersSay() {
        return Stream.of(new Event.KeyChanged(Stage.KEY), new Event.PrefixChanged("k"), new Event.Reconnected());
    }

    @ParameterizedTest
    @MethodSource("whatOthersSay")
    void whatOthersSay_endsWhatIsRememberedOfObjectsAndListings_orMakesItSuspect(Event event) {
        Duration hour = Duration.ofHours(1);
        Stage stage = Stage.memory(builder -> builder.invalidation(bus)
                        .freshness(f -> f.negative(hour, 10).heads(hour, 10).listings(hour, 10_000)))
                .open();
        assertThat(stage.await(stage.cache.exists(Stage.KEY))).isFalse();
        assertThat(stage.await(stage.cache.list("").count())).isZero();
        stage.source.write(Stage.KEY, "1");
        assertThat(stage.await(stage.cache.exists(Stage.KEY)))
                .as("while nobody says anything")
                .isFalse();
        bus.say(event);
        assertThat(stage.await(stage.cache.head(Stage.KEY)).size()).isEqualTo(1);
        assertThat(stage.await(stage.cache.list("").count())).isEqualTo(1);
        stage.source.write(Stage.KEY, "22");
        bus.say(event);
        assertThat(stage.await(stage.cache.head(Stage.KEY)).size()).isEqualTo(2);
        assertThat(stage.await(stage.cache.list("").map(ObjectInfo::size).single()))
                .isEqualTo(2);
    }

    @Test
    void prefixChanged_dropsTheCopiesUnderIt_andNoOther() {
        for (Stage stage : List.of(inMemory(), inTier())) {
            for (String key : List.of("a/1", "a/2", "b/1")) {
                stage.source.write(key, "1");
                stage.read(key);
                stage.source.write(key, "2");
            }
            stage.settle();
            bus.say(new Event.PrefixChanged("a/"));
            assertThat(stage.read("a/1")).isEqualTo("2");
            assertThat(stage.read("a/2")).isEqualTo("2");
            assertThat(stage.read("b/1")).isEqualTo("1");
        }
    }

    @Test
    void changeHeardWhileALoadIsUnderWay_theLoadIsNotKept() {
        for (Event event : List.of(new Event.KeyChanged(Stage.KEY), new Event.PrefixChanged(""))) {
            Stage stage = inMemory();
            stage.source.write(Stage.KEY, "1");
            stage.source.hold(Op.GET);
            TestSubscriber<String> reader = stage.reader();
            stage.run();
            Request<?> load = stage.source.take(Op.GET).apply();
            stage.source.pass(Op.GET);
            stage.source.write(Stage.KEY, "2");
            bus.say(event);
            load.answer();
            stage.run();
            assertThat(reader.isTerminated()).isTrue();
            assertThat(stage.read()).as("after %s", event).isEqualTo("2");
        }
    }

    @Test
    void reconnected_everyCopyIsConfirmedFirst_once() {
        for (Stage stage : List.of(inMemory(), inTier())) {
            stage.put("1");
            stage.settle();
            bus.say(new Event.Reconnected());
            assertThat(stage.read()).isEqualTo("1");
            assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
            assertThat(stage.read()).isEqualTo("1");
            assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        }
    }

    @Test
    void reconnected_whileALoadIsUnderWay_theNextReaderAsksAgain() {
        Stage stage = inMemory();
        stage.source.write(Stage.KEY, "1");
        stage.source.hold(Op.GET);
        stage.reader();
        stage.run();
        Request<?> load = stage.source.take(Op.GET).apply();
        stage.source.pass(Op.GET);
        stage.source.write(Stage.KEY, "2");
        bus.say(new Event.Reconnected());
        load.answer();
        stage.run();
        assertThat(stage.read()).isEqualTo("2");
    }

    @Test
    void listeningThatBreaksOff_beginsAgain_andWhatWasMissedIsNotServed() {
        Stage stage = warmed(inMemory());
        bus.breakOff();
        stage.run(Duration.ofSeconds(1));
        assertThat(bus.listeners()).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("2");
    }

    @Test
    void peersWroteWhileWeWereDown_theCopyIsNotServed() {
        Stage stage = warmed(inTier());
        stage.await(stage.cache.close());
        stage.kill();
        stage.tier.hold(Op.OPEN);
        stage.cache.open().subscribe();
        stage.run();
        assertThat(bus.listeners())
                .as("listening begins before the tier is open")
                .isEqualTo(1);
        stage.tier.take(Op.OPEN).answer();
        stage.run();
        assertThat(stage.tier.text(Stage.KEY)).isEqualTo("1");
        assertThat(stage.read()).isEqualTo("2");
    }

    @Test
    void nobodyWroteWhileWeWereDown_theCopyIsServedOnceTheSourceHasConfirmedIt() {
        Stage stage = inTier();
        stage.put("1");
        stage.settle();
        stage.reopen();
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
        assertThat(stage.read()).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void closed_nobodyListensAnyMore() {
        Stage stage = inMemory();
        assertThat(bus.listeners()).isEqualTo(1);
        stage.await(stage.cache.close());
        assertThat(bus.listeners()).isZero();
    }

    @Test
    void copyOfBeforeALostConnection_isNotServedStale_thoughTheSourceFails() {
        Stage stage = warmed(Stage.memory(builder -> builder.invalidation(bus)
                        .freshness(f -> f.maxAge(Duration.ofMinutes(10)).staleIfError(Duration.ofHours(1))))
                .open());
        bus.breakOff();
        stage.run(Duration.ofSeconds(2));
        stage.source.fail(Op.GET, new StoreUnavailableException("get", Stage.KEY, "down", true, null));
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
    }
}
