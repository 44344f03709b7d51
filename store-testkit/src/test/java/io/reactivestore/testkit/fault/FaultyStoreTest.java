package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import io.reactivestore.testkit.simulate.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class FaultyStoreTest {

    private static final Duration TEN = Duration.ofMillis(10);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(5);
    private final Simulation simulation = runtime.simulation();
    private final MemoryStore memory = MemoryStore.create(runtime);
    private final FaultyStore store = FaultyStore.over(memory, runtime);

    @Test
    void toldNothing_doesWhatTheStoreDoes() {
        put("a/1", "v");
        assertThat(read("a/1")).isEqualTo("v");
        assertThat(simulation.await(store.list("a/").count())).isEqualTo(1);
        assertThat(simulation.await(store.deleteAll(Flux.just("a/1")).count())).isEqualTo(1);
        assertThat(read("a/1")).isNull();
        assertThat(store.injected()).isZero();
        assertThat(store.calls(StoreOperation.GET)).isEqualTo(2);
    }

    @Test
    void faultAtANumber_meetsThatCallOnly() {
        store.at(StoreOperation.PUT, 2, Fault.failBefore());
        put("a", "1");
        assertThatThrownBy(() -> put("b", "2"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("put b: injected: unreachable");
        put("c", "3");
        assertThat(stored("a")).isEqualTo("1");
        assertThat(stored("b")).isNull();
        assertThat(stored("c")).isEqualTo("3");
        assertThat(store.injected()).isEqualTo(1);
        assertThatThrownBy(() -> store.at(StoreOperation.PUT, 3, Fault.hang()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("put#3 was called already");
    }

    @Test
    void eachSubscription_isACallOfItsOwn() {
        store.next(StoreOperation.GET, Fault.failBefore());
        put("a", "1");
        Mono<String> read = store.getText("a");
        assertThatThrownBy(() -> simulation.await(read)).isInstanceOf(StoreUnavailableException.class);
        assertThat(simulation.await(read)).isEqualTo("1");
    }

    @Test
    void lostAnswer_isApplied_andFails() {
        store.next(StoreOperation.PUT, Fault.loseAnswer());
        assertThatThrownBy(() -> put("a", "1")).isInstanceOf(StoreTimeoutException.class);
        assertThat(stored("a")).isEqualTo("1");
        store.next(
                StoreOperation.DELETE,
                Fault.loseAnswer(
                        call -> new StoreThrottledException(call.operation().method(), call.key(), "slow down", null)));
        assertThatThrownBy(() -> simulation.await(store.delete("a")))
                .isInstanceOf(StoreThrottledException.class)
                .hasMessage("delete a: slow down");
        assertThat(stored("a")).isNull();
    }

    @Test
    void lateApplication_comesBehindLaterWrites_thoughTheCallerGaveUp() {
        store.next(StoreOperation.PUT, Fault.applyLate(Latency.fixed(TEN)));
        assertThatThrownBy(() -> put("a", "first")).isInstanceOf(StoreTimeoutException.class);
        assertThat(simulation.elapsed()).isZero();
        put("a", "second");
        assertThat(stored("a")).isEqualTo("second");
        assertThat(store.lateApplications()).isEqualTo(1);
        simulation.runFor(TEN);
        assertThat(stored("a")).isEqualTo("first");
        assertThat(store.lateApplications()).isZero();
    }

    @Test
    void lateApplicationWithoutAnswer_survivesTheCancel() {
        store.next(StoreOperation.DELETE, Fault.applyLateAndHang(Latency.fixed(TEN)));
        put("a", "1");
        Disposable delete = store.delete("a").subscribe(v -> {}, e -> {});
        simulation.runFor(Duration.ofMillis(5));
        delete.dispose();
        assertThat(stored("a")).isEqualTo("1");
        simulation.runUntilIdle();
        assertThat(stored("a")).isNull();
    }

    @Test
    void hang_neverArrives_andItsTwinIsApplied() {
        store.next(StoreOperation.PUT, Fault.hang()).next(StoreOperation.PUT, Fault.applyAndHang());
        assertThatThrownBy(() -> put("a", "1"))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("nothing is left to run");
        assertThat(stored("a")).isNull();
        assertThatThrownBy(() -> put("a", "2")).isInstanceOf(SimulationFailure.class);
        assertThat(stored("a")).isEqualTo("2");
    }

    @Test
    void ignoredCancel_doesNotStopTheWrite() {
        FaultyStore slow = FaultyStore.over(LatencyStore.over(memory, runtime).latency(Latency.fixed(TEN)), runtime);
        slow.next(StoreOperation.PUT, Fault.ignoreCancel());
        slow.put("a", Content.text("kept")).subscribe(v -> {}, e -> {}).dispose();
        slow.put("b", Content.text("stopped")).subscribe(v -> {}, e -> {}).dispose();
        simulation.runUntilIdle();
        assertThat(stored("a")).isEqualTo("kept");
        assertThat(stored("b")).isNull();
        slow.next(StoreOperation.PUT, Fault.ignoreCancel());
        assertThat(simulation.await(slow.put("c", Content.text("answered")))).isNotNull();
    }

    @Test
    void delay_isBeforeTheRequest_andOtherFaultsCanWaitToo() {
        store.next(StoreOperation.PUT, Fault.delay(Latency.fixed(TEN)));
        put("a", "1");
        assertThat(simulation.elapsed()).isEqualTo(TEN);
        store.next(StoreOperation.GET, Fault.failBefore().after(Latency.fixed(TEN)));
        assertThatThrownBy(() -> read("a")).isInstanceOf(StoreUnavailableException.class);
        assertThat(simulation.elapsed()).isEqualTo(TEN.multipliedBy(2));
    }

    @Test
    void truncatedBody_endsEarly_atEachByte() {
        put("a", "0123456789");
        for (int at = 0; at <= 10; at++) {
            store.next(StoreOperation.GET, Fault.truncateBody(at));
            assertThat(body("a", 3)).isEqualTo("0123456789".substring(0, at));
        }
        store.next(StoreOperation.GET, Fault.truncateBody(4));
        assertThatThrownBy(() -> read("a")).isInstanceOf(StoreCorruptException.class);
    }

    @Test
    void brokenBody_failsAtTheByte_andStalledOneNeverEnds() {
        put("a", "0123456789");
        store.next(StoreOperation.GET, Fault.breakBody(7));
        List<Integer> seen = new ArrayList<>();
        assertThatThrownBy(() ->
                        simulation.await(store.read("a", ReadOptions.defaults().withChunkBytes(4))
                                .doOnNext(chunk -> seen.add(chunk.remaining()))
                                .then()))
                .isInstanceOf(StoreUnavailableException.class);
        assertThat(seen).containsExactly(4, 3);
        store.next(StoreOperation.GET, Fault.stallBody(7));
        assertThatThrownBy(() -> read("a")).isInstanceOf(SimulationFailure.class);
    }

    @Test
    void corruptByte_isTheOnlyWrongOne() {
        put("a", "0123456789");
        for (int at = 0; at < 10; at++) {
            store.next(StoreOperation.GET, Fault.corruptBody(at));
            String wrong = body("a", 3);
            for (int i = 0; i < 10; i++) {
                assertThat(wrong.charAt(i) == "0123456789".charAt(i)).isEqualTo(i != at);
            }
        }
        assertThat(read("a")).isEqualTo("0123456789");
    }

    @Test
    void randomFaults_comeAsOftenAsTheySay_andAlikeForTheSameSeed() {
        store.randomly(0.25, Fault.failBefore(), StoreOperation.HEAD);
        long failed = Flux.range(0, 2_000)
                .concatMap(i -> store.head("a").hasElement().onErrorReturn(true))
                .filter(error -> error)
                .count()
                .block(Duration.ofSeconds(20));
        assertThat(failed).isBetween(400L, 600L).isEqualTo(store.injected());
        store.heal();
        assertThat(simulation.await(store.head("a"))).isNull();
    }

    @Test
    void outage_failsOperationsAndOpenBodies_untilItEnds() {
        put("a", "0123456789");
        var body = simulation.await(store.get("a", ReadOptions.defaults().withChunkBytes(4)));
        store.outage(true);
        assertThatThrownBy(() -> read("a"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("get a: injected: the store is down");
        assertThatThrownBy(() -> put("b", "1")).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> simulation.await(store.list("").count()))
                .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> simulation.await(body.body().then())).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> simulation.await(store.open())).isInstanceOf(StoreUnavailableException.class);
        store.outage(false);
        assertThat(read("a")).isEqualTo("0123456789");
        assertThat(stored("b")).isNull();
    }

    @Test
    void closed_endsWhatGoesThroughIt_andTheInnerStoreStaysOpen() {
        put("a", "0123456789");
        var body = simulation.await(store.get("a"));
        simulation.await(store.close());
        simulation.await(store.close());
        assertThatThrownBy(() -> read("a")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> put("b", "1")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> simulation.await(store.open())).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> simulation.await(body.bytes())).isInstanceOf(StoreClosedException.class);
        assertThat(stored("a")).isEqualTo("0123456789");
    }

    @Test
    void faultThatMeansNothingForAnOperation_isRefused() {
        assertThatThrownBy(() -> store.next(StoreOperation.PUT, Fault.truncateBody(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("truncateBody(1): only get has a body, not put");
        assertThatThrownBy(() -> store.next(StoreOperation.GET, Fault.applyLate(Latency.none())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.randomly(2, Fault.hang(), StoreOperation.GET))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void put(String key, String text) {
        simulation.await(store.put(key, Content.text(text)));
    }

    private String read(String key) {
        return simulation.await(store.getText(key));
    }

    private String body(String key, int chunkBytes) {
        StringBuilder all = new StringBuilder();
        simulation.await(store.read(key, ReadOptions.defaults().withChunkBytes(chunkBytes))
                .doOnNext(chunk -> {
                    while (chunk.hasRemaining()) {
                        all.append((char) chunk.get());
                    }
                })
                .then());
        return all.toString();
    }

    private String stored(String key) {
        return simulation.await(memory.getText(key));
    }
}
