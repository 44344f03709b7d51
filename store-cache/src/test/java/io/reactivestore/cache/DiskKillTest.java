package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    @TempDir
    Path directory;

    /** Of each key, what may be read: what was acknowledged last, and what was begun since. */
    private final Map<String, Set<String>> allowed = new HashMap<>();

    private long highest;
    private long acknowledged;
    private long warm;
    private long present;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void acknowledgedWrites_areReadAfterEveryKill_andWhatTheyReplacedIsNot() throws Exception {
        long seed = Long.getLong("reactivestore.seed", System.nanoTime());
        System.out.println("DiskKillTest: -Dreactivestore.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        DiskKillTarget.keys().forEach(key -> allowed.put(key, new LinkedHashSet<>(Set.of(DiskKillTarget.ABSENT))));
        for (int round = 0; round < ROUNDS; round++) {
            round(round, random);
            assertThat(bytesOnDisk()).isLessThanOrEqualTo((1 << 20) + (1 << 18));
        }
        assertThat(acknowledged).isGreaterThan(ROUNDS * 5L);
        assertThat(warm).as("of %d", present).isGreaterThan(present * 8 / 10);
    }

    private void round(int round, SplittableRandom random) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DiskKillTarget.class.getName(),
                        directory.toString(),
                        Long.toString(highest),
                        Long.toString(random.nextLong()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            // Most die at work, some while they open.
            long afterBytes = round > 0 && random.nextInt(5) == 0 ? 0 : 2_000 + random.nextInt(30_000);
            byte[] told = child.getInputStream().readNBytes((int) afterBytes);
            if (afterBytes == 0) {
                child.waitFor(random.nextInt(900), TimeUnit.MILLISECONDS);
            }
            // The handle, as the process itself would close the stream that is still to be read.
            child.toHandle().destroyForcibly();
            byte[] rest = child.getInputStream().readAllBytes();
            String text = new String(told, StandardCharsets.UTF_8) + new String(rest, StandardCharsets.UTF_8);
            hear(
                    "round " + round,
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private void hear(String when, List<String> lines) {
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "read" -> read(when, words[1], words[2]);
                case "begin" -> {
                    highest = Math.max(highest, Math.abs(Long.parseLong(words[2])));
                    allowed.get(words[1]).add(words[2]);
                }
                case "ack" -> {
                    acknowledged++;
                    allowed.put(words[1], new LinkedHashSet<>(Set.of(words[2])));
                }
                case "warm" -> {
                    warm += Long.parseLong(words[1]);
                    present += Long.parseLong(words[2]);
                }
                default -> assertThat(line).isEqualTo("ready");
            }
        }
    }

    /** What was read once stays: nobody has written since. */
    private void read(String when, String key, String number) {
        Set<String> may = allowed.get(key);
        boolean isAbsent = number.equals(DiskKillTarget.ABSENT);
        boolean mayBeAbsent = may.stream().anyMatch(each -> each.startsWith("-"));
        assertThat(isAbsent ? mayBeAbsent : may.contains(number))
                .as("%s read %s of %s, allowed was one of %s", when, number, key, may)
                .isTrue();
        allowed.put(key, new LinkedHashSet<>(Set.of(number)));
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("cache"))) {
            return files.map(Path::toFile).mapToLong(File::length).sum();
        }
    }
}
