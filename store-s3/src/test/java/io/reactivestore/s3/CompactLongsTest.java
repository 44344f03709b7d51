package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactLongsTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 255, 256, 65_535, 1L << 31, (1L << 56) - 1, Long.MAX_VALUE})
    void numbers_areThoseThatWerePutIn_whateverLiesBetweenThem(long span) {
        Random random = new Random(span);
        for (long least : new long[] {Long.MIN_VALUE, -1, 0, 1, 1_700_000_000_000_000L, Long.MAX_VALUE - span}) {
            long[] numbers = LongStream.concat(
                            LongStream.of(least + span, least),
                            random.longs(100, 0, Math.max(1, span)).map(more -> least + more))
                    .toArray();
            assertThat(all(CompactLongs.of(numbers, numbers.length))).isEqualTo(numbers);
        }
    }

    @Test
    void numbersFurtherApartThanALongCanTell_areKept() {
        long[] numbers = {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, 1};
        assertThat(all(CompactLongs.of(numbers, numbers.length))).isEqualTo(numbers);
    }

    @Test
    void numbersBehindTheSize_doNotCount() {
        assertThat(all(CompactLongs.of(new long[] {7, 9, -1}, 2))).containsExactly(7, 9);
        assertThat(all(CompactLongs.of(new long[] {7}, 0))).isEmpty();
    }

    @Test
    void wholeSecondsOfADay_takeThreeBytesEach_andTheSameNumberNone() {
        long[] micros = LongStream.range(0, 1000)
                .map(i -> 1_700_000_000_000_000L + i * 86_399 / 999 * 1_000_000)
                .toArray();
        assertThat(CompactLongs.of(micros, 1000).bytes()).isEqualTo(3_000);
        assertThat(CompactLongs.of(new long[] {5, 5, 5}, 3).bytes()).isZero();
    }

    private static long[] all(CompactLongs numbers) {
        return LongStream.range(0, numbers.size())
                .map(i -> numbers.get((int) i))
                .toArray();
    }
}
