package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.decorate.TimeoutStore;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

class TimeoutStoreTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SHORT_OF_IT = Duration.ofMillis(900);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(3);
    private final Simulation simulation = runtime.simulation();
    private final MemoryStore memory = MemoryStore.create(runtime);
    private final FaultyStore faulty = FaultyStore.over(memory, runtime);
    private final Sinks.Many<ObjectInfo> listing = Sinks.many().unicast().onBackpressureBuffer();
    private final AtomicInteger cancels = new AtomicInteger();
    private final Store store = around(faulty);

    @Test
    void readWithoutAnswer_fails_andIsCancelled() {
        faulty.next(StoreOperation.GET, Fault.hang());
        assertThatThrownBy(() -> simulation.await(store.get("a")))
                .isInstanceOf(StoreTimeoutException.class)
                .hasMessage("get a: no answer within PT1S");
        assertThat(simulation.await(store.get("a"))).as("absent").isNull();
    }

    @Test
    void write_hasItsOwnTime() {
        faulty.next(StoreOperation.PUT, Fault.delay(Latency.fixed(Duration.ofSeconds(4))));
        simulation.await(store.put("a", Content.text("1")));
        faulty.next(StoreOperation.DELETE, Fault.hang());
        assertThatThrownBy(() -> simulation.await(store.delete("a")))
                .isInstanceOf(StoreTimeoutException.class)
                .hasMessage("delete a: no answer within PT5S");
    }

    @Test
    void bodyThatStalls_fails() {
        simulation.await(memory.put("a", Content.text("0123456789")));
        faulty.next(StoreOperation.GET, Fault.stallBody(4));
        TestSubscriber<ByteBuffer> reader = TestSubscriber.create();
        store.read("a", ReadOptions.defaults().withChunkBytes(2)).subscribe(reader);
        simulation.runUntilIdle();
        assertThat(reader.getReceivedOnNext()).hasSize(2);
        assertThat(reader.expectTerminalError())
                .isInstanceOf(StoreTimeoutException.class)
                .hasMessage("get a: nothing came for PT1S");
    }

    @Test
    void slowConsumer_neverTimesOut() {
        TestSubscriber<ObjectInfo> reader = list(0);
        simulation.runFor(Duration.ofHours(1));
        reader.request(1);
        simulation.runFor(SHORT_OF_IT);
        emit("a");
        simulation.runFor(Duration.ofHours(1));
        assertThat(reader.getReceivedOnNext()).hasSize(1);
        reader.request(1);
        simulation.runFor(SHORT_OF_IT);
        assertThat(reader.isTerminated()).isFalse();
        simulation.runFor(SHORT_OF_IT);
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreTimeoutException.class);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void eachElement_hasTheWholeTime() {
        TestSubscriber<ObjectInfo> reader = list(Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            simulation.runFor(SHORT_OF_IT);
            emit("k" + i);
        }
        assertThat(reader.getReceivedOnNext()).hasSize(10);
        listing.tryEmitComplete().orThrow();
        assertThat(reader.isTerminatedComplete()).isTrue();
        simulation.runFor(Duration.ofMinutes(1));
        assertThat(simulation.pendingTasks()).as("no timer is left").isZero();
    }

    @Test
    void cancel_leavesNoTimer() {
        TestSubscriber<ObjectInfo> reader = list(1);
        reader.cancel();
        assertThat(cancels).hasValue(1);
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void elementAfterTheEnd_isNotTold() {
        TestSubscriber<ObjectInfo> reader = list(1);
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreTimeoutException.class);
        listing.tryEmitNext(info("late"));
        assertThat(reader.getReceivedOnNext()).isEmpty();
    }

    @Test
    void bulkDelete_waitsForItsKeys() {
        Sinks.Many<String> keys = Sinks.many().unicast().onBackpressureBuffer();
        TestSubscriber<Object> reader = TestSubscriber.create();
        store.deleteAll(keys.asFlux()).cast(Object.class).subscribe(reader);
        simulation.runFor(Duration.ofHours(1));
        assertThat(reader.isTerminated()).isFalse();
        keys.tryEmitNext("a").orThrow();
        keys.tryEmitComplete().orThrow();
        simulation.runUntilIdle();
        assertThat(reader.isTerminatedComplete()).isTrue();
    }

    private TestSubscriber<ObjectInfo> list(long requested) {
        TestSubscriber<ObjectInfo> reader =
                TestSubscriber.builder().initialRequest(requested).build();
        around(new ListingStore()).list("").subscribe(reader);
        return reader;
    }

    private void emit(String key) {
        listing.tryEmitNext(info(key)).orThrow();
    }

    private ObjectInfo info(String key) {
        return new ObjectInfo(key, 0, "e", null, runtime.clock().instant(), null);
    }

    private Store around(Store inner) {
        return TimeoutStore.builder(inner)
                .answerWithin(SECOND)
                .writeWithin(Duration.ofSeconds(5))
                .stallAfter(SECOND)
                .runtime(runtime)
                .build();
    }

    /** Lists what the test emits. */
    private final class ListingStore extends ForwardingStore {

        ListingStore() {
            super(memory);
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return listing.asFlux().doOnCancel(cancels::incrementAndGet);
        }
    }
}
