package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Pages.Ask;
import io.reactivestore.cache.Pages.Reach;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random asks and mutations, each compared with what a look at all of them says. */
class PagesModelTest {

    private static final int STEPS = Boolean.getBoolean("reactivestore.slow") ? 1_000_000 : 20_000;
    private static final Duration IN_DOUBT = Duration.ofSeconds(3);
    private static final String LETTERS = "ab/";

    private final Random random = new Random(1);
    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), runtime);
    private final Pages pages = new Pages(new FreshnessSpec.Memo(Duration.ofDays(365), 1 << 30), freshness);
    private final List<Asked> asked = new ArrayList<>();
    private final Map<Question.Listing, Asked> kept = new HashMap<>();
    private final Map<Object, Reach> underWay = new HashMap<>();
    private final Map<Object, Long> doubtEnds = new HashMap<>();
    private final Map<Object, Reach> inDoubt = new HashMap<>();
    private int mostKept;

    /** What the model knows of one ask. */
    private static final class Asked {
        final Question.Listing listing;
        final Ask ask;
        final List<Reach> touches = new ArrayList<>();
        boolean isCurrent = true;

        @Nullable String last;

        long currentUntil = Long.MAX_VALUE;

        Asked(Question.Listing listing, Ask ask) {
            this.listing = listing;
            this.ask = ask;
        }

        boolean isIn(Reach reach) {
            if (reach.isPrefix()) {
                return reach.text().startsWith(listing.prefix())
                        || listing.prefix().startsWith(reach.text());
            }
            String key = reach.text();
            if (!(listing instanceof Question.Page page)) {
                return key.startsWith(listing.prefix());
            }
            return key.startsWith(page.prefix())
                    && (page.startAfter() == null || key.compareTo(page.startAfter()) > 0)
                    && (page.endBefore() == null || key.compareTo(page.endBefore()) < 0)
                    && (last == null || key.compareTo(last) <= 0);
        }
    }

    @Test
    void whatIsKeptAndShared_isWhatNoMutationHasTouched() {
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> ask();
                case 4, 5, 6 -> answer();
                case 7 -> mutate();
                default -> end();
            }
            if (random.nextInt(20) == 0) {
                runtime.simulation().runFor(Duration.ofSeconds(1));
                doubtEnds.values().removeIf(end -> end <= runtime.nanoTime());
                inDoubt.keySet().retainAll(doubtEnds.keySet());
            }
            check();
        }
        assertThat(mostKept).isGreaterThan(50);
        asked.forEach(each -> pages.end(each.ask));
        pages.doubt(Pages.EVERYTHING, runtime.nanoTime());
        assertThat(pages.count()).isZero();
        assertThat(pages.bytes()).isZero();
    }

    private void ask() {
        Question.Listing listing = random.nextInt(4) == 0
                ? new Question.Directory(text(0))
                : new Question.Page(text(0), random.nextBoolean() ? null : text(1), maybe());
        Asked mine = new Asked(listing, pages.begin(listing, Keys.UTF8_ORDER));
        mine.touches.addAll(underWay.values());
        inDoubt.forEach((mutation, reach) -> {
            if (mine.isIn(reach)) {
                mine.touches.add(reach);
                mine.currentUntil = Math.min(mine.currentUntil, doubtEnds.get(mutation));
            }
        });
        asked.add(mine);
    }

    private void answer() {
        if (asked.isEmpty()) {
            return;
        }
        Asked mine = asked.remove(random.nextInt(asked.size()));
        boolean isLast = random.nextBoolean();
        String last = mine.listing.prefix() + text(1);
        ObjectInfo info = new ObjectInfo(last, 1, "e", null, Instant.EPOCH, null);
        boolean isDirectory = mine.listing instanceof Question.Directory;
        Loaded.Listing answer = isDirectory
                ? new Loaded.Directory(List.of(new ListEntry(last, info), new ListEntry("x/", null)), isLast)
                : new Loaded.Page(List.of(info), isLast);
        pages.keep(mine.ask, answer);
        pages.end(mine.ask);
        mine.last = isLast || isDirectory ? null : last;
        if (mine.touches.stream().noneMatch(mine::isIn)) {
            kept.put(mine.listing, mine);
        }
    }

    private void mutate() {
        Object mutation = new Object();
        Reach reach = random.nextInt(8) == 0 ? new Reach(text(0), true) : new Reach(text(1), false);
        pages.begin(mutation, reach);
        underWay.put(mutation, reach);
        kept.values().removeIf(each -> each.isIn(reach));
        asked.forEach(each -> each.touches.add(reach));
    }

    private void end() {
        if (underWay.isEmpty()) {
            return;
        }
        Object mutation = underWay.keySet().iterator().next();
        Reach reach = underWay.remove(mutation);
        Long until = random.nextInt(20) == 0 ? runtime.nanoTime() + IN_DOUBT.toNanos() : null;
        pages.end(mutation, until);
        if (until != null) {
            doubtEnds.put(mutation, until);
            inDoubt.put(mutation, reach);
        }
        asked.stream().filter(each -> each.isIn(reach)).forEach(each -> each.isCurrent = false);
    }

    private void check() {
        assertThat(pages.count()).isEqualTo(kept.size());
        mostKept = Math.max(mostKept, kept.size());
        for (Asked each : asked) {
            boolean isCurrent = each.isCurrent && runtime.nanoTime() < each.currentUntil;
            assertThat(each.ask.isCurrent()).isEqualTo(isCurrent);
        }
        if (random.nextInt(50) == 0) {
            kept.keySet().forEach(listing -> assertThat(pages.get(listing)).isNotNull());
        }
        while (asked.size() > 20) {
            pages.end(asked.remove(0).ask);
        }
    }

    private @Nullable String maybe() {
        return random.nextInt(3) > 0 ? null : text(1);
    }

    /** Few letters, so that one text is often the beginning of another. */
    private String text(int least) {
        int length = least + random.nextInt(4);
        return random.ints(length, 0, LETTERS.length())
                .map(LETTERS::charAt)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
