package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random walks; a failure tells the seed and all steps. */
class DiskLogModelTest {

    private static final int WALKS = Boolean.getBoolean("reactivestore.slow") ? 5_000 : 150;
    private static final int STEPS = 120;

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void whatIsFound_isNeverOutdated_andWhatIsKeptIsFound(boolean damages, boolean recoversLate) throws IOException {
        for (int seed = 0; seed < WALKS; seed++) {
            try {
                new LogWalk(seed, damages, recoversLate).walk(STEPS);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
