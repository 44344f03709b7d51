package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyHashTest {

    /** The test vectors of SipHash-2-4: the key is 00 01 .. 0f, the input 00 01 .. of growing length. */
    @Test
    void inputsOfTheReference_giveItsOutputs() {
        KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        byte[] input = new byte[64];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) i;
        }
        assertThat(hash.of(input, 0, 0)).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(hash.of(input, 0, 1)).isEqualTo(0x74f839c593dc67fdL);
        assertThat(hash.of(input, 0, 8)).isEqualTo(0x93f5f5799a932462L);
        assertThat(hash.of(input, 0, 15)).isEqualTo(0xa129ca6149be45e5L);
    }

    @Test
    void offset_andText_giveTheSameHash() {
        KeyHash hash = new KeyHash(1, 2);
        byte[] bytes = "xxsome/key-ä".getBytes(StandardCharsets.UTF_8);
        assertThat(hash.of(bytes, 2, bytes.length - 2)).isEqualTo(hash.of("some/key-ä"));
        assertThat(hash.of("some/key-ä")).isNotEqualTo(new KeyHash(1, 3).of("some/key-ä"));
    }

    @Test
    void keysThatFollowEachOther_differ() {
        KeyHash hash = new KeyHash(1, 2);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            seen.add(hash.of("key-" + i));
        }
        assertThat(seen).hasSize(100_000);
    }
}
