package io.reactivestore.micrometer;

import static io.reactivestore.micrometer.Recording.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.Store;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** An Observation for each operation, however it ends. */
class ObservedStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Recording recording = new Recording();
    private final MemoryStore objects = MemoryStore.create();
    private final Store store = ObservedStore.over(objects, recording.registry);

    @AfterEach
    void nothingIsLeftOpen() {
        assertThat(recording.stopped).hasSameSizeAs(recording.started);
        assertThat(recording.registry.getCurrentObservation()).isNull();
    }

    private Observation.Context only(String operation) {
        List<Observation.Context> ended = recording.ended(ObservedStore.NAME, operation);
        assertThat(ended).hasSize(1);
        return ended.get(0);
    }

    @Test
    void everyOperation_isObservedOnce() {
        store.put("a/k", Content.text("x")).block(PATIENCE);
        store.head("a/k").block(PATIENCE);
        store.read("a/k").blockLast(PATIENCE);
        store.list("a/").blockLast(PATIENCE);
        store.copy("a/k", "a/l").block(PATIENCE);
        store.delete("a/k").block(PATIENCE);
        store.deleteAll(Flux.just("a/l")).map(DeleteResult::key).blockLast(PATIENCE);
        store.deletePrefix("a/").block(PATIENCE);
        for (String operation : List.of("put", "head", "get", "body", "list", "copy", "delete", "deletePrefix")) {
            Observation.Context context = only(operation);
            assertThat(value(context, "outcome")).as(operation).isEqualTo("success");
            assertThat(value(context, "key")).as(operation).startsWith("a/");
        }
        assertThat(value(only("deleteAll"), "key")).isEqualTo("(none)");
    }

    @Test
    void operationThatIsNotSubscribedTo_isNone() {
        store.get("k");
        store.list("");
        assertThat(recording.started).isEmpty();
    }

    @Test
    void get_tellsWhoAnswered_andNoneForAnAbsentObject() {
        objects.put("k", Content.text("x")).block(PATIENCE);
        store.get("k").block(PATIENCE);
        store.get("absent").block(PATIENCE);
        List<Observation.Context> gets = recording.ended(ObservedStore.NAME, "get");
        assertThat(gets).extracting(context -> value(context, "tier")).containsExactly("source", "none");
        assertThat(gets).extracting(context -> value(context, "stale")).containsOnly("false");
    }

    @Test
    void error_isTold_underItsName() {
        SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
        Store failing = ObservedStore.over(
                FaultyStore.over(MemoryStore.create(runtime), runtime)
                        .randomly(1, Fault.failBefore(), StoreOperation.HEAD),
                recording.registry);
        Mono<?> head = failing.head("k").onErrorResume(StoreUnavailableException.class, error -> Mono.empty());
        runtime.simulation().await(head);
        Observation.Context context = only("head");
        assertThat(value(context, "outcome")).isEqualTo("StoreUnavailableException");
        assertThat(context.getError()).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void cancel_isNoError() {
        Sinks.Empty<Void> never = Sinks.empty();
        Store hanging = ObservedStore.over(objects, recording.registry);
        hanging.put("k", Content.publisher(never.asMono().flux().map(nothing -> ByteBuffer.allocate(0))))
                .subscribe(info -> {}, error -> {})
                .dispose();
        assertThat(value(only("put"), "outcome")).isEqualTo("cancelled");
        assertThat(only("put").getError()).isNull();
    }

    @Test
    void parent_isThatOfTheSubscriber_andChildrenFindTheOperation() {
        Observation parent = Observation.start("request", recording.registry);
        store.head("k").contextWrite(context -> Parents.put(context, parent)).block(PATIENCE);
        Store twice = ObservedStore.over(store, recording.registry);
        twice.delete("k").block(PATIENCE);
        parent.stop();
        assertThat(only("head").getParentObservation()).isSameAs(parent);
        List<Observation.Context> deletes = recording.ended(ObservedStore.NAME, "delete");
        assertThat(deletes).hasSize(2);
        assertThat(deletes.get(0).getParentObservation().getContextView())
                .as("the inner one ends first")
                .isSameAs(deletes.get(1));
    }

    @Test
    void contextOfTheSubscriber_isKept() {
        Content content = Content.publisher(Flux.deferContextual(
                context -> Flux.just(ByteBuffer.wrap(context.<String>get("who").getBytes(StandardCharsets.UTF_8)))));
        store.put("k", content).contextWrite(Context.of("who", "me")).block(PATIENCE);
        assertThat(objects.getText("k").block(PATIENCE)).isEqualTo("me");
    }
}
