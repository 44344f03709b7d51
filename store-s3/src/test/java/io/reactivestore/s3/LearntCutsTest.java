package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearntCutsTest {

    private static final int KEY_CHARS = 1024;

    /** So many keys of that length are kept. */
    private static final int ROOM = 256;

    private final LearntCuts cuts = new LearntCuts();

    @Test
    void cuts_areThoseOfTheLastListingThatCameToItsEnd() {
        learn("a", 3);
        LearntCuts.Recorder broken = cuts.recorder("a");
        broken.add("x");
        assertThat(numbers("a")).containsExactly(1, 2, 3);
        learn("a", 2);
        assertThat(numbers("a")).containsExactly(1, 2);
        assertThat(cuts.of("b")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {ROOM, ROOM + 1, ROOM + 2, 2 * ROOM + 1, 3 * ROOM, 10 * ROOM + 7, 40 * ROOM + 1})
    void cutsOfManyKeys_areThinnedOut_evenly(int count) {
        learn("p", count);
        List<Integer> kept = numbers("p");
        int every = kept.get(0);
        assertThat(kept.size()).isBetween(count <= ROOM ? count : ROOM / 2, ROOM);
        assertThat(every).as("a power of two").isEqualTo(Integer.highestOneBit(every));
        assertThat(kept)
                .as("each %d. one, to the end", every)
                .isEqualTo(IntStream.rangeClosed(1, count / every)
                        .map(i -> i * every)
                        .boxed()
                        .toList());
    }

    @Test
    void sixteenPrefixes_areRemembered_andTheOneThatNobodyAsksForIsForgotten() {
        IntStream.range(0, 16).forEach(i -> learn("p" + i, 1));
        assertThat(numbers("p0")).isNotEmpty();
        learn("p16", 1);
        assertThat(numbers("p0")).containsExactly(1);
        assertThat(numbers("p1")).isEmpty();
        assertThat(numbers("p2")).containsExactly(1);
    }

    private void learn(String prefix, int count) {
        LearntCuts.Recorder recorder = cuts.recorder(prefix);
        IntStream.rangeClosed(1, count).forEach(i -> recorder.add(("%0" + KEY_CHARS + "d").formatted(i)));
        recorder.complete();
    }

    private List<Integer> numbers(String prefix) {
        return cuts.of(prefix).stream().map(Integer::valueOf).toList();
    }
}
