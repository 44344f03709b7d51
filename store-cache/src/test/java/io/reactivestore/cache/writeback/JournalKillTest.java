package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.kill.AllowedReads;
import io.reactivestore.cache.kill.KilledProcess;
import io.reactivestore.local.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    private static final int MOST_ROUNDS = 5 * ROUNDS;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final AllowedReads allowed = new AllowedReads(JournalKillTarget.keys());

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void acknowledgedWrites_outliveEveryKill_andReplacedOnesDoNotComeBack() throws Exception {
        SplittableRandom random = KilledProcess.random(JournalKillTest.class);
        for (int round = 0; round < ROUNDS || (round < MOST_ROUNDS && isTooLittle()); round++) {
            round(round, random);
        }
        assertThat(isTooLittle()).isFalse();

        WriteBackStore last = JournalKillTarget.store(directory);
        StepVerifier.create(Flux.fromIterable(JournalKillTarget.keys())
                        .concatMap(key -> JournalKillTarget.number(last, key)
                                .doOnNext(number -> allowed.read("the end", key, number)))
                        .then(last.close()))
                .expectComplete()
                .verify(PATIENCE);
        LocalStore inner = LocalStore.create(directory.resolve("inner"));
        StepVerifier.create(Flux.fromIterable(JournalKillTarget.keys())
                        .concatMap(key -> inner.getText(key)
                                .map(text -> text.substring(0, text.indexOf('|')))
                                .defaultIfEmpty(AllowedReads.ABSENT)
                                .doOnNext(number -> allowed.read("the inner store", key, number)))
                        .then(inner.close()))
                .expectComplete()
                .verify(PATIENCE);
    }

    /** Some are killed before they have done anything, and it may be that many are in a row. */
    private boolean isTooLittle() {
        return allowed.acknowledged() <= ROUNDS * 5L;
    }

    private void round(int round, SplittableRandom random) throws IOException, InterruptedException {
        List<String> lines = KilledProcess.linesOf(
                JournalKillTarget.class,
                random,
                30_000,
                directory.toString(),
                Long.toString(allowed.highest()),
                Long.toString(random.nextLong()));
        for (String line : lines) {
            if (!allowed.hear("round " + round, line)) {
                assertThat(line).isEqualTo("ready");
            }
        }
    }
}
