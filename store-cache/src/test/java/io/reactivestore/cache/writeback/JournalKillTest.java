package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** A process that is killed again and again, at any moment: what it acknowledged is what the next one reads, or something later. */
class JournalKillTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 200 : 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    /** Of each key, what may be read: what was acknowledged last, and what was begun since. */
    private final Map<String, Set<String>> allowed = new HashMap<>();

    private long highest;
    private long acknowledged;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void acknowledgedWrites_outliveEveryKill_andReplacedOnesDoNotComeBack() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("JournalKillTest: -Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        JournalKillTarget.keys()
                .forEach(key -> allowed.put(key, new LinkedHashSet<>(Set.of(JournalKillTarget.ABSENT))));
        for (int round = 0; round < ROUNDS; round++) {
            round(round, random);
        }
        assertThat(acknowledged).isGreaterThan(ROUNDS * 5L);

        WriteBackStore last = JournalKillTarget.store(directory);
        StepVerifier.create(Flux.fromIterable(JournalKillTarget.keys())
                        .concatMap(key ->
                                JournalKillTarget.number(last, key).doOnNext(number -> read("the end", key, number)))
                        .then(last.close()))
                .expectComplete()
                .verify(PATIENCE);
        LocalStore inner = LocalStore.create(directory.resolve("inner"));
        StepVerifier.create(Flux.fromIterable(JournalKillTarget.keys())
                        .concatMap(key -> inner.getText(key)
                                .map(text -> text.substring(0, text.indexOf('|')))
                                .defaultIfEmpty(JournalKillTarget.ABSENT)
                                .doOnNext(number -> read("the inner store", key, number)))
                        .then(inner.close()))
                .expectComplete()
                .verify(PATIENCE);
    }

    private void round(int round, SplittableRandom random) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalKillTarget.class.getName(),
                        directory.toString(),
                        Long.toString(highest),
                        Long.toString(random.nextLong()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            // Most die at work, some while they open.
            long afterBytes = random.nextInt(5) == 0 ? 0 : random.nextInt(30_000);
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
                default -> assertThat(line).isEqualTo("ready");
            }
        }
    }

    /** What was read once stays: nobody has written since. */
    private void read(String when, String key, String number) {
        Set<String> may = allowed.get(key);
        boolean isAbsent = number.equals(JournalKillTarget.ABSENT);
        boolean mayBeAbsent = may.stream().anyMatch(each -> each.startsWith("-"));
        assertThat(isAbsent ? mayBeAbsent : may.contains(number))
                .as("%s read %s of %s, allowed was one of %s", when, number, key, may)
                .isTrue();
        allowed.put(key, new LinkedHashSet<>(Set.of(number)));
    }
}
