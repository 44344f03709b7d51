package io.reactivestore.testkit.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

class KillTest {

    private final Simulation simulation = Simulation.seeded(11);
    private final SimulatedRuntime source = simulation.runtime("source");
    private final SimulatedRuntime cache = simulation.runtime("cache");
    private final List<String> ran = new ArrayList<>();

    @Test
    void killedProcess_runsNoTask_andTheOthersGoOn() {
        Scheduler ledger = cache.newSerial("ledger");
        cache.delivery().schedule(() -> ran.add("cache now"));
        cache.timers().schedule(() -> ran.add("cache later"), 1, TimeUnit.SECONDS);
        cache.timers().schedulePeriodically(() -> ran.add("cache beat"), 1, 1, TimeUnit.SECONDS);
        ledger.schedule(() -> ran.add("ledger"));
        source.timers().schedule(() -> ran.add("source"), 2, TimeUnit.SECONDS);
        cache.kill();
        assertThat(cache.isAlive()).isFalse();
        assertThat(simulation.pendingTasks()).isEqualTo(1);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("source");
    }

    @Test
    void killedProcess_takesNewTasksSilently() {
        Scheduler ledger = cache.newSerial("ledger");
        Scheduler.Worker worker = cache.delivery().createWorker();
        cache.kill();
        assertThat(ledger.schedule(() -> ran.add("ledger")).isDisposed()).isFalse();
        worker.schedule(() -> ran.add("worker"));
        worker.schedulePeriodically(() -> ran.add("beat"), 1, 1, TimeUnit.SECONDS);
        Flux.just(1, 2).publishOn(cache.delivery()).subscribe(i -> ran.add("value"), e -> ran.add("error"));
        simulation.runUntilIdle();
        assertThat(ran).isEmpty();
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void rebornProcess_goesOnAtTheSameTime_withItsOwnRandomness() {
        cache.wallClockJump(Duration.ofMinutes(-7));
        simulation.runFor(Duration.ofSeconds(3));
        var wall = cache.clock().instant();
        SimulatedRuntime next = cache.reborn();
        assertThat(cache.isAlive()).isFalse();
        assertThat(next.isAlive()).isTrue();
        assertThat(next.clock().instant()).isEqualTo(wall);
        assertThat(next.name()).isEqualTo("cache'2");
        assertThat(next.random().nextLong()).isNotEqualTo(cache.random().nextLong());
        next.timers().schedule(() -> ran.add("alive"), 1, TimeUnit.SECONDS);
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("alive");
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void kill_doesTheCleanupOnce() {
        cache.onKill(() -> ran.add("lock given back"));
        cache.kill();
        cache.kill();
        cache.reborn();
        assertThat(ran).containsExactly("lock given back");
    }

    @Test
    void killFromATaskOfItsOwn_letsThatTaskFinish() {
        cache.delivery().schedule(() -> {
            cache.kill();
            ran.add("rest of the task");
            cache.delivery().schedule(() -> ran.add("never"));
        });
        simulation.runUntilIdle();
        assertThat(ran).containsExactly("rest of the task");
    }
}
