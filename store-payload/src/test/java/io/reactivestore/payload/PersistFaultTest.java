package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.PATIENCE;
import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.lookup;
import static io.reactivestore.payload.PayloadFixture.one;
import static io.reactivestore.payload.PayloadFixture.persist;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A store that fails at any step of a write: there is the old entry, the new one or none, and never a wrong one. */
class PersistFaultTest {

    private final MemoryStore below = MemoryStore.create();
    private final FaultyStore store = FaultyStore.over(below, StoreRuntime.system());
    private final PayloadStore payloads = PayloadStore.builder(store).build();

    /** A persist deletes once and puts twice. */
    static Stream<Arguments> steps() {
        return Stream.of(Fault.failBefore(), Fault.loseAnswer())
                .flatMap(fault -> Stream.of(
                        Arguments.of(StoreOperation.DELETE, 1, fault),
                        Arguments.of(StoreOperation.PUT, 1, fault),
                        Arguments.of(StoreOperation.PUT, 2, fault)));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void failedStep_leavesOldOrNewOrNothing_andTheNextPersistHeals(StoreOperation operation, int step, Fault fault) {
        persist(payloads, "a", "old");
        assertThat(one(payloads.totalBytes())).isPositive();
        store.at(operation, store.calls(operation) + step, fault);

        PayloadFixture.failure(
                StoreException.class, payloads.persist(key("a"), Content.text("new"), "read", List.of()));

        assertThat(lookup(payloads, "a")).isIn(null, "old", "new");
        assertThat(one(payloads.totalBytes())).as("counted again").isEqualTo(one(below.sizeOf("")));
        persist(payloads, "a", "healed");
        assertThat(lookup(payloads, "a")).isEqualTo("healed");
    }

    @Test
    void cancelledPersist_isFinishedAllTheSame_andTheNextOneWaitsForIt() {
        Sinks.Empty<Void> gate = Sinks.empty();
        PayloadStore payloads = PayloadStore.builder(behind(gate)).build();
        Disposable first = payloads.persist(key("a"), Content.text("first"), "read", List.of())
                .subscribe(meta -> {}, error -> {});
        Mono<PayloadMeta> second = payloads.persist(key("a"), Content.text("second"), "read", List.of());
        var waiting = second.toFuture();
        first.dispose();
        gate.tryEmitEmpty();

        waiting.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();

        assertThat(lookup(payloads, "a")).isEqualTo("second");
        assertThat(store.calls(StoreOperation.PUT))
                .as("both were written whole")
                .isEqualTo(4);
    }

    @Test
    void persistCancelledWhileItWaits_writesNothing_andHoldsUpNobody() {
        Sinks.Empty<Void> gate = Sinks.empty();
        PayloadStore payloads = PayloadStore.builder(behind(gate)).build();
        var first = payloads.persist(key("a"), Content.text("first"), "read", List.of())
                .toFuture();
        Disposable second = payloads.persist(key("a"), Content.text("second"), "read", List.of())
                .subscribe(meta -> {}, error -> {});
        var third = payloads.persist(key("a"), Content.text("third"), "read", List.of())
                .toFuture();
        second.dispose();
        gate.tryEmitEmpty();

        first.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        third.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();

        assertThat(lookup(payloads, "a")).isEqualTo("third");
        assertThat(store.calls(StoreOperation.PUT)).isEqualTo(4);
    }

    @Test
    void anotherProcessWritesBetweenTheHalves_itsPayloadIsNeverServedWithOurMetadata() {
        Sinks.Empty<Void> gate = Sinks.empty();
        PayloadStore slow = PayloadStore.builder(behind(gate, ".meta.json")).build();
        var ours =
                slow.persist(key("a"), Content.text("ours"), "read", List.of()).toFuture();
        persist(payloads, "a", "theirs");

        gate.tryEmitEmpty();
        ours.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();

        assertThat(lookup(payloads, "a")).as("a miss, not corruption").isNull();
        persist(payloads, "a", "next");
        assertThat(lookup(slow, "a")).isEqualTo("next");
    }

    private Store behind(Sinks.Empty<Void> gate) {
        return behind(gate, "");
    }

    /** A store whose puts of objects with this ending wait until the gate opens. */
    private Store behind(Sinks.Empty<Void> gate, String ending) {
        return new ForwardingStore(store) {
            @Override
            public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
                Mono<ObjectInfo> put = Mono.defer(() -> super.put(key, content, options));
                return key.endsWith(ending) ? gate.asMono().then(put) : put;
            }
        };
    }
}
