package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeySpaceTest {

    private static final long MANY = 100_000_000;

    /** A family of key spaces, named for the test report. */
    record Family(String name, LongFunction<KeySpace> of) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Family> families() {
        return Stream.of(
                new Family("uniform", KeySpace::uniform),
                new Family("skewed", KeySpace::skewed),
                new Family("deep", KeySpace::deep),
                new Family("onePrefix", KeySpace::onePrefix),
                new Family("unicode", KeySpace::unicode));
    }

    @ParameterizedTest
    @MethodSource("families")
    void keysOfSmallSpaces_growInTheOrderOfTheirBytes(Family family) {
        for (long size : new long[] {1, 2, 9, 10, 11, 255, 256, 257, 5000}) {
            KeySpace space = family.of.apply(size);
            assertThat(space.size()).isEqualTo(size);
            byte[] before = null;
            for (long i = 0; i < size; i++) {
                byte[] key = key(space, i);
                assertThat(before == null || Arrays.compareUnsigned(before, key) < 0)
                        .isTrue();
                before = key;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void keysOfALargeSpace_growToo_andAreFoundAgain(Family family) {
        KeySpace space = family.of.apply(MANY);
        ComputedKeys keys = new ComputedKeys(space, 5);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5000; i++) {
            long index = i == 0 ? 0 : i == 1 ? MANY - 2 : random.nextLong(MANY - 1);
            byte[] key = key(space, index);
            assertThat(Arrays.compareUnsigned(key, key(space, index + 1))).isNegative();
            assertThat(keys.firstFrom(key)).isEqualTo(index);
            assertThat(keys.firstFrom(Arrays.copyOf(key, key.length + 1))).isEqualTo(index + 1);
            S3Object object = keys.find(key);
            assertThat(object).isNotNull();
            assertThat(object.size()).isEqualTo(5);
        }
        assertThat(keys.firstFrom(new byte[] {-1})).isEqualTo(MANY);
        assertThat(keys.find(new byte[] {'!'})).isNull();
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyKey_isUtf8OfModestLength(Family family) {
        KeySpace space = family.of.apply(MANY);
        for (long index = 0; index < MANY; index += 999_983) {
            byte[] key = key(space, index);
            assertThat(space.key(index).getBytes(StandardCharsets.UTF_8)).isEqualTo(key);
            assertThat(key.length).isBetween(1, 100);
        }
    }

    @Test
    void skewed_hasASixthInOneDirectory_andNoneIsEmpty() {
        KeySpace space = KeySpace.skewed(1_000_000);
        ComputedKeys keys = new ComputedKeys(space, 0);
        long largest = 0;
        long smallest = Long.MAX_VALUE;
        for (int i = 0; i < 256; i++) {
            String directory = String.format("tenant-%03d", i);
            long count = keys.firstFrom((directory + "0").getBytes(StandardCharsets.UTF_8))
                    - keys.firstFrom((directory + "/").getBytes(StandardCharsets.UTF_8));
            largest = Math.max(largest, count);
            smallest = Math.min(smallest, count);
        }
        assertThat(largest).isBetween(160_000L, 166_000L);
        assertThat(smallest).isBetween(600L, 660L);
    }

    @Test
    void uniform_isSpreadOverAllThereIs() {
        KeySpace space = KeySpace.uniform(16_000);
        int[] byFirstDigit = new int[128];
        for (long i = 0; i < space.size(); i++) {
            byFirstDigit[space.key(i).charAt(0)]++;
        }
        for (char digit : "0123456789abcdef".toCharArray()) {
            assertThat(byFirstDigit[digit]).isBetween(998, 1002);
        }
    }

    @Test
    void unicode_isInAnotherOrderThanUtf16() {
        KeySpace space = KeySpace.unicode(1_000_000);
        boolean differs = false;
        for (long i = 0; i + 1 < space.size() && !differs; i += 1) {
            differs = space.key(i).compareTo(space.key(i + 1)) > 0;
        }
        assertThat(differs).isTrue();
    }

    private static byte[] key(KeySpace space, long index) {
        byte[] bytes = new byte[VirtualKeys.MAX_KEY_BYTES];
        int length = space.writeKey(index, bytes);
        return Arrays.copyOf(bytes, length);
    }
}
