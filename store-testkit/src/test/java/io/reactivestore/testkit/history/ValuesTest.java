package io.reactivestore.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.testkit.history.Values.Observed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ValuesTest {

    @Test
    void whole_tellsItsWrite() {
        for (int bytes = Values.MIN_BYTES; bytes < 200; bytes++) {
            assertThat(Values.observe(ByteBuffer.wrap(Values.bytes(bytes * 7L, bytes))))
                    .isEqualTo(new Observed(bytes * 7L, bytes, null));
        }
        assertThatThrownBy(() -> Values.bytes(1, Values.MIN_BYTES - 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyPartThatHoldsACell_tellsItsWrite() {
        byte[] whole = Values.bytes(9, 150);
        for (int from = 0; from < 150; from++) {
            for (int to = from + 1; to <= 150; to++) {
                ByteBuffer part = ByteBuffer.wrap(whole, from, to - from);
                Observed observed = Values.observe(part, from);
                boolean tells = Values.tells(from, to - from);
                assertThat(observed.number()).isEqualTo(tells ? 9 : 0);
                assertThat(observed.damage() == null).isEqualTo(tells);
                assertThat(tells || to - from < Values.MIN_RANGE_BYTES).isTrue();
                assertThat(part.position()).isEqualTo(from);
            }
        }
    }

    @Test
    void anyFlippedBit_shows() {
        byte[] whole = Values.bytes(9, 100);
        for (int bit = 0; bit < 800; bit++) {
            byte[] wrong = whole.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Values.observe(ByteBuffer.wrap(wrong)).damage()).isNotNull();
        }
    }

    @Test
    void anyMixOfTwoWrites_shows() {
        byte[] first = Values.bytes(1, 120);
        byte[] second = Values.bytes(2, 120);
        for (int at = 1; at < 120; at++) {
            byte[] torn = first.clone();
            System.arraycopy(second, at, torn, at, 120 - at);
            boolean same = Arrays.equals(torn, first) || Arrays.equals(torn, second);
            assertThat(Values.observe(ByteBuffer.wrap(torn)).damage() == null).isEqualTo(same);
        }
        byte[] torn = first.clone();
        System.arraycopy(second, 48, torn, 48, 72);
        assertThat(Values.observe(ByteBuffer.wrap(torn)).damage())
                .isEqualTo("byte 55 is not that of #1: 120 bytes at 0 with cells of [#1, #2]");
    }

    @Test
    void truncatedOrShiftedWhole_shows() {
        byte[] whole = Values.bytes(3, 120);
        for (int bytes = 0; bytes < 120; bytes++) {
            assertThat(Values.observe(ByteBuffer.wrap(whole, 0, bytes)).damage())
                    .isNotNull();
        }
        assertThat(Values.observe(ByteBuffer.wrap(whole, 24, 96), 0).damage()).isNotNull();
        assertThat(Values.observe(ByteBuffer.wrap(whole, 0, 96)).damage()).isEqualTo("96 of the 120 bytes of #3");
    }
}
