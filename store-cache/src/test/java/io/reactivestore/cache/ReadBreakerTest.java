package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadBreakerTest {

    private static final long SLOW = ReadBreaker.SLOW.toNanos() + 1;
    private static final long REST = Duration.ofSeconds(10).toNanos();

    private final ReadBreaker breaker = new ReadBreaker();

    @Test
    void quickReads_leaveItClosed() {
        for (int i = 0; i < 100; i++) {
            breaker.ended(false, 0, SLOW - 1);
        }
        assertThat(breaker.lets(0)).isTrue();
        assertThat(breaker.reason()).isNull();
    }

    @Test
    void fiveBadReadsInARow_openIt() {
        for (int i = 0; i < 4; i++) {
            boolean failed = i % 2 == 0;
            breaker.ended(failed, i * SLOW, failed ? i * SLOW : (i + 1) * SLOW);
            assertThat(breaker.lets(0)).isTrue();
        }
        breaker.ended(true, 4 * SLOW, 4 * SLOW);
        assertThat(breaker.lets(0)).isFalse();
        assertThat(breaker.reason()).contains("5 in a row");
    }

    /** As when the machine stands still: it says nothing of the disk. */
    @Test
    void readsThatWereSlowAtTheSameTime_countAsOne() {
        for (int i = 0; i < 100; i++) {
            breaker.ended(false, i, SLOW + 100 + i);
        }
        assertThat(breaker.lets(0)).isTrue();

        for (int i = 1; i < 5; i++) {
            assertThat(breaker.lets(0)).isTrue();
            breaker.ended(false, i * 2 * SLOW, (i * 2 + 1) * SLOW + 1);
        }
        assertThat(breaker.lets(0)).as("five times one after another").isFalse();
    }

    @Test
    void readThatBeganBeforeItOpened_doesNotKeepItOpenForLonger() {
        open();
        breaker.ended(true, -1, REST - 1);
        assertThat(breaker.lets(REST)).isTrue();
    }

    @Test
    void badReadsWithGoodOnesBetween_leaveItClosed() {
        for (int i = 0; i < 20; i++) {
            breaker.ended(i % 5 != 0, 0, 0);
        }
        assertThat(breaker.lets(0)).isTrue();
    }

    @Test
    void afterARest_oneReadTriesIt_andAGoodOneClosesIt() {
        open();
        assertThat(breaker.lets(REST - 1)).isFalse();
        assertThat(breaker.lets(REST)).isTrue();
        assertThat(breaker.lets(REST)).as("while one tries").isFalse();
        breaker.ended(false, REST, REST);
        assertThat(breaker.lets(REST)).isTrue();
        assertThat(breaker.reason()).isNull();
    }

    @Test
    void afterARest_aBadReadOpensItAgain() {
        open();
        assertThat(breaker.lets(REST)).isTrue();
        breaker.ended(true, REST, REST);
        assertThat(breaker.lets(REST + 1)).isFalse();
        assertThat(breaker.lets(2 * REST)).isTrue();
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            breaker.ended(true, 0, 0);
        }
    }
}
