package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.Store;
import io.reactivestore.cache.Invalidation.Event;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Other caches hear of every mutation that may have been applied, also of those whose answer nobody got. */
class AnnouncementTest {

    private enum Mutation {
        PUT,
        DELETE,
        COPY,
        DELETE_PREFIX;

        Mono<?> on(Store store) {
            return switch (this) {
                case PUT -> store.put("k", Content.text("x"));
                case DELETE -> store.delete("k");
                case COPY -> store.copy("from", "k");
                case DELETE_PREFIX -> store.deletePrefix("p/");
            };
        }

        Event event() {
            return this == DELETE_PREFIX ? new Event.PrefixChanged("p/") : new Event.KeyChanged("k");
        }
    }

    /** Takes mutations and never answers them, or fails them; of many keys it deletes the one that is called "answered". */
    private static final class SilentStore extends ForwardingStore {

        private static final Set<String> MUTATIONS = Set.of("put", "delete", "copy", "deletePrefix");

        @Nullable RuntimeException failure;

        int sent;

        SilentStore(Store inner) {
            super(inner);
        }

        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return MUTATIONS.contains(operation) ? this.<T>noAnswer() : work;
        }

        @Override
        public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
            return Flux.from(keys)
                    .flatMapSequential(
                            key -> key.equals("answered") ? Mono.just(new DeleteResult(key, null)) : noAnswer(), 8, 1);
        }

        private <T> Mono<T> noAnswer() {
            return Mono.defer(() -> {
                sent++;
                return failure == null ? Mono.never() : Mono.error(failure);
            });
        }
    }

    private final Simulation simulation = Simulation.seeded(1);
    private final SimulatedRuntime runtime = simulation.runtime("cache");
    private final SilentStore source = new SilentStore(MemoryStore.create(runtime));
    private final List<Event> announced = new ArrayList<>();
    private final CacheStore cache = CacheStore.builder(source)
            .memory(m -> m.maxBytes(1 << 20))
            .runtime(runtime)
            .invalidation(new Invalidation() {
                @Override
                public Flux<Event> received() {
                    return Flux.never();
                }

                @Override
                public Mono<Void> announce(Event event) {
                    return Mono.fromRunnable(() -> announced.add(event));
                }
            })
            .build();

    @ParameterizedTest
    @EnumSource
    void cancelledMutation_isAnnounced_once(Mutation mutation) {
        TestSubscriber<Object> caller = begin(mutation.on(cache));
        assertThat(source.sent).isEqualTo(1);
        assertThat(announced).isEmpty();
        caller.cancel();
        run();
        assertThat(announced).containsExactly(mutation.event());
    }

    @ParameterizedTest
    @EnumSource
    void mutationThatIsGivenUpForItsTime_isAnnounced_once(Mutation mutation) {
        TestSubscriber<Object> caller = begin(mutation.on(cache).timeout(Duration.ofSeconds(1), runtime.timers()));
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(caller.isTerminatedError()).isTrue();
        assertThat(announced).containsExactly(mutation.event());
    }

    @ParameterizedTest
    @EnumSource
    void mutationWhoseSourceGaveUp_isAnnounced_once(Mutation mutation) {
        source.failure = new StoreTimeoutException("put", "k", "no answer in 30 s", null);
        TestSubscriber<Object> caller = begin(mutation.on(cache));
        assertThat(caller.isTerminatedError()).isTrue();
        assertThat(announced).containsExactly(mutation.event());
    }

    @Test
    void cancelledDeleteOfManyKeys_announcesThoseWithoutAResult_andNoneTwice() {
        TestSubscriber<Object> caller = begin(cache.deleteAll(Flux.just("answered", "b", "c")));
        assertThat(announced).containsExactly(new Event.KeyChanged("answered"));
        caller.cancel();
        run();
        assertThat(announced)
                .containsExactly(
                        new Event.KeyChanged("answered"), new Event.KeyChanged("b"), new Event.KeyChanged("c"));
    }

    @Test
    void deleteOfManyKeysThatFails_announcesThoseWithoutAResult() {
        source.failure = new StoreTimeoutException("deleteAll", "b", "no answer in 30 s", null);
        TestSubscriber<Object> caller = begin(cache.deleteAll(Flux.just("answered", "b", "c")));
        assertThat(caller.isTerminatedError()).isTrue();
        assertThat(announced)
                .startsWith(new Event.KeyChanged("answered"))
                .contains(new Event.KeyChanged("b"))
                .doesNotHaveDuplicates();
    }

    @Test
    void malformedKeyAmongTheDeleted_isNotAnnounced() {
        TestSubscriber<Object> caller = begin(cache.deleteAll(Flux.just("", "answered", "x".repeat(1025))));
        caller.cancel();
        run();
        assertThat(announced).containsExactly(new Event.KeyChanged("answered"));
    }

    @Test
    void mutationThatWasNeverBegun_isNotAnnounced() {
        for (Mutation mutation : Mutation.values()) {
            mutation.on(cache);
        }
        cache.deleteAll(Flux.just("b"));
        run();
        assertThat(announced).isEmpty();
    }

    private TestSubscriber<Object> begin(Publisher<?> mutation) {
        simulation.await(cache.open());
        TestSubscriber<Object> caller = TestSubscriber.create();
        mutation.subscribe(caller);
        run();
        return caller;
    }

    private void run() {
        simulation.runFor(Duration.ofMillis(1));
    }
}
