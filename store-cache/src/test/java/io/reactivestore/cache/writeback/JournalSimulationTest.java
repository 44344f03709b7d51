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
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run = run(seed)
                    .withClients()
                    .withInnerWrites()
                    .withFlushes()
                    .withScans()
                    .workWithKills(WORK, KILLS);
            run.verify(allKeys(run));
            assertThat(run.history.reads()).isGreaterThan(300);
        });
    }

    @Test
    void killsAndClears_bringNothingClearedBack() {
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run = run(seed)
                    .withClients()
                    .withInnerWrites()
                    .withFlushes()
                    .withClears()
                    .workWithKills(WORK, KILLS);
            run.verify(allKeys(run));
        });
    }

    @Test
    void withoutKills_everyWriteIsFlushedOnce() {
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run =
                    run(seed).withWriters().withFlushes().withFlushes().work(WORK);
            run.verify(WriteBackRun.writerKeys());
            run.verifyFlushedOnce();
        });
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

    private static List<String> allKeys(WriteBackRun run) {
        List<String> keys = new ArrayList<>(run.clients.keyNames());
        keys.addAll(WriteBackRun.innerKeys());
        return keys;
    }

    private static WriteBackRun run(long seed) {
        return new WriteBackRun(seed, UnaryOperator.identity()).withJournal();
    }
}
