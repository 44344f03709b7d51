package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadMode;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

class FlightsTest {

    private static final Loaded ABSENT = new Loaded.Absent();
    private static final StoreUnavailableException DOWN = new StoreUnavailableException("get", "k", "down", true, null);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Fence fence = new Fence(runtime, Duration.ofMinutes(1));
    private final List<Sinks.One<Loaded>> loads = new ArrayList<>();
    private final Set<Load> over = new HashSet<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private Supplier<Mono<Loaded>> load = this::controlled;
    private Flights flights = flights(false);

    private Flights flights(boolean finishAlone) {
        return new Flights(runtime, finishAlone, null, (question, mode) -> new Load() {
            private final Fence.Pass pass = fence.pass(question.subject());

            @Override
            public Mono<Loaded> ask() {
                return load.get();
            }

            @Override
            public boolean isCurrent() {
                return fence.isCurrent(question.subject(), pass);
            }

            @Override
            public void over() {
                over.add(this);
            }
        });
    }

    private Mono<Loaded> controlled() {
        Sinks.One<Loaded> sink = Sinks.one();
        loads.add(sink);
        return sink.asMono().doOnCancel(cancelled::incrementAndGet);
    }

    private Mono<Loaded> load(String key, ReadMode mode) {
        return flights.load(new Question.Whole(key), mode, null)
                .flatMap(loaded ->
                        loaded instanceof Loaded.Failed failed ? Mono.error(failed.error()) : Mono.just(loaded));
    }

    private TestSubscriber<Loaded> waiter(ReadMode mode) {
        TestSubscriber<Loaded> waiter = TestSubscriber.create();
        load("k", mode).subscribe(waiter);
        return waiter;
    }

    private TestSubscriber<Loaded> waiter() {
        return waiter(ReadMode.CACHED_OK);
    }

    private void run() {
        runtime.simulation().runFor(Duration.ofMillis(1));
    }

    @Test
    void twoWaiters_shareOneLoad_andAreToldOnTheDeliveryScheduler() {
        TestSubscriber<Loaded> first = waiter();
        TestSubscriber<Loaded> second = waiter();
        loads.get(0).tryEmitValue(ABSENT);
        assertThat(first.isTerminated())
                .as("not on the thread that ends the load")
                .isFalse();
        run();
        assertThat(first.getReceivedOnNext()).containsExactly(ABSENT);
        assertThat(second.getReceivedOnNext()).containsExactly(ABSENT);
        assertThat(loads).hasSize(1);
        assertThat(flights.joined()).isEqualTo(1);
    }

    @Test
    void readersOfTheSameKey_whoAskSomethingElse_shareNothing() {
        TestSubscriber<Loaded> whole = waiter();
        TestSubscriber<Loaded> head = TestSubscriber.create();
        flights.load(new Question.Head("k"), ReadMode.CACHED_OK, null).subscribe(head);
        loads.get(1).tryEmitValue(ABSENT);
        run();
        assertThat(whole.isTerminated()).isFalse();
        assertThat(head.isTerminatedComplete()).isTrue();
    }

    @Test
    void everyLoadThatWasBegun_isOver_howeverItEnds() {
        waiter();
        waiter().cancel();
        loads.get(0).tryEmitValue(ABSENT);
        waiter().cancel();
        load = () -> Mono.error(DOWN);
        waiter();
        run();
        assertThat(over).hasSize(3);
    }

    @Test
    void loadThatCompletesAtOnce_isOver_andTheNextReaderBeginsAnew() {
        load = () -> {
            loads.add(Sinks.one());
            return Mono.just(ABSENT);
        };
        waiter();
        waiter();
        run();
        assertThat(loads).hasSize(2);
    }

    @Test
    void loaderThatReadsTheSameCacheForAnotherKey_isNotInItsOwnWay() {
        load = () -> {
            load = this::controlled;
            return load("another", ReadMode.CACHED_OK);
        };
        TestSubscriber<Loaded> waiter = waiter();
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(waiter.getReceivedOnNext()).containsExactly(ABSENT);
    }

    @Test
    void failedLoad_failsItsWaiters_isNotRemembered_andARetryLoadsAgain() {
        load = () -> loads.isEmpty() ? controlled().then(Mono.error(DOWN)) : Mono.just(ABSENT);
        TestSubscriber<Loaded> failing = waiter();
        TestSubscriber<Loaded> retrying = TestSubscriber.create();
        load("k", ReadMode.CACHED_OK).retry(1).subscribe(retrying);
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(failing.expectTerminalError()).isSameAs(DOWN);
        assertThat(retrying.getReceivedOnNext()).containsExactly(ABSENT);
    }

    @Test
    void sourceThatFailsOnce_isReadTwiceByAReaderThatRetries() {
        Stage stage = Stage.memory().open();
        stage.source.write(Stage.KEY, "1");
        stage.source.hold(Op.GET);
        TestSubscriber<String> reader = TestSubscriber.create();
        stage.text(Stage.KEY).retry(1).subscribe(reader);
        stage.source.take(Op.GET).answer(DOWN);
        stage.run();
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(reader.getReceivedOnNext()).containsExactly("1");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(2);
        assertThat(stage.cache.stats().loadFailures()).isEqualTo(1);
    }

    @Test
    void absentKey_isNoFailure_andIsNotRemembered() {
        Stage stage = Stage.memory().open();
        assertThat(stage.read()).isEqualTo("(none)");
        assertThat(stage.cache.stats().loadFailures()).isZero();
        stage.source.write(Stage.KEY, "1");
        assertThat(stage.read()).isEqualTo("1");
    }

    @Test
    void loaderThatThrows_orIsEmpty_endsItsWaiters() {
        load = () -> {
            throw DOWN;
        };
        TestSubscriber<Loaded> failed = waiter();
        load = Mono::empty;
        TestSubscriber<Loaded> empty = waiter();
        run();
        assertThat(failed.expectTerminalError()).isSameAs(DOWN);
        assertThat(empty.getReceivedOnNext()).containsExactly(ABSENT);
    }

    @Test
    void waiterThatLeaves_hurtsNobody_theLastOneCancelsTheLoad() {
        TestSubscriber<Loaded> first = waiter();
        TestSubscriber<Loaded> second = waiter();
        first.cancel();
        assertThat(cancelled).hasValue(0);
        second.cancel();
        assertThat(cancelled).hasValue(1);
        assertThat(flights.underWay()).isZero();
        TestSubscriber<Loaded> third = waiter();
        loads.get(1).tryEmitValue(ABSENT);
        run();
        assertThat(third.getReceivedOnNext()).containsExactly(ABSENT);
    }

    @Test
    void waiterThatTimesOut_leavesTheOthersTheLoad() {
        TestSubscriber<Loaded> hasty = TestSubscriber.create();
        load("k", ReadMode.CACHED_OK)
                .timeout(Duration.ofSeconds(1), runtime.timers())
                .subscribe(hasty);
        TestSubscriber<Loaded> patient = waiter();
        runtime.simulation().runFor(Duration.ofSeconds(2));
        assertThat(hasty.isTerminatedError()).isTrue();
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(patient.getReceivedOnNext()).containsExactly(ABSENT);
    }

    @Test
    void loadThatEverybodyLeft_isFinishedIfWanted_andJoinedByThoseWhoCome() {
        flights = flights(true);
        waiter().cancel();
        assertThat(cancelled).hasValue(0);
        TestSubscriber<Loaded> late = waiter();
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(late.getReceivedOnNext()).containsExactly(ABSENT);
        assertThat(loads).hasSize(1);
    }

    @Test
    void readerThatWantsTheSource_doesNotJoin_butIsJoined() {
        waiter();
        TestSubscriber<Loaded> revalidating = waiter(ReadMode.REVALIDATE);
        TestSubscriber<Loaded> later = waiter();
        assertThat(loads).hasSize(2);
        loads.get(1).tryEmitValue(ABSENT);
        run();
        assertThat(revalidating.isTerminatedComplete()).isTrue();
        assertThat(later.isTerminatedComplete()).isTrue();
    }

    @Test
    void loadThatWasWrittenPast_isNotJoined_andItsEndLeavesTheNewOneInPlace() {
        TestSubscriber<Loaded> old = waiter();
        fence.end(fence.begin("k"), End.APPLIED);
        TestSubscriber<Loaded> young = waiter();
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(old.isTerminatedComplete()).isTrue();
        assertThat(young.isTerminated()).isFalse();
        waiter();
        assertThat(loads).hasSize(2);
    }

    @Test
    void close_tellsAllWaiters_alsoThoseOfALoadThatWasWrittenPast_andCancelsTheLoads() {
        TestSubscriber<Loaded> old = waiter();
        fence.end(fence.begin("k"), End.APPLIED);
        TestSubscriber<Loaded> young = waiter();
        flights.close();
        run();
        assertThat(old.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(young.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(cancelled).hasValue(2);
        assertThat(flights.underWay()).isZero();
    }

    @Test
    void readerThatGetsInBesideTheClose_isTold() {
        flights.close();
        TestSubscriber<Loaded> late = waiter();
        run();
        assertThat(late.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void contextOfAReader_isNotThatOfTheSharedLoad() {
        List<Boolean> seen = new ArrayList<>();
        load = () -> Mono.deferContextual(context -> {
            seen.add(context.hasKey("tenant"));
            return Mono.just(ABSENT);
        });
        load("k", ReadMode.CACHED_OK)
                .contextWrite(context -> context.put("tenant", "a"))
                .subscribe();
        assertThat(seen).containsExactly(false);
    }

    @Test
    void aHundredThousandWaiters_leaveInAMomentAndWithoutADeepStack() {
        List<TestSubscriber<Loaded>> waiters = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            waiters.add(waiter());
        }
        // In reverse, a list of waiters would be searched to its end each time.
        for (int i = waiters.size() - 1; i > 0; i--) {
            waiters.get(i).cancel();
        }
        loads.get(0).tryEmitValue(ABSENT);
        run();
        assertThat(waiters.get(0).getReceivedOnNext()).containsExactly(ABSENT);
    }
}
