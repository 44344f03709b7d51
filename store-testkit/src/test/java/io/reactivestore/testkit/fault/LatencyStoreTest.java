package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class LatencyStoreTest {

    private static final Duration TEN = Duration.ofMillis(10);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(5);
    private final Simulation simulation = runtime.simulation();
    private final MemoryStore memory = MemoryStore.create(runtime);
    private final LatencyStore store = LatencyStore.over(memory, runtime);

    @Test
    void withoutLaws_takesNoTime() {
        simulation.await(store.put("k", Content.text("value")));
        assertThat(simulation.await(store.getText("k"))).isEqualTo("value");
        assertThat(simulation.elapsed()).isZero();
    }

    @Test
    void fixedLaw_isTheTimeOfEachAnswer_alsoOfEmptyOnesAndErrors() {
        store.latency(Latency.fixed(TEN));
        assertThat(timeOf(store.put("k", Content.text("value")))).isEqualTo(TEN);
        assertThat(timeOf(store.head("k"))).isEqualTo(TEN);
        assertThat(timeOf(store.get("absent"))).isEqualTo(TEN);
        assertThat(timeOf(store.delete("absent"))).isEqualTo(TEN);
        assertThat(timeOf(store.copy("absent", "b").onErrorComplete())).isEqualTo(TEN);
        assertThat(timeOf(store.list("").collectList())).isEqualTo(TEN);
        assertThat(timeOf(store.open())).isZero();
    }

    @Test
    void write_takesEffectSomewhereInBetween() {
        store.latency(Latency.fixed(TEN));
        List<Long> effects = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String key = "k" + i;
            Disposable put = store.put(key, Content.text("v")).subscribe(v -> {}, e -> {});
            long start = simulation.nanoTime();
            while (simulation.await(memory.get(key)) == null) {
                simulation.step();
            }
            effects.add(simulation.nanoTime() - start);
            assertThat(put.isDisposed()).isFalse();
            simulation.runUntilIdle();
            assertThat(put.isDisposed()).isTrue();
        }
        assertThat(effects).allMatch(nanos -> nanos < TEN.toNanos());
        assertThat(effects).anyMatch(nanos -> nanos < TEN.toNanos() / 4);
        assertThat(effects).anyMatch(nanos -> nanos > 3 * TEN.toNanos() / 4);
    }

    @Test
    void cancelBeforeTheEffect_preventsIt() {
        store.latency(Latency.fixed(TEN));
        store.put("k", Content.text("v")).subscribe(v -> {}, e -> {}).dispose();
        simulation.runUntilIdle();
        assertThat(simulation.await(memory.get("k"))).isNull();
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void body_waitsForItsFirstByte_andComesAtTheRate() {
        store.firstByte(Latency.fixed(TEN)).bytesPerSecond(1_000);
        simulation.await(memory.put("k", Content.bytes(new byte[500])));
        Mono<Long> chunks =
                store.read("k", ReadOptions.defaults().withChunkBytes(100)).count();
        assertThat(timeOf(chunks)).isEqualTo(Duration.ofMillis(510));
    }

    @Test
    void content_goesAtTheRate() {
        store.bytesPerSecond(1_000);
        assertThat(timeOf(store.put("k", Content.bytes(new byte[250])))).isEqualTo(Duration.ofMillis(250));
        assertThat(simulation.await(memory.size("k"))).isEqualTo(250);
    }

    @Test
    void lognormal_hasItsMedianAndItsP95() {
        Latency law = Latency.lognormal(Duration.ofMillis(20), Duration.ofMillis(80));
        SplittableRandom random = new SplittableRandom(1);
        long[] times = Stream.generate(() -> law.next(random))
                .limit(20_000)
                .mapToLong(Duration::toNanos)
                .sorted()
                .toArray();
        assertThat(times[10_000] / 1e6).isBetween(19.0, 21.0);
        assertThat(times[19_000] / 1e6).isBetween(75.0, 85.0);
    }

    @Test
    void tail_comesAsOftenAsItSays() {
        Latency law = Latency.fixed(TEN).withTail(0.1, Latency.fixed(Duration.ofSeconds(1)));
        SplittableRandom random = new SplittableRandom(1);
        long slow = Stream.generate(() -> law.next(random))
                .limit(10_000)
                .filter(time -> time.equals(Duration.ofSeconds(1)))
                .count();
        assertThat(slow).isBetween(900L, 1_100L);
    }

    @Test
    void impossibleLaw_isRefused() {
        assertThatThrownBy(() -> Latency.fixed(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Latency.uniform(TEN, Duration.ofMillis(9)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Latency.lognormal(TEN, Duration.ofMillis(9)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Latency.none().withTail(1.1, Latency.none()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.bytesPerSecond(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private Duration timeOf(Mono<?> operation) {
        Duration before = simulation.elapsed();
        simulation.await(operation);
        return simulation.elapsed().minus(before);
    }
}
