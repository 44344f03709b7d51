package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.Admission.Settings;
import io.reactivestore.cache.Admission.Verdict;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final long DAY = Duration.ofDays(1).toNanos();
    private static final long HOUR = DAY / 24;

    @Test
    void withoutSettings_everythingIsAdmitted() {
        Admission any = admission(Settings.ANY);
        assertThat(any.judge("a", 0, () -> false, 0)).isEqualTo(Verdict.ADMITTED);
        any.written(Long.MAX_VALUE);
        assertThat(any.judge("a", Long.MAX_VALUE, () -> false, 0)).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void onSecondUse_theFirstOneIsNot_unlessItIsEnough() {
        Admission admission = admission(new Settings(1000, 0, Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(admission.judge("a", 1, () -> false, 0)).isEqualTo(Verdict.FIRST_USE);
        assertThat(admission.judge("a", 1, () -> false, 0)).isEqualTo(Verdict.ADMITTED);
        assertThat(admission.judge("b", 1, () -> true, 0)).isEqualTo(Verdict.ADMITTED);
        BooleanSupplier unasked = () -> {
            throw new AssertionError("asked for a second use");
        };
        assertThat(admission.judge("b", 1, unasked, 0))
                .as("that one counts too")
                .isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void entriesOutsideOfTheLimits_areRefused_alsoOnSecondUse() {
        Admission admission = admission(new Settings(1000, 10, 20, Long.MAX_VALUE));
        for (int use = 0; use < 3; use++) {
            assertThat(admission.judge("small", 9, () -> true, 0)).isEqualTo(Verdict.REFUSED);
            assertThat(admission.judge("large", 21, () -> true, 0)).isEqualTo(Verdict.REFUSED);
        }
        assertThat(admission.judge("least", 10, () -> true, 0)).isEqualTo(Verdict.ADMITTED);
        assertThat(admission.judge("most", 20, () -> true, 0)).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void budget_isAnHoursShareAtOnce_andADaysShareInADay() {
        Admission admission = admission(new Settings(0, 0, Long.MAX_VALUE, 24_000));
        assertThat(writeAll(admission, 0)).as("at once").isEqualTo(1000);
        assertThat(writeAll(admission, HOUR / 2)).isEqualTo(500);
        long written = 0;
        for (long at = HOUR; at <= HOUR + DAY; at += HOUR / 60) {
            written += writeAll(admission, at);
        }
        assertThat(written).isBetween(24_000L, 25_100L);
        assertThat(writeAll(admission, 100 * DAY)).as("nothing is saved up").isEqualTo(1000);
    }

    @Test
    void moreWrittenThanIsLeft_isPaidBackFirst() {
        Admission admission = admission(new Settings(0, 0, Long.MAX_VALUE, 24_000));
        admission.written(3_000);
        assertThat(admission.judge("a", 1, () -> true, 2 * HOUR - 1)).isEqualTo(Verdict.REFUSED);
        assertThat(admission.judge("a", 1, () -> true, 2 * HOUR + HOUR / 100)).isEqualTo(Verdict.ADMITTED);
    }

    /** Writes as long as it may, 10 bytes each; how many bytes. */
    private static long writeAll(Admission admission, long now) {
        long written = 0;
        while (admission.judge("a", 10, () -> true, now) == Verdict.ADMITTED) {
            admission.written(10);
            written += 10;
        }
        return written;
    }

    private static Admission admission(Settings settings) {
        return new Admission(settings, new Random(1), 0);
    }
}
