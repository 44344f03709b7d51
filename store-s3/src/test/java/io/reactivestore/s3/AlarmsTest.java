package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.StoreRuntime;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class AlarmsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int SEEDS = Boolean.getBoolean("reactivestore.slow") ? 500 : 20;

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Simulation simulation = runtime.simulation();
    private final Alarms alarms = new Alarms(runtime);
    private final List<String> rung = new ArrayList<>();

    @Test
    void alarmsOfOneLength_ringInTheirOrder_atTheirTime() {
        set(LONG, "first");
        simulation.runFor(Duration.ofSeconds(1));
        set(LONG, "second");
        simulation.runFor(LONG.minusMillis(1001));
        assertThat(rung).isEmpty();
        simulation.runFor(Duration.ofMillis(1));
        assertThat(rung).containsExactly("first");
        simulation.runFor(Duration.ofMillis(999));
        assertThat(rung).containsExactly("first");
        simulation.runFor(Duration.ofMillis(1));
        assertThat(rung).containsExactly("first", "second");
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void manyThatWait_costOneTask_andNoneOnceAllAreContent() {
        List<Disposable> all =
                IntStream.range(0, 1_000).mapToObj(i -> set(LONG, "late")).toList();
        assertThat(simulation.pendingTasks()).isEqualTo(1);
        all.forEach(Disposable::dispose);
        simulation.runFor(LONG);
        assertThat(rung).isEmpty();
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void taskThatFindsWhoItWasForGone_isScheduledForTheNext() {
        Disposable gone = set(LONG, "gone");
        simulation.runFor(Duration.ofSeconds(1));
        set(LONG, "next");
        gone.dispose();
        simulation.runFor(LONG.minusMillis(1));
        assertThat(rung).isEmpty();
        simulation.runFor(Duration.ofMillis(1));
        assertThat(rung).containsExactly("next");
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void shorterOne_ringsBeforeOneThatWasSetBefore() {
        set(LONG, "30 s");
        set(Duration.ofSeconds(29), "29 s");
        set(Duration.ofMillis(1), "1 ms");
        set(Duration.ZERO, "now");
        simulation.runFor(Duration.ofSeconds(29));
        assertThat(rung).containsExactly("now", "1 ms", "29 s");
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(rung).containsExactly("now", "1 ms", "29 s", "30 s");
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void alarmsSetAndDisposedAtRandom_ringAtTheirTime_ifNobodyDisposedOfThemBefore() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedRuntime own = SimulatedRuntime.seeded(seed);
            Alarms many = new Alarms(own);
            SplittableRandom random = new SplittableRandom(seed);
            Map<Integer, Long> expected = new HashMap<>();
            Map<Integer, Long> found = new HashMap<>();
            List<Disposable> set = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int name = i;
                long nanos = random.nextBoolean() ? 1_000_000 : random.nextLong(1, 3_000_000);
                expected.put(name, own.nanoTime() + nanos);
                set.add(many.set(
                        Duration.ofNanos(nanos),
                        () -> assertThat(found.put(name, own.nanoTime())).isNull()));
                int content = random.nextInt(set.size());
                if (random.nextInt(3) > 0 && !found.containsKey(content)) {
                    set.get(content).dispose();
                    expected.remove(content);
                }
                own.simulation().runFor(Duration.ofNanos(random.nextLong(200_000)));
            }
            own.simulation().runFor(Duration.ofMillis(3));
            assertThat(found).as("seed %d", seed).isEqualTo(expected);
            assertThat(own.simulation().pendingTasks()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void threadsAtOnce_loseNoAlarm_andHearNoneTwice() throws InterruptedException {
        int each = 20_000;
        int threads = 3;
        Alarms shared = new Alarms(StoreRuntime.system());
        AtomicIntegerArray count = new AtomicIntegerArray(threads * each);
        Thread[] workers = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            workers[t] = new Thread(() -> {
                SplittableRandom random = new SplittableRandom(first);
                for (int i = 0; i < each; i++) {
                    int name = first + i;
                    Duration time = Duration.ofNanos(random.nextLong(2_000_000));
                    Disposable alarm = shared.set(time, () -> count.incrementAndGet(name));
                    if (i % 2 == 0) {
                        alarm.dispose();
                    }
                }
            });
            workers[t].start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        await().atMost(Verify.PATIENCE)
                .until(() -> IntStream.range(0, threads * each)
                        .filter(name -> name % 2 == 1)
                        .allMatch(name -> count.get(name) == 1));
        assertThat(IntStream.range(0, threads * each).map(count::get).max()).hasValue(1);
    }

    private Disposable set(Duration time, String name) {
        return alarms.set(time, () -> rung.add(name));
    }
}
