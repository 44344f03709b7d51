package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class RemoteStoreTest {

    private final Simulation simulation = Simulation.seeded(5);
    private final SimulatedRuntime server = simulation.runtime("source");
    private final SimulatedRuntime client = simulation.runtime("cache");
    private final MemoryStore memory = MemoryStore.create(server);
    private final LatencyStore slow = LatencyStore.over(memory, server).latency(Latency.fixed(Duration.ofMillis(10)));
    private final RemoteStore store = RemoteStore.over(slow, server, client);
    private final List<String> heard = new ArrayList<>();

    @Test
    void operations_workOverTheBoundary() {
        simulation.await(store.put("a/1", Content.text("one")));
        simulation.await(store.put("a/2", Content.publisher(Flux.just(ByteBuffer.wrap(new byte[9])))));
        assertThat(simulation.await(store.getText("a/1"))).isEqualTo("one");
        assertThat(simulation.await(store.size("a/2"))).isEqualTo(9);
        assertThat(simulation.await(store.list("a/").count())).isEqualTo(2);
        assertThat(simulation.await(store.rename("a/1", "b"))).isNotNull();
        assertThat(simulation.await(store.deleteAll(Flux.just("a/2", "b")).count()))
                .isEqualTo(2);
        assertThat(simulation.await(memory.isEmpty(""))).isTrue();
    }

    @Test
    void body_keepsDemand() {
        simulation.await(memory.put("a", Content.bytes(new byte[10])));
        StoredObject found =
                simulation.await(store.get("a", ReadOptions.defaults().withChunkBytes(1)));
        List<ByteBuffer> seen = new ArrayList<>();
        StepVerifier.create(found.body().doOnNext(seen::add), 0)
                .thenRequest(3)
                .then(simulation::runUntilIdle)
                .expectNextCount(3)
                .then(() -> assertThat(seen).hasSize(3))
                .thenCancel()
                .verify(Duration.ofSeconds(5));
    }

    @Test
    void killedClient_hearsNothing_andItsWriteIsAppliedAllTheSame() {
        store.put("a", Content.text("v"))
                .doOnCancel(() -> heard.add("cancel"))
                .subscribe(v -> heard.add("answer"), e -> heard.add("error"));
        // The request is on its way: the content has left the client.
        simulation.runFor(Duration.ofMillis(1));
        client.kill();
        simulation.runUntilIdle();
        assertThat(heard).isEmpty();
        assertThat(simulation.await(memory.getText("a"))).isEqualTo("v");
    }

    @Test
    void clientKilledBeforeItSent_writesNothing() {
        store.put("a", Content.text("v")).subscribe(v -> heard.add("answer"), e -> heard.add("error"));
        client.kill();
        simulation.runUntilIdle();
        assertThat(heard).isEmpty();
        assertThat(simulation.await(memory.get("a"))).isNull();
    }

    @Test
    void killedReader_getsNoFurtherByte() {
        simulation.await(memory.put("a", Content.bytes(new byte[10])));
        slow.bytesPerSecond(1_000);
        StoredObject found =
                simulation.await(store.get("a", ReadOptions.defaults().withChunkBytes(1)));
        found.body().subscribe(chunk -> heard.add("chunk"), e -> heard.add("error"), () -> heard.add("end"));
        simulation.runFor(Duration.ofMillis(4));
        int before = heard.size();
        assertThat(before).isBetween(1, 4);
        client.kill();
        simulation.runUntilIdle();
        assertThat(heard).hasSize(before);
    }

    @Test
    void nextClient_worksOnTheSameStore() {
        simulation.await(store.put("a", Content.text("v")));
        SimulatedRuntime next = client.reborn();
        assertThat(simulation.await(RemoteStore.over(slow, server, next).getText("a")))
                .isEqualTo("v");
    }
}
