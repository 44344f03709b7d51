package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3MetadataTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "plain text", "a=b; c", "100%", "a=?b"})
    void plainAscii_goesAsItIs(String value) {
        assertThat(S3Metadata.encode(value))
                .satisfiesAnyOf(
                        encoded -> assertThat(encoded).isEqualTo(value),
                        encoded -> assertThat(value).contains("=?"));
        assertThat(S3Metadata.decode(S3Metadata.encode(value))).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", " a", "a ", "a  b", "Zürich", "🚀", "=?UTF-8?B?aGk=?=", "x =?utf-8?q?x?= y", "\u00a0"})
    void everythingElse_isEncodedInAscii_andComesBack(String value) {
        assertThat(S3Metadata.encode(value)).matches("=\\?UTF-8\\?B\\?[A-Za-z0-9+/=]*\\?=");
        assertThat(S3Metadata.decode(S3Metadata.encode(value))).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "=?UTF-8?Q?Z=C3=BCrich_1?=, Zürich 1",
        "=?iso-8859-1?q?Z=FCrich?=, Zürich",
        "=?UTF-8?B?Zm9v?= =?UTF-8?B?YmFy?=, foobar",
        "a =?UTF-8?B?Zm9v?= b, a foo b",
        "=?no-such-charset?B?Zm9v?=, =?no-such-charset?B?Zm9v?=",
        "=?UTF-8?B?%%%?=, =?UTF-8?B?%%%?=",
        "=?UTF-8?Q?=ZZ?=, =?UTF-8?Q?=ZZ?="
    })
    void wordsOfOthers_areDecoded_malformedOnesLeft(String received, String value) {
        assertThat(S3Metadata.decode(received)).isEqualTo(value);
    }

    @Test
    void names_areInLowerCase_andTheTokenIsNotShown() {
        assertThat(S3Metadata.decode(Map.of("Foo", "x", "rs-write", "t", "RS-Write", "t")))
                .isEqualTo(Map.of("foo", "x"));
    }

    @Test
    void controlCharacters_becomeSpaces() {
        assertThat(S3Metadata.decode(Map.of("a", "x\ty", "b", "=?UTF-8?Q?x=0Ay?=")))
                .isEqualTo(Map.of("a", "x y", "b", "x y"));
    }
}
