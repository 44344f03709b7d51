package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.PrefixMarks.Mark;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixMarksTest {

    private static final long NOW = 1;

    private final PrefixMarks marks = new PrefixMarks();

    @Test
    void keyUnderAPrefix_isNotAdmittedWhileItIsUnderWay_norToAnOlderPassAfterIt() {
        long before = marks.sequence(NOW);
        Mark mark = marks.begin("a/");
        long within = marks.sequence(NOW);
        assertThat(marks.admits("a/k", within, NOW)).isFalse();
        assertThat(marks.isCurrent("a/k", before, NOW))
                .as("may be joined until the end")
                .isTrue();
        assertThat(marks.isQuiet(NOW)).isFalse();
        marks.end(mark, null);
        assertThat(marks.admits("a/k", before, NOW)).isFalse();
        assertThat(marks.admits("a/k", within, NOW)).isFalse();
        assertThat(marks.isCurrent("a/k", within, NOW)).isFalse();
        assertThat(marks.admits("a/k", marks.sequence(NOW), NOW)).isTrue();
        assertThat(marks.isQuiet(NOW)).isTrue();
    }

    @Test
    void keyUnderAnotherPrefix_isNotTouched() {
        long before = marks.sequence(NOW);
        Mark mark = marks.begin("a/");
        assertThat(marks.admits("b/k", before, NOW)).isTrue();
        marks.end(mark, null);
        assertThat(marks.admits("b/k", before, NOW)).isTrue();
        assertThat(marks.isCurrent("b/k", before, NOW)).isTrue();
    }

    @Test
    void doubtOfAPrefix_endsAtItsTime_andOutdatesThePassesTakenInIt() {
        marks.end(marks.begin("a/"), 10L);
        long within = marks.sequence(9);
        assertThat(marks.admits("a/k", within, 9)).isFalse();
        assertThat(marks.admits("a/k", within, 10)).isFalse();
        assertThat(marks.isCurrent("a/k", within, 10)).isFalse();
        assertThat(marks.admits("a/k", marks.sequence(10), 10)).isTrue();
    }

    @Test
    void manyPrefixes_areMergedIntoFew_andStillOutdateEveryOlderPass() {
        List<Long> passes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            passes.add(marks.sequence(NOW));
            marks.end(marks.begin("dir" + i % 10 + "/" + i + "/"), null);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(marks.admits("dir" + i % 10 + "/" + i + "/k", passes.get(i), NOW))
                    .as("%d", i)
                    .isFalse();
        }
        assertThat(marks.admits("other", 0, NOW)).as("they have dir in common").isTrue();
        assertThat(marks.size()).isLessThanOrEqualTo(64);
    }

    @Test
    void coveredPrefixes_goWithoutTakingOthersAlong() {
        long before = marks.sequence(NOW);
        for (int i = 0; i < 60; i++) {
            marks.end(marks.begin("a" + i), null);
        }
        for (int i = 0; i < 100; i++) {
            marks.end(marks.begin("x/"), null);
            marks.end(marks.begin("x/y"), 5L);
        }
        assertThat(marks.size()).isEqualTo(62);
        assertThat(marks.admits("b", before, NOW)).isTrue();
        assertThat(marks.admits("a7", before, NOW)).isFalse();
    }

    @Test
    void doubtCoveredByAKnownEnd_stays() {
        marks.end(marks.begin("a/b"), 10L);
        marks.end(marks.begin("a/"), null);
        assertThat(marks.admits("a/b", marks.sequence(9), 9)).isFalse();
        assertThat(marks.admits("a/c", marks.sequence(9), 9)).isTrue();
    }

    @Test
    void prefixesUnderWay_areNeverMerged() {
        List<Mark> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            open.add(marks.begin("a" + i + "/"));
        }
        long within = marks.sequence(NOW);
        open.forEach(
                mark -> assertThat(marks.admits(mark.prefix + "k", within, NOW)).isFalse());
        assertThat(marks.admits("a", within, NOW)).isTrue();
        open.forEach(mark -> marks.end(mark, null));
        open.forEach(
                mark -> assertThat(marks.admits(mark.prefix + "k", within, NOW)).isFalse());
        assertThat(marks.size()).isLessThanOrEqualTo(64);
    }
}
