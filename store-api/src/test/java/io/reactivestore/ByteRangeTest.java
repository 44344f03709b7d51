package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        // start, end, size, served
        "0, 1, 1, '[0, 1)'",
        "0, 10, 10, '[0, 10)'",
        "0, 11, 10, '[0, 10)'",
        "3, 5, 10, '[3, 5)'",
        "9, 10, 10, '[9, 10)'",
        "9, 9223372036854775807, 10, '[9, 10)'",
        "10, 11, 10, ",
        "11, 12, 10, ",
        "0, 1, 0, '[0, 0)'",
        "1, 2, 0, ",
        "9223372036854775806, 9223372036854775807, 9223372036854775807, '[9223372036854775806, 9223372036854775807)'",
    })
    void bounded_isClippedToTheObject(long start, long end, long size, String served) {
        assertThat(ByteRange.of(start, end).clip(size)).isEqualTo(parse(served));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, '[0, 10)'",
        "9, 10, '[9, 10)'",
        "10, 10, ",
        "11, 10, ",
        "0, 0, '[0, 0)'",
        "1, 0, ",
        "9223372036854775807, 10, ",
    })
    void from_isClippedToTheObject(long start, long size, String served) {
        assertThat(ByteRange.from(start).clip(size)).isEqualTo(parse(served));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 10, '[9, 10)'",
        "10, 10, '[0, 10)'",
        "11, 10, '[0, 10)'",
        "9223372036854775807, 10, '[0, 10)'",
        "1, 0, '[0, 0)'",
    })
    void suffix_isClippedToTheObject(long length, long size, String served) {
        assertThat(ByteRange.suffix(length).clip(size)).isEqualTo(parse(served));
    }

    @Test
    void emptyOrNegativeRange_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteRange.of(5, 5))
                .withMessage("range: need 0 <= start < end, was [5, 5)");
        assertThatIllegalArgumentException().isThrownBy(() -> ByteRange.of(5, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> ByteRange.of(-1, 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteRange.from(-1))
                .withMessage("range: need 0 <= start, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteRange.suffix(0))
                .withMessage("range: need a suffix of at least 1 byte, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> ByteRange.suffix(Long.MIN_VALUE));
    }

    @Test
    void range_isToldAsHttpDoes() {
        assertThat(ByteRange.of(0, 10).toHttp()).isEqualTo("bytes=0-9");
        assertThat(ByteRange.from(10).toHttp()).isEqualTo("bytes=10-");
        assertThat(ByteRange.suffix(5).toHttp()).isEqualTo("bytes=-5");
    }

    @Test
    void range_isPrintedHalfOpen() {
        assertThat(ByteRange.of(0, 10)).hasToString("[0, 10)");
        assertThat(ByteRange.from(10)).hasToString("[10, end)");
        assertThat(ByteRange.suffix(5)).hasToString("[end - 5, end)");
    }

    @Test
    void span_knowsItsLengthAndWhetherItIsAll() {
        Span span = new Span(2, 5);
        assertThat(span.length()).isEqualTo(3);
        assertThat(span.isAllOf(5)).isFalse();
        assertThat(new Span(0, 5).isAllOf(5)).isTrue();
        assertThat(new Span(0, 4).isAllOf(5)).isFalse();
        assertThat(new Span(0, 0).isAllOf(0)).isTrue();
        assertThat(span).hasToString("[2, 5)");
        assertThatIllegalArgumentException().isThrownBy(() -> new Span(5, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Span(-1, 2));
    }

    private static Span parse(String span) {
        if (span == null) {
            return null;
        }
        String[] bounds = span.substring(1, span.length() - 1).split(", ", -1);
        return new Span(Long.parseLong(bounds[0]), Long.parseLong(bounds[1]));
    }
}
