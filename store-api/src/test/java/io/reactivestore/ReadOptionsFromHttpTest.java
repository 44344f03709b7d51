package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110: section 14.2 (Range), 13.1 (conditions), 5.6.7 (dates), 5.6.1 (lists). */
class ReadOptionsFromHttpTest {

    private static final Instant TIME = Instant.parse("1994-11-06T08:49:37Z");

    @Test
    void noHeaders_areTheDefaults() {
        assertThat(read()).isEqualTo(ReadOptions.defaults());
        assertThatNullPointerException().isThrownBy(() -> ReadOptions.fromHttp(null));
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, '[0, 1)'",
        "bytes=0-9, '[0, 10)'",
        "bytes=5-, '[5, end)'",
        "bytes=0-, '[0, end)'",
        "bytes=-5, '[end - 5, end)'",
        "BYTES=0-9, '[0, 10)'",
        "' bytes=0-9 ', '[0, 10)'",
        "bytes = 0 - 9, '[0, 10)'",
        "bytes=000-009, '[0, 10)'",
        "bytes=0-999999999999999999, '[0, 1000000000000000000)'",
    })
    void oneRange_isRead(String header, String range) {
        assertThat(read("Range", header).range()).hasToString(range);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=0-9,20-29",
                "bytes=0-9, -5",
                "items=0-9",
                "bytes=9-0",
                "bytes=-0",
                "bytes=0-9x",
                "bytes=+1-2",
                "bytes=--5",
                "bytes=1.0-2",
                "0-9",
                "bytes=\u0661-\u0662",
            })
    void otherRange_isLeftOut(String header) {
        assertThat(read("Range", header)).isEqualTo(ReadOptions.defaults());
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=3-9223372036854775806, 3",
        "bytes=3-9223372036854775807, 3",
        "bytes=3-99999999999999999999999, 3",
        "bytes=-9223372036854775808, 0",
        "bytes=-99999999999999999999999, 0",
    })
    void numberPastEveryObject_meansTheWholeRest(String header, long start) {
        assertThat(read("Range", header).range().clip(10)).isEqualTo(new Span(start, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=9223372036854775807-", "bytes=99999999999999999999999-"})
    void startPastEveryObject_cannotBeServed(String header) {
        assertThat(read("Range", header).range().clip(10)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"a\" | a",
                "\"a\",\"b\" | a b",
                " \"a\" ,  \"b\" | a b",
                "\"a,b\" | a,b",
                "\"\" | ``",
                "* | *",
                " *  | *",
                "\"a\", ,\"b\" | a b",
                ", \"a\" | a",
                "\"a\", | a",
            })
    void listOfEtags_isRead(String header, String etags) {
        List<String> expected = Arrays.asList(etags.split(" ", -1));
        assertThat(read("If-Match", header).ifMatch()).isEqualTo(expected);
        assertThat(read("If-None-Match", header).ifNoneMatch()).isEqualTo(expected);
    }

    @Test
    void weakEtag_countsOnlyWhereTheComparisonIsWeak() {
        String header = "W/\"a\", \"b\"";
        assertThat(read("If-None-Match", header).ifNoneMatch()).containsExactly("a", "b");
        assertThat(read("If-Match", header).ifMatch()).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"a\"", "a", "\"a", "a\"", "w/\"a\"", "", ",", "*, *"})
    void ifMatchInWhichNothingCounts_isMetByNoObject(String header) {
        assertThat(read("If-Match", header).ifMatch()).hasSize(1).doesNotContain("a", "", "*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"a", "a\"", "w/\"a\"", "", ","})
    void ifNoneMatchInWhichNothingCounts_isMetByEveryObject(String header) {
        assertThat(read("If-None-Match", header, "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")
                        .ifNoneMatch())
                .as("must stay set, since it puts If-Modified-Since out of force")
                .hasSize(1)
                .doesNotContain("a", "", "*");
    }

    @Test
    void fieldThatCameSeveralTimes_isOneList() {
        assertThat(read("If-Match", "\"a\"", "If-Match", "\"b\", \"c\"").ifMatch())
                .containsExactly("a", "b", "c");
        assertThat(read("Range", "bytes=0-1", "Range", "bytes=3-4").range()).isNull();
        assertThat(ReadOptions.fromHttp(name -> List.of())).isEqualTo(ReadOptions.defaults());
        assertThat(ReadOptions.fromHttp(name -> null)).isEqualTo(ReadOptions.defaults());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                " Sun, 06 Nov 1994 08:49:37 GMT ",
            })
    void dateInEachFormOfHttp_isRead(String header) {
        assertThat(read("If-Modified-Since", header).ifModifiedSince()).isEqualTo(TIME);
        assertThat(read("If-Unmodified-Since", header).ifUnmodifiedSince()).isEqualTo(TIME);
    }

    @Test
    void asctimeDateWithTwoDigits_isRead() {
        assertThat(read("If-Modified-Since", "Wed Nov 16 08:49:37 1994").ifModifiedSince())
                .isEqualTo("1994-11-16T08:49:37Z");
    }

    @Test
    void yearOfTwoDigits_isOneOf1970To2069() {
        assertThat(read("If-Modified-Since", "Friday, 01-Jan-10 00:00:00 GMT").ifModifiedSince())
                .isEqualTo("2010-01-01T00:00:00Z");
        assertThat(read("If-Modified-Since", "Friday, 31-Dec-99 00:00:00 GMT").ifModifiedSince())
                .isEqualTo("1999-12-31T00:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "now",
                "1994-11-06T08:49:37Z",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 25:49:37 GMT",
                "Sun, 06 Nov 1994",
                "Sunday, 06-Nov-94 08:49:37",
            })
    void malformedDate_isLeftOut(String header) {
        assertThat(read("If-Modified-Since", header)).isEqualTo(ReadOptions.defaults());
        assertThat(read("If-Unmodified-Since", header)).isEqualTo(ReadOptions.defaults());
    }

    @Test
    void ifRangeWithAStrongEtag_isRead() {
        ReadOptions options = read("Range", "bytes=0-9", "If-Range", "\"a\"");
        assertThat(options.range()).isEqualTo(ByteRange.of(0, 10));
        assertThat(options.ifRange()).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT", "\"a\", \"b\"", "*", "a", ""})
    void ifRangeThatProvesNothing_asksForTheWholeObject(String ifRange) {
        assertThat(read("Range", "bytes=0-9", "If-Range", ifRange)).isEqualTo(ReadOptions.defaults());
    }

    @Test
    void ifRangeWithoutARange_saysNothing() {
        assertThat(read("If-Range", "\"a\"")).isEqualTo(ReadOptions.defaults());
        assertThat(read("Range", "bytes=0-1,3-4", "If-Range", "\"a\"")).isEqualTo(ReadOptions.defaults());
    }

    @Test
    void all_areReadTogether() {
        assertThat(read(
                        "Range", "bytes=5-",
                        "If-Match", "\"a\"",
                        "If-None-Match", "\"b\"",
                        "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT",
                        "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"))
                .isEqualTo(ReadOptions.defaults()
                        .withRange(ByteRange.from(5))
                        .withIfMatch("a")
                        .withIfNoneMatch("b")
                        .withIfModifiedSince(TIME)
                        .withIfUnmodifiedSince(TIME));
    }

    private static ReadOptions read(String... headers) {
        Map<String, List<String>> map = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            map.computeIfAbsent(headers[i], name -> new ArrayList<>()).add(headers[i + 1]);
        }
        return ReadOptions.fromHttp(map::get);
    }
}
