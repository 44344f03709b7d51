package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.disk.internal.SegmentFacts;
import java.util.List;
import org.junit.jupiter.api.Test;

class VictimsTest {

    @Test
    void nothingSealed_none() {
        assertThat(Victims.choose(List.of(segment(1, false, true, 0, 0, false))))
                .isEqualTo(Victims.NONE);
    }

    @Test
    void oldestSealed_isFirst() {
        assertThat(Victims.choose(List.of(full(3), full(4), full(5)))).isEqualTo(3);
    }

    @Test
    void mostlyDead_goesBeforeTheOldest() {
        assertThat(Victims.choose(List.of(full(3), live(4, 200), live(5, 100)))).isEqualTo(5);
        assertThat(Victims.choose(List.of(full(3), live(4, 250))))
                .as("not dead enough")
                .isEqualTo(3);
    }

    @Test
    void oldest_thatIsJustAsDead_isFirst() {
        assertThat(Victims.choose(List.of(live(3, 100), live(4, 100)))).isEqualTo(3);
    }

    @Test
    void removals_areOfUse_sinceTheyWouldBeWrittenAgain() {
        assertThat(Victims.choose(List.of(full(3), segment(4, true, true, 0, 900, false))))
                .isEqualTo(3);
    }

    @Test
    void damagedOrUnknown_goesOnlyAsTheOldest() {
        assertThat(Victims.choose(List.of(full(3), segment(4, true, true, 0, 0, true))))
                .isEqualTo(3);
        assertThat(Victims.choose(List.of(full(3), segment(4, true, false, 0, 0, false))))
                .isEqualTo(3);
        assertThat(Victims.choose(List.of(segment(3, true, false, 0, 0, true), full(4))))
                .isEqualTo(3);
    }

    @Test
    void openSegment_staysWhateverItHas() {
        assertThat(Victims.choose(List.of(full(3), segment(4, false, true, 0, 0, false))))
                .isEqualTo(3);
    }

    private static SegmentFacts full(long number) {
        return live(number, 1000);
    }

    private static SegmentFacts live(long number, long liveBytes) {
        return segment(number, true, true, liveBytes, 0, false);
    }

    private static SegmentFacts segment(
            long number, boolean sealed, boolean recovered, long liveBytes, long removalBytes, boolean damaged) {
        return new SegmentFacts(number, sealed, 1000, recovered, 1000, 900, liveBytes, 0, removalBytes, damaged);
    }
}
