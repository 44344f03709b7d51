package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Random clients of a store with a journal, over an inner store with faults and a disk that is full now and then, in a process that is
 * killed: no acknowledged write is lost, doubled, or comes back when it was replaced.
 */
class JournalSimulationTest {

    private static final int TIMES = Boolean.getBoolean("reactivestore.slow") ? 20 : 1;
    private static final int SEEDS = 4 * TIMES;
    private static final int KILLS = 8;
    private static final Duration WORK = Duration.ofSeconds(6);

    @Test
    void kills_loseNoAcknowledgedWrite_andBringNoReplacedOneBack() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            WriteBackRun run = run(seed)
                    .withClients()
                    .withInnerWrites()
                    .withFlushes()
                    .withScans()
                    .workWithKills(WORK, KILLS);
            settle(run, seed);
            assertThat(run.history.reads()).isGreaterThan(300);
        }
    }

    @Test
    void killsAndClears_bringNothingClearedBack() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            WriteBackRun run = run(seed)
                    .withClients()
                    .withInnerWrites()
                    .withFlushes()
                    .withClears()
                    .workWithKills(WORK, KILLS);
            settle(run, seed);
        }
    }

    @Test
    void withoutKills_everyWriteIsAppliedInItsOrder() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            WriteBackRun run =
                    run(seed).withWriters().withFlushes().withFlushes().work(WORK);
            run.settle(WriteBackRun.writerKeys());
            run.history.verify();
            assertThat(run.flushed)
                    .as("seed %s", seed)
                    .isNotEmpty()
                    .allSatisfy((key, numbers) -> assertThat(numbers).doesNotHaveDuplicates());
        }
    }

    @Test
    void sameSeed_sameRun() {
        assertThat(fingerprint()).isEqualTo(fingerprint());
    }

    private static long fingerprint() {
        return run(7).withClients()
                .withFlushes()
                .workWithKills(Duration.ofSeconds(1), 3)
                .simulation
                .fingerprint();
    }

    private static void settle(WriteBackRun run, long seed) {
        List<String> keys = new ArrayList<>(run.clients.keyNames());
        keys.addAll(WriteBackRun.innerKeys());
        run.settle(keys);
        run.history.verify();
        assertThat(run.store.stats().dirtyEntries()).as("seed %s", seed).isZero();
        assertThat(run.store.stats().keysInDoubt()).as("seed %s", seed).isZero();
    }

    private static WriteBackRun run(long seed) {
        return new WriteBackRun(seed, UnaryOperator.identity()).withJournal();
    }
}
