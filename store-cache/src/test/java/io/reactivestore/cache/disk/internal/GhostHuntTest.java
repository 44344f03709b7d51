package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Three segments, in each of which one thing happens to a key, and then the segments are recycled, or what is in them is appended once
 * more, in every order: nothing that was removed or overwritten comes back, and what is current and was not recycled is there.
 */
class GhostHuntTest {

    private int hunted;

    /** What can happen to the key in a segment. */
    private enum Event {
        NOTHING,
        FILL,
        REMOVE,
        REMOVE_AND_FILL,
        FILL_AND_REMOVE
    }

    @Test
    void everyOrder_bringsNothingBack() throws IOException {
        for (Event first : Event.values()) {
            for (Event second : Event.values()) {
                for (Event third : Event.values()) {
                    LogStage stage = new LogStage(12);
                    List<Long> segments = new ArrayList<>();
                    int version = 0;
                    for (Event event : List.of(first, second, third)) {
                        version = happen(stage, event, version);
                        segments.add(stage.seal());
                    }
                    boolean warm = stage.log.find("k") != null;
                    hunt(stage.files, segments, version, warm, 3, first + " " + second + " " + third);
                }
            }
        }
        assertThat(hunted).isGreaterThan(3_000);
    }

    /**
     * Does everything that can be done with what a killed process has left, each on a copy of its own.
     *
     * @param warm whether the current entry must be there
     * @param deeds how many more things are done after each other
     */
    private void hunt(MemoryLogFiles files, List<Long> segments, int version, boolean warm, int deeds, String what)
            throws IOException {
        hunted++;
        check(new LogStage(files.copy(), 12), version, warm, what);
        for (long segment : deeds == 0 ? List.<Long>of() : segments) {
            LogStage stage = new LogStage(files.copy(), 12);
            Place place = stage.log.find("k");
            boolean stays = warm && place != null && place.segment() != segment;
            if (stage.log.recycle(segment, Keep.NOTHING)) {
                String then = what + ", recycle " + segment;
                check(stage, version, stays, then);
                hunt(stage.files, segments, version, stays, deeds - 1, then);
            }
        }
        if (warm && deeds > 0) {
            LogStage stage = new LogStage(files.copy(), 12);
            Place place = Objects.requireNonNull(stage.log.find("k"));
            Place again = stage.append(Objects.requireNonNull(stage.log.read(place)));
            assertThat(stage.log.replace(place, again)).as(what).isTrue();
            String then = what + ", append again what was in " + place.segment();
            check(stage, version, true, then);
            stage.seal();
            hunt(stage.files, segments, version, true, deeds - 1, then);
        }
    }

    private static int happen(LogStage stage, Event event, int version) throws IOException {
        int now = version;
        if (event == Event.FILL || event == Event.FILL_AND_REMOVE) {
            stage.put("k", "v" + now, now);
        }
        if (event == Event.REMOVE || event == Event.REMOVE_AND_FILL || event == Event.FILL_AND_REMOVE) {
            stage.delete("k", now);
            now++;
        }
        if (event == Event.REMOVE_AND_FILL) {
            stage.put("k", "v" + now, now);
        }
        return now;
    }

    private static void check(LogStage stage, int version, boolean warm, String what) throws IOException {
        String found = stage.get("k");
        if (warm || found != null) {
            assertThat(found).as(what).isEqualTo("v" + version);
        }
    }
}
