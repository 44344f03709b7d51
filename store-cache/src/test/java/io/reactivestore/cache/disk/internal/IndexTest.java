package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The index as a map, with its figures, its bits, and what it costs. */
class IndexTest {

    private final Map<Long, Long> live = new HashMap<>();
    private final Map<Long, Long> read = new HashMap<>();
    private final Index index = new Index(new Index.Accounts() {
        @Override
        public void live(long segment, int recordBytes, int sign) {
            live.merge(segment, (long) sign * recordBytes, Long::sum);
        }

        @Override
        public void read(long segment, int recordBytes, int sign) {
            read.merge(segment, (long) sign * recordBytes, Long::sum);
        }
    });

    @Test
    void randomSteps_areThoseOfAMap() {
        index.forgetRemovals();
        SplittableRandom random = new SplittableRandom(5);
        Map<Long, Place> expected = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            // Few shards and few upper bits, so that chains are long and wrap.
            long hash = ((long) random.nextInt(60) << 58) | random.nextInt(3);
            Place place = place(hash, 1 + random.nextInt(5), i % 1000 * 8);
            Place before = expected.get(hash);
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    index.put(place);
                    expected.put(hash, place);
                }
                case 2 -> assertThat(index.remove(hash)).isEqualTo(expected.remove(hash));
                case 3 -> {
                    if (before != null) {
                        assertThat(index.replace(before, place, true)).isTrue();
                        expected.put(hash, place);
                    }
                }
                case 4 ->
                    assertThat(index.remove(place))
                            .isEqualTo(before != null && before.isAt(place) && expected.remove(hash, before));
                default -> {
                    if (before != null) {
                        index.touch(before);
                    }
                }
            }
            assertThat(index.find(hash)).isEqualTo(expected.get(hash));
            if (i % 1000 == 0) {
                checkAll(expected);
                long segment = 1 + random.nextInt(5);
                index.removeSegment(segment);
                expected.values().removeIf(each -> each.segment() == segment);
                checkAll(expected);
            }
        }
    }

    private void checkAll(Map<Long, Place> expected) {
        assertThat(index.entries()).isEqualTo(expected.size());
        expected.forEach((hash, place) -> assertThat(index.find(hash)).isEqualTo(place));
        for (long segment = 1; segment <= 5; segment++) {
            long number = segment;
            long bytes = expected.values().stream()
                    .filter(place -> place.segment() == number)
                    .mapToLong(Place::recordBytes)
                    .sum();
            assertThat(live.getOrDefault(segment, 0L)).isEqualTo(bytes);
            List<Place> touched = new ArrayList<>();
            index.forEachRead(segment, touched::add);
            assertThat(touched).isSubsetOf(expected.values());
            assertThat(read.getOrDefault(segment, 0L))
                    .isEqualTo(touched.stream().mapToLong(Place::recordBytes).sum());
        }
    }

    @Test
    void extremes_fitIntoASlot() {
        index.forgetRemovals();
        Place place = new Place(
                -1,
                Place.MAX_SEGMENT,
                Place.MAX_SEGMENT_BYTES - 8,
                Place.MAX_SEGMENT_BYTES,
                -1,
                0xffff_ffffL,
                true,
                true);
        index.put(place);
        assertThat(index.find(-1)).isEqualTo(place);
        index.touch(place);
        assertThat(index.find(-1)).isEqualTo(place);
    }

    @Test
    void removalOfRecovery_hidesWhatIsNotNewer_andIsForgotten() {
        assertThat(index.recoverRemoval(1, 5)).isTrue();
        assertThat(index.recoverRemoval(1, 4)).isFalse();
        assertThat(index.recover(place(1, 1, 0), 5)).isFalse();
        assertThat(index.find(1)).isNull();
        assertThat(index.recover(place(1, 1, 0), 6)).isTrue();
        assertThat(index.recover(place(1, 1, 8), 7))
                .as("what was seen first counts")
                .isFalse();
        assertThat(index.recoverRemoval(2, 5)).isTrue();
        index.forgetRemovals();
        assertThat(index.entries()).isEqualTo(1);
        assertThat(index.recoverRemoval(2, 9)).isFalse();
    }

    @Test
    void entryThatGoesDuringRecovery_isNotReplacedByAnOlderOne() {
        index.put(place(1, 1, 0));
        index.put(place(2, 1, 8));
        index.put(place(3, 2, 8));
        index.remove(1);
        index.hide(2, 0);
        index.removeSegment(2);
        for (long hash = 1; hash <= 3; hash++) {
            assertThat(index.recover(place(hash, 1, 16), Long.MAX_VALUE)).isFalse();
            assertThat(index.find(hash)).isNull();
        }
        assertThat(index.entries()).isZero();
    }

    @Test
    void suspicion_isForAll_andGoesWithTheNextPut() {
        index.put(place(1, 1, 0));
        index.suspectAll();
        assertThat(index.find(1).suspect()).isTrue();
        assertThat(index.replace(place(1, 1, 0), place(1, 2, 0), true)).isTrue();
        assertThat(index.find(1).suspect()).isTrue();
        assertThat(index.replace(place(1, 2, 0), place(1, 2, 0), false)).isTrue();
        assertThat(index.find(1).suspect()).isFalse();
        index.suspectAll();
        index.put(place(1, 3, 0));
        assertThat(index.find(1).suspect()).isFalse();
    }

    @Test
    void blocks_areCountedApart_andAreNeverSuspect() {
        Place block = new Place(1, 1, 0, 80, 1, 7, false, true);
        index.put(block);
        index.put(place(2, 1, 8));
        assertThat(index.entries()).isEqualTo(1);
        assertThat(index.blocks()).isEqualTo(1);
        index.suspectAll();
        index.touch(block);
        assertThat(index.find(1)).isEqualTo(block);
        Place again = new Place(1, 2, 0, 80, 1, 7, false, true);
        assertThat(index.replace(block, again, true)).isTrue();
        assertThat(index.find(1)).isEqualTo(again);
        index.removeSegment(2);
        assertThat(index.blocks()).isZero();
        assertThat(index.entries()).isEqualTo(1);
    }

    /** Counts bytes of arrays, which is nearly all there is; what a heap of 1 M entries showed was 39.6 bytes each. */
    @Test
    void entriesTakeLessThan48BytesOfHeap_alsoWhileTheIndexGrows() {
        SplittableRandom random = new SplittableRandom(9);
        int next = 30_000;
        for (int i = 1; i <= 300_000; i++) {
            index.put(place(random.nextLong(), 1, 0));
            if (i == next) {
                next += 997;
                assertThat(index.heapBytes() / (double) i)
                        .as("bytes each of %s", i)
                        .isLessThan(48);
            }
        }
    }

    private static Place place(long hash, long segment, int offset) {
        return new Place(hash, segment, offset, 80 + offset, (int) hash, 7, false, false);
    }
}
