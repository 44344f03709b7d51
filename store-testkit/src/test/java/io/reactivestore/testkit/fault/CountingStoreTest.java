package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class CountingStoreTest {

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(5);
    private final Simulation simulation = runtime.simulation();
    private final MemoryStore memory = MemoryStore.create(runtime);
    private final FaultyStore faulty = FaultyStore.over(
            LatencyStore.over(memory, runtime)
                    .latency(Latency.fixed(Duration.ofMillis(10)))
                    .bytesPerSecond(10_000),
            runtime);
    private final CountingStore store = CountingStore.over(faulty);

    @Test
    void operations_areCountedWhenSubscribedTo() {
        Mono<?> head = store.head("a");
        assertThat(store.calls()).isZero();
        simulation.await(head);
        simulation.await(head);
        simulation.await(store.open());
        assertThat(store.calls(StoreOperation.HEAD)).isEqualTo(2);
        assertThat(store.calls()).isEqualTo(2);
    }

    @Test
    void inFlight_risesAndFalls_andTheMostIsKept() {
        Mono<?> both = Flux.range(0, 5).flatMap(i -> store.head("k" + i), 3).then();
        both.subscribe(v -> {}, e -> {});
        assertThat(store.inFlight()).isEqualTo(3);
        simulation.runUntilIdle();
        assertThat(store.inFlight()).isZero();
        assertThat(store.maxInFlight()).isEqualTo(3);
        store.reset();
        assertThat(store.maxInFlight()).isZero();
        assertThat(store.calls()).isZero();
    }

    @Test
    void cancelAndError_areTold() {
        Disposable head = store.head("a").subscribe(v -> {}, e -> {});
        simulation.runFor(Duration.ofMillis(1));
        head.dispose();
        assertThat(store.cancels(StoreOperation.HEAD)).isEqualTo(1);
        assertThat(store.inFlight()).isZero();
        faulty.next(StoreOperation.DELETE, Fault.failBefore());
        simulation.await(store.delete("a").onErrorComplete());
        assertThat(store.errors(StoreOperation.DELETE)).isEqualTo(1);
        assertThat(store.cancels(StoreOperation.DELETE)).isZero();
        assertThat(store.inFlight()).isZero();
    }

    @Test
    void bytes_areCountedBothWays() {
        simulation.await(store.put("a", Content.bytes(new byte[1_000])));
        assertThat(store.bytesWritten()).isEqualTo(1_000);
        simulation.await(store.getByteArray("a"));
        assertThat(store.bytesRead()).isEqualTo(1_000);
        simulation.await(store.getRanges("a", List.of(ByteRange.of(0, 10), ByteRange.suffix(5)), ReadOptions.defaults())
                .then());
        assertThat(store.bytesRead()).isEqualTo(1_015);
        assertThat(store.bodies()).isEqualTo(1);
    }

    @Test
    void bodies_areOpenUntilTheyEndOrAreCancelled() {
        simulation.await(store.put("a", Content.bytes(new byte[1_000])));
        Flux<?> body = simulation
                .await(store.get("a", ReadOptions.defaults().withChunkBytes(100)))
                .body();
        assertThat(store.openBodies()).isZero();
        Disposable reader = body.subscribe(chunk -> {}, e -> {});
        assertThat(store.openBodies()).isEqualTo(1);
        simulation.runFor(Duration.ofMillis(35));
        assertThat(store.bytesRead()).isEqualTo(300);
        reader.dispose();
        assertThat(store.openBodies()).isZero();
        assertThat(store.bodyCancels()).isEqualTo(1);
        simulation.await(body.then());
        assertThat(store.openBodies()).isZero();
        assertThat(store.bodyCancels()).isEqualTo(1);
        assertThat(store.bodies()).isEqualTo(2);
    }
}
