package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import io.reactivestore.s3.KeySpaces.Shape;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompactKeysTest {

    @ParameterizedTest
    @EnumSource(Shape.class)
    void keys_areThoseThatWerePutIn_inWhateverOrder(Shape shape) {
        List<String> keys = List.of(KeySpaces.keys(shape, 1_000, new Random(1)));
        assertKeeps(keys, true);
        List<String> shuffled = new ArrayList<>(keys);
        Collections.shuffle(shuffled, new Random(2));
        assertKeeps(shuffled, false);
    }

    @Test
    void keysThatAreCutWithinACharacter_areWhole() {
        // All of them begin with the same two bytes of three.
        assertKeeps(List.of("日", "旦", "旧"), true);
        assertKeeps(List.of("a日b", "a日c", "a旧"), true);
    }

    @Test
    void keyThatAnotherOneBeginsWith_isLess() {
        assertKeeps(List.of("a", "a/", "a/b"), true);
        assertKeeps(List.of("a/b", "a/"), false);
        assertKeeps(List.of("a", "a"), false);
        assertKeeps(List.of("a"), true);
        assertKeeps(List.of(), true);
    }

    @Test
    void order_isThatOfUtf8_notOfUtf16() {
        assertKeeps(List.of("\uffee", "\ud83d\ude00"), true);
        assertKeeps(List.of("\ud83d\ude00", "\uffee"), false);
    }

    @Test
    void keysInOrder_takeLittleMoreThanWhatDiffers() {
        List<String> keys = IntStream.range(0, 1_000)
                .mapToObj(i -> String.format("dir-%d/dir-%d/dir-%d/file", i / 100, i / 10 % 10, i % 10))
                .toList();
        assertThat(compact(keys).bytes()).isLessThan(1_000 * 14);
    }

    private static void assertKeeps(List<String> keys, boolean ascending) {
        CompactKeys compact = compact(keys);
        assertThat(IntStream.range(0, compact.size()).mapToObj(compact::get)).isEqualTo(keys);
        assertThat(compact.isAscending()).as("%s", keys).isEqualTo(ascending);
        for (int i = 1; ascending && i < keys.size(); i++) {
            assertThat(Keys.UTF8_ORDER.compare(keys.get(i - 1), keys.get(i))).isNegative();
        }
    }

    private static CompactKeys compact(List<String> keys) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int[] ends = new int[keys.size()];
        for (int i = 0; i < ends.length; i++) {
            bytes.writeBytes(keys.get(i).getBytes(StandardCharsets.UTF_8));
            ends[i] = bytes.size();
        }
        return CompactKeys.of(bytes.toByteArray(), ends, ends.length);
    }
}
