package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.kill.KilledProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed again and again, at any moment: nothing that was removed or overwritten comes back, and the rest is there. */
class DiskLogKillTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 500 : 4;
    private static final int MOST_ROUNDS = 5 * ROUNDS;

    @TempDir
    Path directory;

    /** Of each key the number that was acknowledged last, negative for a removal, and those that were begun since. */
    private final long[] acknowledged = new long[DiskLogKillTarget.KEYS];

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final Set<Long>[] begun = new Set[DiskLogKillTarget.KEYS];

    private long highest;
    private int reads;
    private int suspects;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void entries_outliveEveryKill_andRemovedOnesDoNotComeBack() throws Exception {
        SplittableRandom random = KilledProcess.random(DiskLogKillTest.class);
        for (int key = 0; key < begun.length; key++) {
            begun[key] = new HashSet<>();
        }
        for (int round = 0; round < ROUNDS || (round < MOST_ROUNDS && isTooLittle()); round++) {
            round(round, random);
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.mapToLong(file -> file.toFile().length()).sum())
                        .isLessThanOrEqualTo((1 << 20) + 4096);
            }
        }
        assertThat(isTooLittle()).isFalse();
        System.out.println(reads + " entries found, of which " + suspects + " suspect");
    }

    /** Some are killed before they have done anything, and it may be that many are in a row. */
    private boolean isTooLittle() {
        return highest <= ROUNDS * 20L;
    }

    private void round(int round, SplittableRandom random) throws IOException, InterruptedException {
        hear(
                "round " + round,
                KilledProcess.linesOf(
                        DiskLogKillTarget.class,
                        random,
                        60_000,
                        directory.toString(),
                        Long.toString(highest),
                        Long.toString(random.nextLong())));
    }

    private void hear(String when, List<String> lines) {
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            int key = Integer.parseInt(words[1]);
            long number = Long.parseLong(words[2]);
            switch (words[0]) {
                case "read" -> read(when, key, number, words.length == 4);
                case "begin" -> {
                    highest = Math.max(highest, Math.abs(number));
                    begun[key].add(number);
                }
                default -> {
                    acknowledged[key] = number;
                    begun[key].clear();
                }
            }
        }
    }

    private void read(String when, int key, long number, boolean suspect) {
        boolean current = number == Math.max(0, acknowledged[key]);
        boolean underWay = !begun[key].isEmpty() && (number == 0 || begun[key].contains(number));
        assertThat(current || underWay)
                .as("%s read %s of k%s, right was %s or one of %s", when, number, key, acknowledged[key], begun[key])
                .isTrue();
        reads += number == 0 ? 0 : 1;
        suspects += suspect ? 1 : 0;
        // Nobody has written since.
        acknowledged[key] = number;
        begun[key].clear();
    }
}
