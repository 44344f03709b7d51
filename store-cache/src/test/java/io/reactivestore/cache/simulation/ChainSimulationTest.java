package io.reactivestore.cache.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.ChainStats;
import org.junit.jupiter.api.Test;

/** Random clients, faults, kills: no read of a chain returns what a write has made old. */
class ChainSimulationTest {

    @Test
    void chain_neverServesWhatAWriteHasMadeOld() {
        Run.seeds(3).forEach(seed -> {
            ChainRun run = new ChainRun(seed);
            run.work(1_500);
            run.history.verify();
            ChainStats stats = run.chain().stats();
            assertThat(stats.hits()).isGreaterThan(300);
            assertThat(stats.failedPromotions()).isPositive();
        });
    }

    @Test
    void storesThatOutliveKilledProcesses_neverServeWhatAWriteHasMadeOld() {
        Run.seeds(3).forEach(seed -> {
            ChainRun run = new ChainRun(seed);
            for (int kill = 0; kill < 5; kill++) {
                run.work(250);
                run.killAndReopen();
            }
            run.work(250);
            run.history.verify();
        });
    }
}
