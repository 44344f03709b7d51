package io.reactivestore.micrometer;

import static io.reactivestore.micrometer.Recording.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.observation.Observation;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Many readers of one load: each is observed for itself, the load for nobody, and each reader leads to it. */
class ObservedLoadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Recording recording = new Recording();
    private final MemoryStore objects = MemoryStore.create();
    private final Sinks.Empty<Void> gate = Sinks.empty();
    private final Store source = new ForwardingStore(objects) {
        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return gate.asMono().then(work);
        }
    };
    private final Store cache = ObservedStore.over(
            CacheStore.builder(ObservedStore.over(source, recording.registry))
                    .memory(memory -> memory.maxBytes(1 << 20))
                    .loads(new ObservedLoads(recording.registry))
                    .build(),
            recording.registry);

    @Test
    void readers_leadToTheLoadThatTheyShare_whichIsNobodysChild() {
        objects.put("k", Content.text("x")).block(PATIENCE);
        Observation request = Observation.start("request", recording.registry);
        try (Observation.Scope leader = request.openScope()) {
            cache.get("k").subscribe(object -> {}, error -> {});
            assertThat(recording.registry.getCurrentObservation())
                    .as("as before")
                    .isSameAs(request);
        }
        for (int i = 1; i < 10; i++) {
            cache.get("k").subscribe(object -> {}, error -> {});
        }
        gate.tryEmitEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(readers()).hasSize(10));
        cache.get("k").block(PATIENCE);
        request.stop();

        List<Observation.Context> loads = recording.ended(ObservedLoads.NAME, "get");
        assertThat(loads).hasSize(1);
        Observation.Context load = loads.get(0);
        assertThat(load.getParentObservation())
                .as("the leader's is not its own")
                .isNull();
        assertThat(value(load, "load.readers")).isEqualTo("10");
        assertThat(value(load, "outcome")).isEqualTo("success");
        for (Observation.Context reader : readers().subList(0, 10)) {
            assertThat(((StoreObservationContext) reader).loads()).containsExactly(load);
            assertThat(value(reader, "load.id")).isEqualTo(value(load, "load.id"));
            assertThat(value(reader, "tier")).isEqualTo("source");
        }
        Observation.Context hit = readers().get(10);
        assertThat(((StoreObservationContext) hit).loads()).isEmpty();
        assertThat(value(hit, "tier")).isEqualTo("memory");

        List<Observation.Context> underLoad = recording.stopped.stream()
                .filter(context -> context.getParentObservation() != null
                        && context.getParentObservation().getContextView() == load)
                .toList();
        assertThat(underLoad).as("what the load has asked the source").isNotEmpty();
    }

    @Test
    void readersOfBlocks_leadToTheLoadOfThePartThatTheyWaitFor() {
        objects.put("k", Content.bytes(new byte[200])).block(PATIENCE);
        AtomicBoolean isHeld = new AtomicBoolean();
        Store source = new ForwardingStore(objects) {
            @Override
            protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
                return Mono.defer(() -> isHeld.get() ? gate.asMono().then(work) : work);
            }
        };
        Store inBlocks = ObservedStore.over(
                CacheStore.builder(ObservedStore.over(source, recording.registry))
                        .memory(memory -> memory.maxBytes(1 << 20))
                        .maxEntryBytes(40)
                        .blocks(blocks -> blocks.blockBytes(8).partBytes(32).readAheadBytes(64))
                        .loads(new ObservedLoads(recording.registry))
                        .build(),
                recording.registry);
        inBlocks.getRange("k", ByteRange.of(0, 8)).block(PATIENCE);
        isHeld.set(true);
        int before = readers().size();
        for (int i = 0; i < 10; i++) {
            inBlocks.get("k", ReadOptions.defaults().withRange(ByteRange.of(16, 40)))
                    .subscribe(object -> {}, error -> {});
        }
        gate.tryEmitEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(readers()).hasSize(before + 10));

        List<Observation.Context> loads = recording.ended(ObservedLoads.NAME, "get");
        assertThat(loads).as("of the first block, and of the others").hasSize(2);
        Observation.Context part = loads.get(1);
        assertThat(part.getParentObservation()).isNull();
        assertThat(value(part, "key")).isEqualTo("k");
        assertThat(value(part, "load.readers")).isEqualTo("10");
        for (Observation.Context reader : readers().subList(before, before + 10)) {
            assertThat(((StoreObservationContext) reader).loads()).containsExactly(part);
            assertThat(value(reader, "load.id")).isEqualTo(value(part, "load.id"));
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(recording.stopped.stream()
                                .filter(context -> context.getParentObservation() != null
                                        && context.getParentObservation().getContextView() == part)
                                .map(context -> value(context, "operation")))
                        .as("what the part has asked the source")
                        .containsExactlyInAnyOrder("get", "body"));
    }

    @Test
    void failedLoad_isObservedAsFailed_andSoAreItsReaders() {
        gate.tryEmitError(new IllegalStateException("not now"));
        cache.get("k").onErrorComplete().block(PATIENCE);
        assertThat(value(recording.ended(ObservedLoads.NAME, "get").get(0), "outcome"))
                .isEqualTo("IllegalStateException");
        assertThat(value(readers().get(0), "outcome")).isEqualTo("IllegalStateException");
    }

    @Test
    void loadThatEverybodyHasLeft_endsWithoutAnError() {
        cache.get("k").subscribe(object -> {}, error -> {}).dispose();
        assertThat(recording.ended(ObservedLoads.NAME, "get")).hasSize(1);
        assertThat(recording.stopped).hasSameSizeAs(recording.started);
        assertThat(recording.stopped).noneMatch(context -> context.getError() != null);
    }

    /** Those outside of the load. */
    private List<Observation.Context> readers() {
        return recording.ended(ObservedStore.NAME, "get").stream()
                .filter(context -> context.getParentObservation() == null
                        || context.getParentObservation()
                                .getContextView()
                                .getName()
                                .equals("request"))
                .toList();
    }
}
