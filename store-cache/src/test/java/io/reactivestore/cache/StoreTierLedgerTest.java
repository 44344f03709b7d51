package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.cache.StoreTierLedger.Figures;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.StoreOperation;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.test.subscriber.TestSubscriber;

class StoreTierLedgerTest {

    private static final Duration IN_DOUBT = Duration.ofMinutes(1);
    private static final StoreTimeoutException NO_ANSWER = new StoreTimeoutException("put", "k", "no answer", null);
    private static final StoreUnavailableException DOWN = new StoreUnavailableException("put", "k", "down", true, null);

    private Simulation simulation = Simulation.seeded(1);
    private SimulatedRuntime runtime = simulation.runtime("cache");
    private GatedStore store = new GatedStore(runtime);
    private Fence fence;
    private CopyIndex index;
    private Works works;
    private StatsRecorder stats;
    private Scheduler serial;
    private StoreTierLedger ledger = ledger(store, 100, 1 << 20);

    private StoreTierLedger ledger(Store over, long maxBytes, long maxPendingBytes) {
        fence = new Fence(runtime, IN_DOUBT);
        index = new CopyIndex("p", fence);
        works = new Works();
        stats = new StatsRecorder();
        serial = runtime.newSerial("ledger");
        CopyRequests requests = new CopyRequests(over, runtime, Duration.ofSeconds(10), 1 << 20);
        return new StoreTierLedger(
                index, requests, serial, runtime, works, stats, maxBytes, Long.MAX_VALUE, maxPendingBytes, IN_DOUBT);
    }

    private CachedEntry entry(String key, int bytes) {
        ObjectInfo info = new ObjectInfo(key, bytes, "e", null, runtime.clock().instant(), null);
        return new CachedEntry(
                info,
                ByteBuffer.allocate(bytes).asReadOnlyBuffer(),
                runtime.nanoTime(),
                0,
                new Freshness(new FreshnessSpec().build(), runtime),
                Lifecycle.trivial());
    }

    private void fill(String key, int bytes) {
        ledger.fill(key, entry(key, bytes), fence.pass(key), 0);
        run();
    }

    private void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    private void settle() {
        simulation.await(works.settled());
    }

    private boolean isSettled() {
        TestSubscriber<Void> waiter = TestSubscriber.create();
        works.settled().subscribe(waiter);
        return waiter.isTerminated();
    }

    private Figures figures() {
        return simulation.await(ledger.figures());
    }

    private void assertCountedIsPresent() {
        assertThat(figures().bytes()).isEqualTo(store.bytes());
        assertThat(figures().trackedKeys()).isEqualTo(store.keys().size());
        assertThat(figures().cachedKeys()).isEqualTo(store.keys().size());
    }

    // Fills

    @Test
    void fill_isPut_counted_andServedFromTheIndex() {
        fill("a", 40);
        assertThat(index.get("a")).isNotNull();
        assertThat(figures()).isEqualTo(new Figures(40, 1, 1));
        assertCountedIsPresent();
    }

    @Test
    void fillOfAKeyThatIsJustBeingPut_followsIt_andBothEndOnce() {
        store.hold(Op.PUT);
        fill("a", 40);
        Request<?> first = store.take(Op.PUT);
        fill("a", 30);
        assertThat(isSettled()).isFalse();
        first.answer();
        run();
        assertThat(isSettled()).isFalse();
        store.take(Op.PUT).answer();
        run();
        assertThat(isSettled()).isTrue();
        assertThat(ledger.pendingBytes()).isZero();
        assertThat(figures().bytes()).isEqualTo(30);
        assertCountedIsPresent();
    }

    @Test
    void threeFillsOfAKey_theOneInBetweenIsShed() {
        store.hold(Op.PUT);
        fill("a", 10);
        fill("a", 20);
        fill("a", 30);
        store.take(Op.PUT).answer();
        run();
        assertThat(store.take(Op.PUT).apply()).isNotNull();
        assertThat(store.info("a").size()).isEqualTo(30);
        assertThat(store.waits(Op.PUT)).isFalse();
        assertThat(stats.shed.sum()).isEqualTo(1);
    }

    @Test
    void fillThatIsOutdatedWhenItIsThere_isDeleted_beforeItCountsAsSettled() {
        store.hold(Op.PUT, Op.DELETE);
        fill("a", 40);
        fence.end(fence.begin("a"), End.APPLIED);
        TestSubscriber<Void> waiter = TestSubscriber.create();
        works.settled().subscribe(waiter);
        store.take(Op.PUT).answer();
        run();
        assertThat(index.get("a")).isNull();
        assertThat(waiter.isTerminated()).isFalse();
        store.take(Op.DELETE).answer();
        run();
        assertThat(waiter.isTerminatedComplete()).isTrue();
        assertThat(figures()).isEqualTo(new Figures(0, 0, 0));
    }

    @Test
    void fillTooLargeForTheTier_dropsTheOlderCopy() {
        fill("a", 40);
        fill("a", 101);
        assertThat(figures()).isEqualTo(new Figures(0, 0, 0));
        assertThat(store.keys()).isEmpty();
        assertThat(stats.shed.sum()).isEqualTo(1);
    }

    @Test
    void fillThatIsShed_takesAnOlderOneThatStillWaitsAlong() {
        ledger = ledger(store, 100, 1000);
        store.hold(Op.DELETE);
        fill("a", 40);
        fill("a", 41); // waits for the delete of the first
        fill("a", 900);
        store.take(Op.DELETE).answer();
        run();
        assertThat(store.keys()).isEmpty();
        assertThat(figures()).isEqualTo(new Figures(0, 0, 0));
    }

    @Test
    void fillsOfEmptyObjects_areBoundedToo() {
        ledger = ledger(store, 100, 10_000);
        store.hold(Op.PUT);
        for (int i = 0; i < 1000; i++) {
            fill("k" + i, 0);
        }
        assertThat(figures().trackedKeys()).isLessThan(30);
        assertThat(stats.shed.sum()).isGreaterThan(970);
    }

    // Room

    @Test
    void noRoom_theLeastRecentlyUsedGoes_andItsSpaceIsUsedOnlyWhenItIsGone() {
        fill("a", 40);
        fill("b", 40);
        ledger.touch("a");
        store.hold(Op.DELETE);
        fill("c", 40);
        assertThat(store.keys()).containsExactly("a", "b");
        assertThat(figures()).as("b is not served, but counted").isEqualTo(new Figures(80, 3, 1));
        store.take(Op.DELETE).answer();
        run();
        assertThat(store.keys()).containsExactly("a", "c");
        assertCountedIsPresent();
    }

    @Test
    void victimThatCannotBeDeleted_staysCounted_anotherOneGoes_andItIsTriedAgain() {
        fill("a", 50);
        fill("b", 50);
        store.hold(Op.DELETE);
        fill("c", 50);
        store.take(Op.DELETE).answer(DOWN);
        run();
        Request<?> second = store.take(Op.DELETE);
        assertThat(second.key).isEqualTo("b");
        second.answer();
        run();
        assertThat(store.keys()).containsExactly("a", "c");
        assertThat(figures().bytes()).isEqualTo(100);
        store.pass(Op.DELETE);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(store.keys()).containsExactly("c");
        simulation.runFor(IN_DOUBT);
        assertCountedIsPresent();
    }

    @Test
    void noVictimCanBeDeleted_theFillIsShed_andTheLimitHolds() {
        fill("a", 100);
        store.fail(Op.DELETE, DOWN);
        fill("b", 50);
        assertThat(isSettled()).isTrue();
        assertThat(stats.shed.sum()).isEqualTo(1);
        assertThat(figures().bytes()).isEqualTo(100);
        assertThat(ledger.pendingBytes()).isZero();
    }

    @Test
    void fillBehindADeleteThatFails_doesNotWaitForItsNextTry() {
        fill("a", 10);
        store.fail(Op.DELETE, DOWN);
        fill("a", 20);
        assertThat(isSettled()).isTrue();
        fill("a", 30);
        assertThat(isSettled()).isTrue();
        assertThat(ledger.pendingBytes()).isZero();
        store.pass(Op.DELETE);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(store.keys()).isEmpty();
    }

    // Requests without an answer

    @Test
    void putWithoutAnAnswer_staysCounted_andIsDeletedWhenItCanNoLongerBeApplied() {
        store.hold(Op.PUT);
        fill("a", 40);
        Request<?> put = store.take(Op.PUT);
        put.answer(NO_ANSWER);
        simulation.runFor(IN_DOUBT.minusSeconds(1));
        assertThat(figures().bytes()).isEqualTo(40);
        put.apply();
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(store.keys()).isEmpty();
        assertThat(figures()).isEqualTo(new Figures(0, 0, 0));
    }

    @Test
    void putThatIsNeverAnswered_isGivenUpAfterATime() {
        store.hold(Op.PUT);
        fill("a", 40);
        simulation.runFor(Duration.ofSeconds(10));
        assertThat(isSettled()).isTrue();
        assertThat(figures().bytes()).isEqualTo(40);
    }

    @Test
    void deleteWithoutAnAnswer_doesNotTakeTheNextCopyAlong() {
        store.hold(Op.DELETE);
        fill("a", 40);
        ledger.drop("a");
        run();
        Request<?> lost = store.take(Op.DELETE);
        lost.answer(NO_ANSWER);
        store.pass(Op.DELETE);
        simulation.runFor(Duration.ofSeconds(1));
        fill("a", 30);
        lost.apply();
        simulation.runFor(IN_DOUBT);
        fill("a", 20);
        assertThat(index.get("a")).isNotNull();
        assertCountedIsPresent();
    }

    @Test
    void storeThatThrows_isAFailureLikeAnother() {
        ledger = ledger(new Throwing(store), 100, 1 << 20);
        fill("a", 40);
        assertThat(isSettled()).isTrue();
        assertThat(figures().bytes()).as("counted until a delete is confirmed").isEqualTo(40);
    }

    // Many

    @Test
    void aHundredThousandCopiesDropped_areDeletedAFewAtATime() {
        ledger = ledger(store, Long.MAX_VALUE, 1 << 20);
        List<String> keys = new ArrayList<>();
        Map<String, Copy> copies = new java.util.LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String key = "k" + i;
            keys.add(key);
            copies.put(key, new Copy(null, "e", 1, 0L, 0, fence.pass(key)));
        }
        simulation.await(ledger.adoptAll(copies));
        store.hold(Op.DELETE);
        index.removePrefix("");
        ledger.dropPrefix("");
        run();
        assertThat(store.calls(Op.DELETE)).isBetween(1, 64);
        fill("fresh", 1);
        assertThat(index.get("fresh")).as("fills are not behind all of them").isNotNull();
        store.pass(Op.DELETE);
        while (store.waits(Op.DELETE)) {
            store.take(Op.DELETE).answer();
        }
        settle();
        assertThat(figures()).isEqualTo(new Figures(1, 1, 1));
    }

    @Test
    void copiesFoundBeyondTheLimit_goDownToIt_eldestFirst_withoutASearchThroughThoseThatGo() {
        Map<String, Copy> copies = new java.util.LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            copies.put("k" + i, new Copy(null, "e", 1, 0L, 0, fence.pass("k" + i)));
        }
        simulation.await(ledger.adoptAll(copies));
        simulation.await(ledger.order(List.of()));
        settle();
        assertThat(figures()).isEqualTo(new Figures(100, 100, 100));
        assertThat(index.get("k99999")).isNotNull();
        assertThat(index.get("k0")).isNull();
    }

    @Test
    void orderOfAManifest_isTheOrderOfUse() {
        for (String key : List.of("a", "b", "c", "d")) {
            fill(key, 25);
        }
        simulation.await(ledger.order(List.of("d", "b", "gone", "a")));
        fill("e", 26);
        assertThat(store.keys()).containsExactly("a", "b", "e");
    }

    // Adoption

    @Test
    void copyToBeConfirmed_isTakenInDoubt_anotherOneIsNot() {
        fence.doubtAll();
        store.write("a", "x");
        store.write("b", "x");
        ledger.adopt("a", new Copy(null, "e", 1, 0L, Copy.NO_EPOCH, fence.pass("a")));
        ledger.adopt("b", new Copy(null, "e", 1, 0L, 0, fence.pass("b")));
        settle();
        assertThat(store.keys()).containsExactly("a");
        assertCountedIsPresent();
    }

    @Test
    void loserThatIsFound_isDeleted_butNotOneThatIsJustBeingPut() {
        store.write("lost", "xyz");
        ledger.deleteUnknown("lost");
        store.hold(Op.PUT);
        fill("a", 10);
        Request<?> put = store.take(Op.PUT).apply();
        ledger.deleteUnknown("a");
        run();
        put.answer();
        run();
        assertThat(store.keys()).containsExactly("a");
        assertCountedIsPresent();
    }

    // The end

    @Test
    void close_givesUpWhatWaits_andEndsAfterWhatIsUnderWay() {
        store.hold(Op.PUT, Op.DELETE);
        for (int i = 0; i < 50; i++) {
            fill("k" + i, 1);
        }
        TestSubscriber<Void> closer = TestSubscriber.create();
        ledger.close().subscribe(closer);
        run();
        assertThat(closer.isTerminated()).isFalse();
        while (store.waits(Op.PUT)) {
            store.take(Op.PUT).answer();
        }
        run();
        assertThat(closer.isTerminatedComplete()).isTrue();
        assertThat(ledger.pendingBytes()).isZero();
        assertThat(simulation.await(ledger.kept())).hasSize(32);
    }

    @Test
    void close_doesNotWaitForCopiesWhoseDeleteIsOwed_andDoesNotVouchForThem() {
        fill("a", 10);
        fill("b", 10);
        store.fail(Op.DELETE, DOWN);
        ledger.drop("a");
        run();
        simulation.await(ledger.close());
        assertThat(simulation.await(ledger.kept())).containsOnlyKeys("b");
    }

    @Test
    void ledgerWhoseThreadIsGone_throwsAtNobody_andLosesNoWork() {
        store.hold(Op.PUT);
        fill("a", 10);
        Request<?> put = store.take(Op.PUT);
        fill("b", 10);
        serial.dispose();
        ledger.drop("b");
        ledger.fill("c", entry("c", 1), fence.pass("c"), 0);
        put.answer();
        TestSubscriber<Figures> asking = TestSubscriber.create();
        ledger.figures().subscribe(asking);
        assertThat(asking.isTerminatedError()).isTrue();
        assertThat(ledger.pendingBytes())
                .isEqualTo(CachedEntry.weight("a", entry("a", 10)) + CachedEntry.weight("b", entry("b", 10)));
    }

    // T1 under random trouble

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomTrouble_countedIsNeverBelowWhatIsPresentNorAboveTheLimit_andEqualWhenIdle(long seed) {
        simulation = Simulation.seeded(seed).withStalls(0.01, Duration.ofMillis(50));
        runtime = simulation.runtime("cache");
        store = new GatedStore(runtime);
        FaultyStore faulty = FaultyStore.over(store, runtime)
                .randomly(0.1, Fault.failBefore(), StoreOperation.PUT, StoreOperation.DELETE)
                .randomly(0.1, Fault.loseAnswer(), StoreOperation.PUT, StoreOperation.DELETE)
                .randomly(0.1, Fault.hang(), StoreOperation.PUT, StoreOperation.DELETE)
                .randomly(
                        0.1,
                        Fault.applyLate(Latency.uniform(Duration.ZERO, IN_DOUBT.minusSeconds(1))),
                        StoreOperation.PUT,
                        StoreOperation.DELETE)
                .randomly(
                        0.2,
                        Fault.delay(Latency.uniform(Duration.ZERO, Duration.ofSeconds(5))),
                        StoreOperation.PUT,
                        StoreOperation.DELETE);
        ledger = ledger(faulty, 1000, 20_000);
        RandomGenerator random = simulation.random();
        for (int i = 0; i < 3000; i++) {
            String key = "k" + random.nextInt(40);
            int dice = random.nextInt(100);
            if (dice < 70) {
                ledger.fill(key, entry(key, random.nextInt(150)), fence.pass(key), 0);
            } else if (dice < 80) {
                ledger.touch(key);
            } else if (dice < 90) {
                Fence.Ticket ticket = fence.begin(key);
                ledger.drop(key);
                fence.end(ticket, End.APPLIED);
            } else if (dice < 91) {
                PrefixMarks.Mark mark = fence.beginPrefix(key.substring(0, 2));
                index.removePrefix(key.substring(0, 2));
                ledger.dropPrefix(key.substring(0, 2));
                fence.endPrefix(mark, End.APPLIED);
            } else {
                simulation.runFor(Duration.ofMillis(random.nextInt(3000)));
            }
            if (i % 10 == 0) {
                run();
                long counted = figures().bytes();
                assertThat(counted).isLessThanOrEqualTo(1000);
                assertThat(store.bytes()).isLessThanOrEqualTo(counted);
                assertThat(ledger.pendingBytes()).isBetween(0L, 20_000L);
            }
        }
        faulty.heal();
        settle();
        simulation.runUntilIdle();
        assertThat(ledger.pendingBytes()).isZero();
        assertCountedIsPresent();
        assertThat(stats.tierFailures.sum()).isPositive();
        assertThat(stats.evictions.sum()).isPositive();
    }
}
