package io.reactivestore.cache.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderedKeysTest {

    private static final int PAIRS = Boolean.getBoolean("reactivestore.slow") ? 2_000_000 : 50_000;

    @Test
    void samples_areSpelledAsDocumented() {
        assertThat(encode("")).isEmpty();
        assertThat(encode("ff")).isEqualTo("vs");
        assertThat(encode("00000000000000000000")).isEqualTo("0000000000000000");
        assertThat(encode("0000000000000000000000")).isEqualTo("0000000000000000/00");
        assertThat(encode("61000000000000000500000000")).isEqualTo("c400000000000180/00000");
    }

    @Test
    void orderOfKeys_isOrderOfBytes() {
        Random random = new Random(1);
        for (int i = 0; i < PAIRS; i++) {
            byte[] a = bytes(random);
            byte[] b = near(a, random);
            int order = Integer.signum(Arrays.compareUnsigned(a, b));
            assertThat(Integer.signum(Keys.UTF8_ORDER.compare(encode(a), encode(b))))
                    .as(() -> hex(a) + " and " + hex(b))
                    .isEqualTo(order);
            if (a.length > 0) {
                String before = OrderedKeys.justBefore(a);
                assertThat(Keys.UTF8_ORDER.compare(before, encode(b)) < 0)
                        .as(() -> "just before " + hex(a) + " and " + hex(b))
                        .isEqualTo(order <= 0);
            }
        }
    }

    @Test
    void everyByteAfterEveryLength_keepsTheOrder() {
        for (int length = 0; length < 25; length++) {
            List<String> keys = new ArrayList<>();
            byte[] bytes = new byte[length + 1];
            keys.add(encode(Arrays.copyOf(bytes, length)));
            for (int last = 0; last < 256; last++) {
                bytes[length] = (byte) last;
                keys.add(encode(bytes));
                keys.add(encode(Arrays.copyOf(bytes, length + 2)));
            }
            assertThat(keys).isSortedAccordingTo(Keys.UTF8_ORDER).doesNotHaveDuplicates();
        }
    }

    @Test
    void decoding_givesTheBytesBack() {
        Random random = new Random(2);
        for (int length = 0; length <= OrderedKeys.MAX_BYTES; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(OrderedKeys.decode(encode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsNoKey_isNotDecoded() {
        for (String text :
                List.of("0", "w0", "V0", "v", "01", "00/0", "0000000000000000/", "000000000000000000", "é0")) {
            assertThat(OrderedKeys.decode(text)).as(text).isNull();
        }
    }

    @Test
    void longestBytes_fitWithTheirBounds_andNoMoreWould() {
        byte[] bytes = new byte[OrderedKeys.MAX_BYTES];
        Arrays.fill(bytes, (byte) -1);
        assertThat(encode(bytes)).hasSize(1022).matches("([0-9a-v]{16}/)+[0-9a-v]{1,16}");
        assertThat(OrderedKeys.justBefore(bytes)).hasSize(1023);
        assertThat(OrderedKeys.justBefore(Arrays.copyOf(bytes, bytes.length + 1)))
                .hasSizeGreaterThan(Keys.MAX_BYTES);
    }

    @Test
    void nothing_isBeforeNoBytes() {
        assertThat(OrderedKeys.justBefore(new byte[0])).isNull();
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(30)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Equal to a length, then shorter, longer, or one bit off. */
    private static byte[] near(byte[] bytes, Random random) {
        byte[] near = Arrays.copyOf(bytes, Math.max(0, bytes.length + random.nextInt(5) - 2));
        if (near.length > 0 && random.nextBoolean()) {
            near[random.nextInt(near.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return near;
    }

    private static String encode(String hex) {
        return encode(HexFormat.of().parseHex(hex));
    }

    private static String encode(byte[] bytes) {
        return OrderedKeys.encode(bytes);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
