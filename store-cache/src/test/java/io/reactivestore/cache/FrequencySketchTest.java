package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrequencySketchTest {

    private static final int KEYS = 1000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final FrequencySketch sketch = new FrequencySketch(KEYS);

    @Test
    void keySeenBefore_isKnown_untilAsManyOthersWereSeen() {
        for (int i = 0; i < 100; i++) {
            long key = random.nextLong();
            sketch.see(key);
            others(KEYS - 1);
            assertThat(sketch.see(key)).as("key %s", i).isTrue();
            others(random.nextInt(KEYS));
        }
    }

    @Test
    void keySeenOnce_isForgottenAfterTwiceAsMany() {
        int known = 0;
        for (int i = 0; i < 200; i++) {
            long key = random.nextLong();
            sketch.see(key);
            others(2 * KEYS);
            known += sketch.see(key) ? 1 : 0;
        }
        assertThat(known).as("by chance").isLessThan(20);
    }

    @Test
    void keySeenOften_isRememberedForLonger() {
        long key = random.nextLong();
        for (int i = 0; i < 20; i++) {
            sketch.see(key);
        }
        others(3 * KEYS);
        assertThat(sketch.see(key)).isTrue();
        others(10 * KEYS);
        // Seen once more above, which is forgotten too by now.
        assertThat(sketch.see(key)).isFalse();
    }

    @Test
    void newKeys_areTakenForSeen_oneInForty() {
        others(10 * KEYS);
        assertThat(others(100_000)).isBetween(100, 2_500);
    }

    /** Sees other keys; how many it takes for known. */
    private int others(int count) {
        int known = 0;
        for (int i = 0; i < count; i++) {
            known += sketch.see(random.nextLong()) ? 1 : 0;
        }
        return known;
    }
}
