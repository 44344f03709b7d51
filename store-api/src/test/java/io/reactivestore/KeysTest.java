package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

    /** Around every place where the length in UTF-8 or the order of UTF-16 changes. */
    private static final int[] CODE_POINTS = {
        0x1, 'a', 'b', '/', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFE,
        0x10FFFF
    };

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "//", "..", "a/../b", " ", "\n", "\u0000", "ü", "\uFFFF", "😀", "a😀"})
    void anyOtherText_isAKey(String key) {
        assertThat(Keys.requireKey("get", key)).isSameAs(key);
        assertThat(Keys.isKey(key)).isTrue();
    }

    @Test
    void longestKey_isMeasuredInBytes() {
        for (String character : new String[] {"a", "ü", "€", "😀"}) {
            int bytes = character.getBytes(StandardCharsets.UTF_8).length;
            String longest = "a".repeat(1024 % bytes) + character.repeat(1024 / bytes);
            assertThat(Keys.requireKey("get", longest)).isSameAs(longest);
            assertThat(Keys.isKey(longest)).isTrue();
            assertThat(Keys.isKey(longest + "a")).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Keys.requireKey("get", longest + "a"))
                    .withMessage("get: the key has 1025 bytes of UTF-8, more than 1024");
        }
    }

    @Test
    void emptyKey_isRefusedButNotAnEmptyPrefix() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keys.requireKey("put", ""))
                .withMessage("put: the key is empty");
        assertThat(Keys.isKey("")).isFalse();
        assertThat(Keys.requirePrefix("list", "")).isEmpty();
        assertThatNullPointerException()
                .isThrownBy(() -> Keys.requireKey("put", null))
                .withMessage("put: key is null");
        assertThatNullPointerException()
                .isThrownBy(() -> Keys.requirePrefix("list", null))
                .withMessage("list: prefix is null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\uD83D", "\uDE00", "a\uD83D", "a\uDE00b", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "😀\uDE00"})
    void unpairedSurrogate_isRefused(String key) {
        assertThat(Keys.isKey(key)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keys.requireKey("get", key))
                .withMessageMatching("get: the key has an unpaired surrogate at index \\d");
        assertThatIllegalArgumentException().isThrownBy(() -> Keys.requirePrefix("list", key));
    }

    @Test
    void order_isThatOfTheBytes() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            String a = text(random);
            String b = text(random);
            assertThat(Integer.signum(Keys.UTF8_ORDER.compare(a, b)))
                    .as("%s and %s", a, b)
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(bytes(a), bytes(b))));
        }
    }

    @Test
    void endOfPrefix_isTheLeastTextAfterAllThatStartWithIt() {
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            String prefix = text(random);
            String other = random.nextBoolean() ? text(random) : prefix + text(random);
            String end = Keys.endOfPrefix(prefix);
            boolean inside = Keys.UTF8_ORDER.compare(other, prefix) >= 0
                    && (end == null || Keys.UTF8_ORDER.compare(other, end) < 0);
            assertThat(inside).as("%s in [%s, %s)", other, prefix, end).isEqualTo(other.startsWith(prefix));
        }
    }

    @Test
    void endOfPrefix_stepsOverWhatIsNoCharacter() {
        assertThat(Keys.endOfPrefix("a")).isEqualTo("b");
        assertThat(Keys.endOfPrefix("a/")).isEqualTo("a0");
        assertThat(Keys.endOfPrefix("a\uD7FF")).isEqualTo("a\uE000");
        assertThat(Keys.endOfPrefix("a\uFFFF")).isEqualTo("a" + Character.toString(0x10000));
        assertThat(Keys.endOfPrefix("a" + Character.toString(0x10FFFF))).isEqualTo("b");
        assertThat(Keys.endOfPrefix("")).isNull();
        assertThat(Keys.endOfPrefix(Character.toString(0x10FFFF).repeat(2))).isNull();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.appendCodePoint(CODE_POINTS[random.nextInt(CODE_POINTS.length)]);
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
