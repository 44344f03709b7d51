package io.reactivestore.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attempts;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.decorate.RetryingStore;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

class RetryingStoreTest {

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(3);
    private final Simulation simulation = runtime.simulation();
    private final MemoryStore memory = MemoryStore.create(runtime);
    private final FaultyStore faulty = FaultyStore.over(memory, runtime);
    private final RetryingStore store = RetryingStore.builder(faulty)
            .maxAttempts(3)
            .pauses(Duration.ofMillis(100), Duration.ofSeconds(1))
            .runtime(runtime)
            .build();

    @Test
    void read_isTriedAgain_untilItSucceeds() {
        write("a", "1");
        failing(StoreOperation.GET, 2);
        assertThat(read(store, "a")).isEqualTo("1");
        assertThat(faulty.calls(StoreOperation.GET)).isEqualTo(3);
        assertThat(store.retryCount()).isEqualTo(2);
        failing(StoreOperation.HEAD, 1);
        assertThat(simulation.await(store.head("a")).size()).isEqualTo(1);
    }

    @Test
    void lastError_isTold_afterAllAttempts() {
        failing(StoreOperation.GET, 9);
        assertThatThrownBy(() -> read(store, "a"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("get a: injected: unreachable");
        assertThat(faulty.calls(StoreOperation.GET)).isEqualTo(3);
    }

    @Test
    void errorThatWouldComeAgain_isNotTriedAgain() {
        faulty.next(StoreOperation.GET, Fault.failBefore(RetryingStoreTest::denied));
        assertThatThrownBy(() -> read(store, "a")).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(faulty.calls(StoreOperation.GET)).isEqualTo(1);
        assertThat(store.retryCount()).isZero();
    }

    @Test
    void pauses_doubleUpToTheLongest() {
        RetryingStore patient = RetryingStore.builder(faulty)
                .maxAttempts(6)
                .pauses(Duration.ofMillis(100), Duration.ofMillis(400))
                .runtime(runtime)
                .build();
        failing(StoreOperation.HEAD, 9);
        long begin = runtime.nanoTime();
        assertThatThrownBy(() -> simulation.await(patient.head("a"))).isInstanceOf(StoreUnavailableException.class);
        // 100, 200, 400, 400, 400, each halved at most
        assertThat(Duration.ofNanos(runtime.nanoTime() - begin))
                .isBetween(Duration.ofMillis(750), Duration.ofMillis(1_500 + 50));
    }

    @Test
    void cancelDuringAPause_endsIt() {
        failing(StoreOperation.HEAD, 9);
        TestSubscriber<ObjectInfo> reader = TestSubscriber.create();
        store.head("a").subscribe(reader);
        simulation.runFor(Duration.ofMillis(20));
        reader.cancel();
        simulation.runFor(Duration.ofSeconds(10));
        assertThat(faulty.calls(StoreOperation.HEAD)).isEqualTo(1);
    }

    @Test
    void listing_goesOnAfterItsLastKey() {
        List<String> keys =
                IntStream.range(0, 50).mapToObj(i -> String.format("k%02d", i)).toList();
        keys.forEach(key -> write(key, "v"));
        Store breaking = RetryingStore.builder(new BreakingListings(faulty, 7))
                .pauses(Duration.ofMillis(1), Duration.ofMillis(1))
                .runtime(runtime)
                .build();
        assertThat(simulation.await(breaking.list("k").map(ObjectInfo::key).collectList()))
                .isEqualTo(keys);
        assertThat(faulty.calls(StoreOperation.LIST)).isEqualTo(8);
    }

    @Test
    void listingWithoutProgress_ends() {
        write("k", "v");
        Store stuck = RetryingStore.builder(new BreakingListings(faulty, 0))
                .runtime(runtime)
                .build();
        assertThatThrownBy(() -> simulation.await(stuck.list("k").collectList()))
                .isInstanceOf(StoreUnavailableException.class);
        assertThat(faulty.calls(StoreOperation.LIST)).isEqualTo(3);
    }

    @Test
    void bodyThatHasBegun_isNotTriedAgain() {
        write("a", "0123456789");
        faulty.next(StoreOperation.GET, Fault.breakBody(4));
        ReadOptions small = ReadOptions.defaults().withChunkBytes(2);
        TestSubscriber<ByteBuffer> reader = TestSubscriber.create();
        store.read("a", small).subscribe(reader);
        simulation.runUntilIdle();
        assertThat(reader.getReceivedOnNext()).hasSize(2);
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
        assertThat(faulty.calls(StoreOperation.GET)).isEqualTo(1);
    }

    @Test
    void ranges_areTriedAgain_untilTheFirstIsThere() {
        write("a", "0123456789");
        failing(StoreOperation.GET_RANGES, 2);
        List<ByteRange> ranges = List.of(ByteRange.of(0, 2), ByteRange.of(5, 7));
        assertThat(simulation.await(
                        store.getRanges("a", ranges, ReadOptions.defaults()).count()))
                .isEqualTo(2);
    }

    @Test
    void put_isTriedAgain_andUnansweredAttemptsAreTold() {
        AtomicInteger unanswered = new AtomicInteger();
        faulty.next(StoreOperation.PUT, Fault.loseAnswer());
        faulty.next(StoreOperation.PUT, Fault.failBefore(RetryingStoreTest::throttled));
        simulation.await(store.put("a", Content.text("1"))
                .contextWrite(context -> Attempts.onUnanswered(context, unanswered::incrementAndGet)));
        assertThat(faulty.calls(StoreOperation.PUT)).isEqualTo(3);
        assertThat(unanswered).as("a refused attempt leaves nothing behind").hasValue(1);
        assertThat(read(memory, "a")).isEqualTo("1");
    }

    @Test
    void contentThatCanBeReadOnce_isNotTriedAgain() {
        failing(StoreOperation.PUT, 1);
        Content once = Content.publisher(Flux.just(ByteBuffer.wrap(new byte[1])));
        assertThatThrownBy(() -> simulation.await(store.put("a", once))).isInstanceOf(StoreUnavailableException.class);
        assertThat(faulty.calls(StoreOperation.PUT)).isEqualTo(1);
    }

    @Test
    void conditionalPut_isTriedAgain_onlyIfItWasRefused() {
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        faulty.next(StoreOperation.PUT, Fault.failBefore(RetryingStoreTest::throttled));
        simulation.await(store.put("a", Content.text("1"), ifAbsent));
        assertThat(faulty.calls(StoreOperation.PUT)).isEqualTo(2);

        faulty.next(StoreOperation.PUT, Fault.loseAnswer());
        assertThatThrownBy(() -> simulation.await(store.put("b", Content.text("1"), ifAbsent)))
                .as("a second attempt would say that it is there already")
                .isInstanceOf(StoreTimeoutException.class)
                .isNotInstanceOf(PreconditionFailedException.class);
        assertThat(faulty.calls(StoreOperation.PUT)).isEqualTo(3);
    }

    @Test
    void deletes_areTriedAgain_keyByKey() {
        write("a", "1");
        write("b", "1");
        failing(StoreOperation.DELETE, 1);
        simulation.await(store.delete("a"));
        assertThat(read(memory, "a")).isNull();

        failing(StoreOperation.DELETE_PREFIX, 1);
        assertThat(simulation.await(store.deletePrefix(""))).isEqualTo(1);
    }

    @Test
    void keysOfABulkDelete_areTriedAgain_inTheirOrder() {
        List<String> keys = List.of("a", "b", "c", "d");
        keys.forEach(key -> write(key, "v"));
        Store failingOnce = new FailingBulk(faulty);
        Store retrying = RetryingStore.builder(failingOnce).runtime(runtime).build();
        faulty.at(StoreOperation.DELETE, 3, Fault.failBefore()); // the second attempt of one of them
        List<DeleteResult> results =
                simulation.await(retrying.deleteAll(Flux.fromIterable(keys)).collectList());
        assertThat(results).extracting(DeleteResult::key).isEqualTo(keys);
        assertThat(results).allMatch(DeleteResult::deleted);
        assertThat(simulation.await(memory.isEmpty(""))).isTrue();
    }

    private void failing(StoreOperation operation, int times) {
        for (int i = 0; i < times; i++) {
            faulty.next(operation, Fault.failBefore());
        }
    }

    private void write(String key, String text) {
        simulation.await(memory.put(key, Content.text(text)));
    }

    private String read(Store from, String key) {
        return simulation.await(from.getBytes(key)
                .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString()));
    }

    private static StoreException denied(Call call) {
        return new StoreAccessDeniedException(call.operation().method(), call.key(), "injected", null);
    }

    private static StoreException throttled(Call call) {
        return new StoreThrottledException(call.operation().method(), call.key(), "injected", null);
    }

    /** Listings that break off after so many keys, if there are more. */
    private static final class BreakingListings extends ForwardingStore {

        private final int keys;

        BreakingListings(Store inner, int keys) {
            super(inner);
            this.keys = keys;
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return super.list(options).index().map(numbered -> {
                if (numbered.getT1() >= keys) {
                    throw new StoreUnavailableException("list", options.prefix(), "broke off", true, null);
                }
                return numbered.getT2();
            });
        }
    }

    /** A bulk delete whose keys fail, every other one. */
    private static final class FailingBulk extends ForwardingStore {

        FailingBulk(Store inner) {
            super(inner);
        }

        @Override
        public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
            return Flux.from(keys)
                    .index()
                    .concatMap(numbered -> numbered.getT1() % 2 == 0
                            ? Mono.just(new DeleteResult(
                                    numbered.getT2(),
                                    new StoreThrottledException("deleteAll", numbered.getT2(), "slow down", null)))
                            : delete(numbered.getT2()).thenReturn(new DeleteResult(numbered.getT2(), null)));
        }
    }
}
