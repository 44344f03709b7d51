package io.reactivestore.testkit.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

class SimulatedSchedulerTest {

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(3);
    private final Simulation simulation = runtime.simulation();
    private final List<Integer> ran = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void serialScheduler_keepsItsOrder_overWorkersAndDelays(long seed) {
        SimulatedRuntime other =
                Simulation.seeded(seed).withStalls(0.3, Duration.ofMillis(2)).runtime("store");
        Scheduler serial = other.newSerial("ledger");
        Scheduler.Worker worker = serial.createWorker();
        for (int i = 0; i < 30; i++) {
            int number = i;
            (i % 3 == 0 ? worker.schedule(() -> ran.add(number)) : serial.schedule(() -> ran.add(number))).isDisposed();
        }
        serial.schedule(() -> ran.add(30), 1, TimeUnit.MILLISECONDS);
        serial.schedule(() -> ran.add(31), 1, TimeUnit.MILLISECONDS);
        other.simulation().runUntilIdle();
        assertThat(ran).containsExactlyElementsOf(IntStream.range(0, 32).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void worker_keepsItsOrder_whileOthersOvertake(long seed) {
        SimulatedRuntime other = SimulatedRuntime.seeded(seed);
        Scheduler.Worker a = other.delivery().createWorker();
        Scheduler.Worker b = other.delivery().createWorker();
        for (int i = 0; i < 20; i++) {
            int number = i;
            a.schedule(() -> ran.add(number));
            b.schedule(() -> ran.add(100 + number));
        }
        other.simulation().runUntilIdle();
        assertThat(ran).filteredOn(n -> n < 100).isSorted().hasSize(20);
        assertThat(ran).filteredOn(n -> n >= 100).isSorted().hasSize(20);
        assertThat(ran.subList(0, 20))
                .isNotEqualTo(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void disposedWorker_dropsItsTasks_andRefusesNewOnes() {
        Scheduler serial = runtime.newSerial("ledger");
        Scheduler.Worker worker = serial.createWorker();
        worker.schedule(() -> ran.add(1));
        worker.schedule(() -> ran.add(2), 5, TimeUnit.MILLISECONDS);
        serial.schedule(() -> ran.add(3));
        worker.dispose();
        simulation.runUntilIdle();
        assertThat(ran).containsExactly(3);
        assertThat(simulation.elapsed()).isZero();
        assertThat(worker.isDisposed()).isTrue();
        assertThatThrownBy(() -> worker.schedule(() -> ran.add(4))).isInstanceOf(RejectedExecutionException.class);
        serial.schedule(() -> ran.add(5));
        simulation.runUntilIdle();
        assertThat(ran).containsExactly(3, 5);
    }

    @Test
    void disposedTask_neverRuns_andTellsWhenItIsOver() {
        Disposable dropped = runtime.delivery().schedule(() -> ran.add(1));
        Disposable kept = runtime.delivery().schedule(() -> ran.add(2));
        dropped.dispose();
        assertThat(dropped.isDisposed()).isTrue();
        assertThat(kept.isDisposed()).isFalse();
        assertThat(simulation.pendingTasks()).isEqualTo(1);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly(2);
        assertThat(kept.isDisposed()).isTrue();
    }

    @Test
    void repeatingTask_endsWhenItIsDisposedOf_alsoByItself() {
        Disposable.Swap self = Disposables.swap();
        Disposable other = runtime.timers().schedulePeriodically(() -> ran.add(1), 1, 1, TimeUnit.MILLISECONDS);
        self.update(runtime.timers()
                .schedulePeriodically(
                        () -> {
                            ran.add(2);
                            if (Collections.frequency(ran, 2) == 3) {
                                self.dispose();
                            }
                        },
                        1,
                        1,
                        TimeUnit.MILLISECONDS));
        simulation.runFor(Duration.ofMillis(10));
        other.dispose();
        simulation.runFor(Duration.ofMillis(10));
        assertThat(ran).filteredOn(n -> n == 1).hasSize(10);
        assertThat(ran).filteredOn(n -> n == 2).hasSize(3);
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void disposedSerial_dropsItsTasks_andRefusesNewOnes() {
        Scheduler serial = runtime.newSerial("ledger");
        serial.schedule(() -> ran.add(1));
        serial.schedule(() -> ran.add(2), 1, TimeUnit.SECONDS);
        serial.dispose();
        assertThat(serial.isDisposed()).isTrue();
        assertThat(simulation.runUntilIdle()).isZero();
        assertThatThrownBy(() -> serial.schedule(() -> ran.add(3))).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void gracefullyDisposedSerial_runsWhatItHas_thenCompletes() {
        Scheduler serial = runtime.newSerial("ledger");
        serial.schedule(() -> ran.add(1));
        serial.schedule(() -> ran.add(2), 1, TimeUnit.SECONDS);
        Mono<Void> drained = serial.disposeGracefully();
        simulation.await(drained);
        assertThat(ran).containsExactly(1, 2);
        assertThatThrownBy(() -> serial.schedule(() -> ran.add(3))).isInstanceOf(RejectedExecutionException.class);
        simulation.await(serial.disposeGracefully());
    }

    @Test
    void schedulerOfTheRuntime_mustNotBeDisposedOf() {
        assertThatThrownBy(() -> runtime.timers().dispose())
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("store/timers was disposed of, but it belongs to the runtime");
    }

    @Test
    void ioScheduler_knowsNoTime() {
        runtime.io().schedule(() -> ran.add(1));
        assertThatThrownBy(() -> runtime.io().schedule(() -> ran.add(2), 1, TimeUnit.SECONDS))
                .isInstanceOf(RejectedExecutionException.class);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly(1);
    }
}
