package io.reactivestore.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadKeyTest {

    /** The official test vectors of BLAKE3: the input counts up to 250 and begins again. */
    @ParameterizedTest
    @CsvSource({
        "0, af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "1, 2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        "1023, 10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
        "1024, 42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        "1025, d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        "2048, e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
        "102400, bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"
    })
    void input_hasTheOfficialHash(int length, String hash, @TempDir Path directory) throws Exception {
        byte[] input = new byte[length];
        for (int i = 0; i < length; i++) {
            input[i] = (byte) (i % 251);
        }
        assertThat(PayloadKey.of(input)).hasToString(hash);
        assertThat(Blake3Hash.of(Files.write(directory.resolve("file"), input))).isEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not-hex",
                "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f326",
                "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f32620",
                "AF1349B9F5F9A1A6A0404DEA36DCC9499BCB25C9ADC112B7CC9A93CAE41F3262"
            })
    void malformedKey_isRefusedWithItsText(String hex) {
        assertThatThrownBy(() -> new PayloadKey(hex))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("payload key: need 64 lower-case hex digits, was \"" + hex + "\"");
    }

    @Test
    void keys_areInTheOrderOfTheirDigits() {
        PayloadKey low = new PayloadKey("0".repeat(64));
        PayloadKey high = new PayloadKey("f".repeat(64));
        assertThat(low).isLessThan(high).isEqualByComparingTo(new PayloadKey("0".repeat(64)));
    }
}
