package io.reactivestore.cache.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.CacheInfo;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Random clients, faults, kills: no read returns what a write has made old, and the books of the tier are right in the end. */
class CacheSimulationTest {

    private static final int TIMES = Boolean.getBoolean("reactivestore.slow") ? 50 : 1;
    private static final int SEEDS = 4 * TIMES;

    @Test
    void memoryAlone_neverServesWhatAWriteHasMadeOld() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            CacheRun run = new CacheRun(seed, false);
            run.work(2_000);
            run.history.verify();
            assertThat(run.cache().stats().hits("memory")).isGreaterThan(200);
        }
    }

    @Test
    void memoryAndTier_neverServeWhatAWriteHasMadeOld() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            CacheRun run = new CacheRun(seed, true);
            run.work(2_000);
            run.history.verify();
        }
    }

    @Test
    void tierThatOutlivesKilledProcesses_neverServesWhatAWriteHasMadeOld() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            CacheRun run = new CacheRun(seed, true);
            for (int kill = 0; kill < 5; kill++) {
                run.work(250);
                run.killAndReopen();
            }
            run.work(250);
            run.history.verify();
        }
    }

    @Test
    void whenAllIsQuiet_whatIsCountedIsWhatLiesInTheTier() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            CacheRun run = new CacheRun(seed, true);
            run.work(500);
            run.settle();
            CacheInfo info =
                    Objects.requireNonNull(run.simulation.await(run.cache().info()));
            assertThat(info.tier("tier-1").currentBytes())
                    .as("seed %s", seed)
                    .isEqualTo(run.bytesInTier())
                    .isLessThanOrEqualTo(CacheRun.TIER_BYTES);
        }
    }

    @Test
    void sameSeed_sameRun() {
        CacheRun one = new CacheRun(7, true);
        CacheRun two = new CacheRun(7, true);
        one.work(500);
        two.work(500);
        assertThat(one.simulation.fingerprint()).isEqualTo(two.simulation.fingerprint());
    }
}
