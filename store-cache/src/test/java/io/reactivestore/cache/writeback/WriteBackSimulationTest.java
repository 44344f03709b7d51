package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Random clients, flushes, scans and clears over an inner store with faults: no acknowledged write is lost, doubled or out of order. */
class WriteBackSimulationTest {

    private static final int TIMES = Boolean.getBoolean("reactivestore.slow") ? 50 : 1;
    private static final int SEEDS = 2 * TIMES;
    private static final Duration WORK = Duration.ofSeconds(6);

    @Test
    void everyReadAndScan_seesTheLastAcknowledgedWrite_andSoDoesTheInnerStoreInTheEnd() {
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run = run(seed).withClients().withFlushes().withScans().work(WORK);
            run.verify(run.clients.keyNames());
            assertThat(run.store.stats().evictions()).isGreaterThan(100);
            assertThat(run.store.stats().failedWrites()).isGreaterThan(50);
            assertThat(run.history.reads()).isGreaterThan(500);
        });
    }

    @Test
    void withClears_nothingOfBeforeComesBack_andNothingWrittenMeanwhileIsLost() {
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run = run(seed)
                    .withClients()
                    .withFlushes()
                    .withScans()
                    .withClears()
                    .work(WORK);
            run.verify(run.clients.keyNames());
        });
    }

    @Test
    void writes_areFlushedOnce_andAppliedInTheirOrderPerKey() {
        WriteBackRun.forSeeds(SEEDS, seed -> {
            WriteBackRun run =
                    run(seed).withWriters().withFlushes().withFlushes().work(WORK);
            run.verify(WriteBackRun.writerKeys());
            run.verifyFlushedOnce();
            assertThat(run.applied)
                    .isNotEmpty()
                    .allSatisfy((key, numbers) -> assertThat(comesBack(numbers))
                            .as("%s applied %s", key, numbers)
                            .isFalse());
        });
    }

    @Test
    void sameSeed_sameRun() {
        assertThat(fingerprint()).isEqualTo(fingerprint());
    }

    /** Whether a write was applied again after another one of its key. */
    private static boolean comesBack(List<Long> numbers) {
        Set<Long> past = new HashSet<>();
        long last = -1;
        for (long number : numbers) {
            if (number != last && !past.add(number)) {
                return true;
            }
            last = number;
        }
        return false;
    }

    private static long fingerprint() {
        return run(7).withClients()
                .withFlushes()
                .withScans()
                .work(Duration.ofSeconds(1))
                .simulation
                .fingerprint();
    }

    private static WriteBackRun run(long seed) {
        return new WriteBackRun(seed, UnaryOperator.identity());
    }
}
