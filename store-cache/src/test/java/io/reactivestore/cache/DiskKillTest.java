package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.kill.AllowedReads;
import io.reactivestore.cache.kill.KilledProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cache on a real disk whose process is killed again and again, at any moment: no wrong byte, nothing older than what was
 * acknowledged, nearly all of it still there, and never more files than allowed.
 */
class DiskKillTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 500 : 4;
    private static final int MOST_ROUNDS = 5 * ROUNDS;

    @TempDir
    Path directory;

    private final AllowedReads allowed = new AllowedReads(DiskKillTarget.keys());
    private long warm;
    private long present;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void acknowledgedWrites_areReadAfterEveryKill_andWhatTheyReplacedIsNot() throws Exception {
        SplittableRandom random = KilledProcess.random(DiskKillTest.class);
        for (int round = 0; round < ROUNDS || (round < MOST_ROUNDS && isTooLittle()); round++) {
            round(round, random);
            assertThat(bytesOnDisk()).isLessThanOrEqualTo((1 << 20) + (1 << 18));
        }
        assertThat(isTooLittle()).isFalse();
        assertThat(warm).as("of %d", present).isGreaterThan(present * 8 / 10);
    }

    /** Some are killed before they have done anything, and it may be that many are in a row. */
    private boolean isTooLittle() {
        return present == 0 || allowed.acknowledged() <= ROUNDS * 5L;
    }

    private void round(int round, SplittableRandom random) throws IOException, InterruptedException {
        List<String> lines = KilledProcess.linesOf(
                DiskKillTarget.class,
                random,
                30_000,
                directory.toString(),
                Long.toString(allowed.highest()),
                Long.toString(random.nextLong()));
        for (String line : lines) {
            if (line.startsWith("warm ")) {
                String[] words = line.split(" ", -1);
                warm += Long.parseLong(words[1]);
                present += Long.parseLong(words[2]);
            } else if (!allowed.hear("round " + round, line)) {
                assertThat(line).isEqualTo("ready");
            }
        }
    }

    private long bytesOnDisk() throws IOException {
        Path cache = directory.resolve("cache");
        if (!Files.exists(cache)) {
            return 0; // killed before it was made
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(Path::toFile).mapToLong(File::length).sum();
        }
    }
}
