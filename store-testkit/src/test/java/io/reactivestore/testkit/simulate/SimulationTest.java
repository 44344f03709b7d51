package io.reactivestore.testkit.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class SimulationTest {

    private final Simulation simulation = Simulation.seeded(7);
    private final SimulatedRuntime runtime = simulation.runtime("store");
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothingScheduled_isIdle() {
        assertThat(simulation.step()).isFalse();
        assertThat(simulation.runUntilIdle()).isZero();
        assertThat(simulation.elapsed()).isZero();
    }

    @Test
    void step_runsExactlyOneTask() {
        runtime.delivery().schedule(() -> ran.add("a"));
        runtime.delivery().schedule(() -> ran.add("b"));
        assertThat(simulation.pendingTasks()).isEqualTo(2);
        assertThat(simulation.step()).isTrue();
        assertThat(ran).hasSize(1);
        assertThat(simulation.pendingTasks()).isEqualTo(1);
        assertThat(simulation.step()).isTrue();
        assertThat(ran).containsExactlyInAnyOrder("a", "b");
        assertThat(simulation.step()).isFalse();
    }

    @Test
    void tasksOfOneTime_runInEveryOrder_overTheSeeds() {
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            Simulation each = Simulation.seeded(seed);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int task = i;
                each.runtime("store").delivery().schedule(() -> order.add(task));
            }
            each.runUntilIdle();
            orders.add(order);
        }
        assertThat(orders).hasSize(24);
    }

    @Test
    void time_standsStillWhileATaskIsReady_andJumpsToTheNextTimer() {
        at("timer", 3);
        runtime.delivery().schedule(() -> runtime.delivery().schedule(() -> record("second")));
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("second@0", "timer@3");
    }

    @Test
    void runFor_runsWhatIsDue_andEndsThen() {
        at("early", 3);
        at("due", 10);
        at("late", 11);
        simulation.runFor(Duration.ofMillis(10));
        assertThat(ran).containsExactly("early@3", "due@10");
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofMillis(10));
        simulation.advanceTo(Duration.ofMillis(5));
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofMillis(10));
        simulation.advanceTo(Duration.ofMillis(30));
        assertThat(ran).containsExactly("early@3", "due@10", "late@11");
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void cancelledTimer_movesNoTime() {
        runtime.timers().schedule(() -> record("never"), 30, TimeUnit.SECONDS).dispose();
        at("timer", 2);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("timer@2");
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void repeatingTask_keepsNobodyFromBeingIdle() {
        runtime.timers().schedulePeriodically(() -> record("beat"), 2, 2, TimeUnit.MILLISECONDS);
        at("timer", 5);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("beat@2", "beat@4", "timer@5");
    }

    @Test
    void clocks_showVirtualTime() {
        long nanos = runtime.nanoTime();
        var wall = runtime.clock().instant();
        long schedulerNow = runtime.timers().now(TimeUnit.MILLISECONDS);
        simulation.runFor(Duration.ofMinutes(2));
        assertThat(runtime.nanoTime() - nanos).isEqualTo(Duration.ofMinutes(2).toNanos());
        assertThat(runtime.clock().instant()).isEqualTo(wall.plusSeconds(120));
        assertThat(runtime.timers().now(TimeUnit.MILLISECONDS) - schedulerNow).isEqualTo(120_000);
    }

    @Test
    void wallClockJump_movesTheWallClockOnly() {
        at("timer", 5);
        long nanos = runtime.nanoTime();
        var wall = runtime.clock().instant();
        runtime.wallClockJump(Duration.ofHours(-3));
        assertThat(runtime.clock().instant()).isEqualTo(wall.minusSeconds(3 * 3600));
        assertThat(runtime.nanoTime()).isEqualTo(nanos);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("timer@5");
    }

    @Test
    void await_runsUntilTheAnswerIsThere() {
        Mono<Long> answer = Mono.delay(Duration.ofSeconds(5), runtime.timers());
        assertThat(simulation.await(answer)).isZero();
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofSeconds(5));
        assertThat(simulation.await(
                        Mono.delay(Duration.ofSeconds(1), runtime.timers()).then()))
                .isNull();
        assertThatThrownBy(() -> simulation.await(Mono.error(new IllegalStateException("no"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
    }

    @Test
    void await_withNothingLeftToRun_fails() {
        assertThatThrownBy(() -> simulation.await(Mono.never()))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageStartingWith("seed 7, step 0")
                .hasMessageContaining("nothing is left to run");
    }

    @Test
    void throwingTask_failsTheSimulation_withSeedAndTrace() {
        at("timer", 1);
        runtime.newSerial("ledger").schedule(() -> {
            throw new IllegalStateException("broken invariant");
        });
        assertThatThrownBy(simulation::runUntilIdle)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageStartingWith("seed 7, step 1, 0.000000 ms: store/ledger: a task threw")
                .hasMessageContaining("broken invariant")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(simulation::step).isInstanceOf(SimulationFailure.class);
    }

    @Test
    void workHandedToARealThread_failsTheSimulation() {
        Flux.range(0, 3)
                .publishOn(runtime.delivery())
                .delayElements(Duration.ofMillis(1))
                .subscribe(i -> {}, e -> {});
        assertThatThrownBy(simulation::runUntilIdle)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("work was handed to a real thread");
    }

    @Test
    void useByAnotherThread_failsTheSimulation() throws InterruptedException {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                runtime.delivery().schedule(() -> record("never"));
            } catch (Throwable e) {
                seen.set(e);
            }
        });
        other.start();
        other.join(5_000);
        assertThat(seen.get()).isInstanceOf(SimulationFailure.class).hasMessageContaining("but it belongs to");
        assertThatThrownBy(simulation::step).isInstanceOf(SimulationFailure.class);
    }

    @Test
    void taskThatRunsTheSimulation_fails() {
        runtime.delivery().schedule(simulation::step);
        assertThatThrownBy(simulation::step)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("tried to run the simulation it is part of");
    }

    @Test
    void realThreads_workBesideASimulation() {
        assertThat(Mono.just(1).publishOn(Schedulers.parallel()).block(Duration.ofSeconds(5)))
                .isEqualTo(1);
    }

    @Test
    void sameSeed_sameTrace_otherSeed_otherTrace() {
        assertThat(run(1, 0)).isEqualTo(run(1, 0)).isNotEqualTo(run(2, 0));
        assertThat(run(1, 0.1)).isEqualTo(run(1, 0.1)).isNotEqualTo(run(1, 0));
    }

    @Test
    void trace_namesTimeWorkerAndTask() {
        Scheduler serial = runtime.newSerial("ledger");
        runtime.timers().schedule(() -> serial.schedule(() -> record("x")), 1_500, TimeUnit.MICROSECONDS);
        simulation.note("begin");
        simulation.runUntilIdle();
        assertThat(simulation.trace())
                .containsExactly(
                        "#0 0.000000 ms note: begin",
                        "#1 1.500000 ms store/timers-1: SimulationTest lambda",
                        "#2 1.500000 ms store/ledger: SimulationTest lambda");
    }

    @Test
    void stalls_letATimerOvertakeAReadyTask() {
        int overtaken = 0;
        for (long seed = 0; seed < 100; seed++) {
            Simulation each = Simulation.seeded(seed).withStalls(0.2, Duration.ofMillis(10));
            SimulatedRuntime process = each.runtime("store");
            List<String> order = new ArrayList<>();
            process.timers().schedule(() -> order.add("timer"), 5, TimeUnit.MILLISECONDS);
            process.delivery().schedule(() -> order.add("ready"));
            each.runUntilIdle();
            assertThat(order).hasSize(2);
            overtaken += order.get(0).equals("timer") ? 1 : 0;
        }
        assertThat(overtaken).isBetween(1, 50);
    }

    private List<Object> run(long seed, double stalls) {
        Simulation each = Simulation.seeded(seed).withStalls(stalls, Duration.ofMillis(3));
        SimulatedRuntime process = each.runtime("store");
        List<Object> seen = new ArrayList<>();
        Flux.range(0, 20)
                .flatMap(
                        i -> Mono.delay(Duration.ofMillis(process.random().nextInt(5)), process.timers())
                                .publishOn(process.delivery())
                                .thenReturn(i),
                        8)
                .subscribe(i -> seen.add(i + "@" + each.nanoTime()));
        each.runUntilIdle();
        assertThat(seen).hasSize(20);
        seen.add(each.fingerprint());
        seen.addAll(each.trace());
        return seen;
    }

    private void at(String name, long millis) {
        runtime.timers().schedule(() -> record(name), millis, TimeUnit.MILLISECONDS);
    }

    private void record(String name) {
        ran.add(name + "@" + simulation.elapsed().toMillis());
    }
}
