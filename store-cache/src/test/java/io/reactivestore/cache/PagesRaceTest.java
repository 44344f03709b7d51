package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.Pages.Ask;
import io.reactivestore.cache.Pages.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asks and mutations of one key, each on a thread of its own: what is kept is never older than a mutation that had ended before it was looked up. */
class PagesRaceTest {

    private static final int WRITES = Boolean.getBoolean("reactivestore.slow") ? 5_000_000 : 50_000;
    private static final Question.Page ALL = new Question.Page("", null, null);
    private static final Question.Page SOME = new Question.Page("a", null, null);

    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), StoreRuntime.system());
    private final Pages pages = new Pages(new FreshnessSpec.Memo(Duration.ofDays(1), 1 << 20), freshness);
    /** The size of the object in the source. */
    private final AtomicInteger size = new AtomicInteger();

    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger found = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private volatile boolean isOver;

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void pageThatIsFound_isAsNewAsEachMutationThatHadEnded() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(this::write));
        all.add(threads.submit(() -> list(ALL)));
        all.add(threads.submit(() -> list(SOME)));
        for (Future<?> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
        pages.doubt(Pages.EVERYTHING, freshness.nanoTime());
        assertThat(pages.count()).isZero();
        assertThat(pages.bytes()).isZero();
    }

    private void write() {
        Reach reach = new Reach("ab", false);
        // A machine in need may let this thread run to its end before the others begin.
        for (int i = 1; i <= WRITES || found.get() == 0; i++) {
            Object mutation = new Object();
            pages.begin(mutation, reach);
            size.set(i);
            pages.end(mutation, null);
            acknowledged.set(i);
            if (i % 100 == 0) {
                Thread.yield(); // or nothing is ever kept for long enough
            }
        }
        isOver = true;
    }

    private void list(Question.Page page) {
        while (!isOver) {
            int floor = acknowledged.get();
            if (pages.get(page) instanceof Loaded.Page kept) {
                found.incrementAndGet();
                assertThat(kept.objects().get(0).size()).isGreaterThanOrEqualTo(floor);
                continue;
            }
            Ask ask = pages.begin(page, Keys.UTF8_ORDER);
            ObjectInfo told = new ObjectInfo("ab", size.get(), "e", null, Instant.EPOCH, null);
            pages.keep(ask, new Loaded.Page(List.of(told), true));
            pages.end(ask);
        }
    }
}
