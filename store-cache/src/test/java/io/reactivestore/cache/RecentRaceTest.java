package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One thread adds, as under the fence, while others look up and drop: what is told again and again is always known, and never an older answer. */
class RecentRaceTest {

    private static final int MAX = 8;
    private static final int ADDS = Boolean.getBoolean("reactivestore.slow") ? 20_000_000 : 100_000;
    private static final int OTHERS = 20;

    private final Recent<Integer> recent = new Recent<>(
            new FreshnessSpec.Memo(Duration.ofDays(1), MAX),
            new Freshness(new FreshnessSpec().build(), StoreRuntime.system()));
    private final long now = StoreRuntime.system().nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void answerThatIsToldAgain_isNeverMissed_andNeverGoesBack() throws Exception {
        tell(0);
        List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(this::add));
        all.add(threads.submit(this::look));
        all.add(threads.submit(this::drop));
        for (Future<?> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
        long known = IntStream.range(0, OTHERS)
                .filter(other -> recent.get("other-" + other) != null)
                .count();
        assertThat(known).isLessThanOrEqualTo(MAX - 2);
        assertThat(recent.get("told")).isEqualTo(ADDS);
    }

    private void add() {
        for (int i = 1; i <= ADDS; i++) {
            tell(i);
            recent.add("other-" + i % OTHERS, i, now, 0);
        }
        over.set(true);
    }

    /** Two of them: the map may count one less than there are for a moment, and of none it is not asked. */
    private void tell(int answer) {
        recent.add("told", answer, now, 0);
        recent.add("told too", answer, now, 0);
    }

    private void look() {
        int before = 0;
        while (!over.get()) {
            Integer told = recent.get("told");
            assertThat(told).isNotNull();
            assertThat(told).isGreaterThanOrEqualTo(before);
            before = told;
        }
    }

    private void drop() {
        Random random = new Random(1);
        while (!over.get()) {
            recent.remove("other-" + random.nextInt(OTHERS));
            if (random.nextInt(10) == 0) {
                recent.removePrefix("other-1");
            }
        }
    }
}
