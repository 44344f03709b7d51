package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.WarmResult.Outcome;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.publisher.TestPublisher;
import reactor.test.subscriber.TestSubscriber;

/** Objects that are loaded before they are read. */
class WarmTest {

    private final Stage stage =
            Stage.both(builder -> builder.maxEntryBytes(100)).open();

    private TestSubscriber<WarmResult> begin(Flux<String> keys, int concurrency, long demand) {
        TestSubscriber<WarmResult> results =
                TestSubscriber.builder().initialRequest(demand).build();
        stage.cache.warm(keys, concurrency).subscribe(results);
        stage.run();
        return results;
    }

    private Map<String, Outcome> warm(String... keys) {
        return stage.await(stage.cache.warm(Flux.just(keys)).collectList()).stream()
                .collect(Collectors.toMap(WarmResult::key, WarmResult::outcome));
    }

    private static Flux<String> keys(int count) {
        return Flux.fromStream(() -> IntStream.range(0, count).mapToObj(i -> "key-" + i));
    }

    @Test
    void whatIsWarm_isReadWithoutTheSource_fromMemoryAndTier() {
        stage.source.write("a", "1");
        assertThat(warm("a")).containsExactly(Map.entry("a", Outcome.LOADED));
        stage.settle();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
        assertThat(stage.tier.text("a")).isEqualTo("1");
        assertThat(stage.cache.stats().requests()).as("the read").isEqualTo(1);
    }

    @Test
    void eachKey_hasItsOutcome() {
        stage.source.write("small", "1");
        stage.source.write("held", "1");
        stage.source.write("large", "l".repeat(101));
        stage.read("held");
        assertThat(warm("small", "held", "large", "absent", ""))
                .isEqualTo(Map.of(
                        "small", Outcome.LOADED,
                        "held", Outcome.HELD,
                        "large", Outcome.NOT_KEPT,
                        "absent", Outcome.ABSENT,
                        "", Outcome.FAILED));
    }

    @Test
    void copyInATier_isHeld_andComesIntoMemory() {
        stage.source.write("a", "1");
        warm("a");
        stage.settle();
        stage.reopen();
        assertThat(warm("a")).containsExactly(Map.entry("a", Outcome.HELD));
        stage.read("a");
        assertThat(stage.cache.stats().hits("memory")).isEqualTo(1);
    }

    @Test
    void keyThatFails_isToldWithItsError_andEndsNothing() {
        stage.source.fail(Op.GET, new StoreUnavailableException("get", "a", "down", true, null));
        List<WarmResult> results =
                stage.await(stage.cache.warm(Flux.just("a", "b")).collectList());
        assertThat(results).extracting(WarmResult::outcome).containsOnly(Outcome.FAILED);
        assertThat(results).extracting(WarmResult::error).hasOnlyElementsOfType(StoreUnavailableException.class);
        assertThat(results).hasSize(2);
    }

    @Test
    void noMoreAreLoadedAtOnce_thanAllowed_andAllAre() {
        keys(10).toIterable().forEach(key -> stage.source.write(key, "1"));
        stage.source.hold(Op.GET);
        TestSubscriber<WarmResult> results = begin(keys(10), 3, Long.MAX_VALUE);
        assertThat(stage.source.calls(Op.GET)).isEqualTo(3);
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(results.getReceivedOnNext()).hasSize(1);
        assertThat(stage.source.calls(Op.GET)).isEqualTo(4);
        stage.source.pass(Op.GET);
        for (int i = 0; i < 3; i++) {
            stage.source.take(Op.GET).answer();
            stage.run();
        }
        assertThat(results.getReceivedOnNext()).hasSize(10);
        assertThat(results.isTerminatedComplete()).isTrue();
    }

    @Test
    void withoutDemand_noMoreKeysAreTaken_thanMayBeLoadedAtOnce() {
        TestPublisher<String> keys = TestPublisher.create();
        TestSubscriber<WarmResult> results = begin(keys.flux(), 2, 0);
        keys.assertMaxRequested(2);
        keys.next("a", "b");
        stage.run();
        assertThat(results.getReceivedOnNext()).isEmpty();
        keys.assertMaxRequested(2);
        results.request(1);
        stage.run();
        assertThat(results.getReceivedOnNext()).hasSize(1);
        keys.next("c").complete();
        results.request(2);
        stage.run();
        assertThat(results.isTerminatedComplete()).isTrue();
    }

    @Test
    void cancel_givesUpTheLoads_butNotThatOfAReader() {
        stage.source.write("a", "1");
        stage.source.hold(Op.GET);
        TestSubscriber<WarmResult> results = begin(Flux.just("a", Stage.KEY), 2, Long.MAX_VALUE);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        results.cancel();
        stage.run();
        assertThat(stage.source.takeGivenUp(Op.GET).key).isEqualTo("a");
        assertThat(stage.source.<Object>take(Op.GET).key).isEqualTo(Stage.KEY);
        assertThat(reader.isTerminated()).isFalse();
        assertThat(stage.source.calls(Op.GET)).as("the reader shares it").isEqualTo(2);
    }

    @Test
    void errorOfTheKeys_endsIt() {
        assertThatThrownBy(() -> stage.await(stage.cache
                        .warm(Flux.error(new IllegalStateException("no keys")))
                        .then()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedCache_warmsNothing() {
        stage.await(stage.cache.close());
        assertThatThrownBy(() -> stage.await(stage.cache.warm(Flux.just("a")).then()))
                .isInstanceOf(StoreClosedException.class);
    }

    @Test
    void concurrency_isChecked() {
        assertThatThrownBy(() -> stage.cache.warm(Flux.empty(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was 0");
    }
}
