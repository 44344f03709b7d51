package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9110, section 13.2.2, with an object of the etag "e" written half a second after noon. */
class ConditionsTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final ObjectInfo INFO = info(10);

    static Stream<Arguments> reads() {
        ReadOptions any = ReadOptions.defaults();
        Instant before = NOON.minusSeconds(1);
        Instant after = NOON.plusSeconds(1);
        ByteRange range = ByteRange.of(2, 5);
        return Stream.of(
                Arguments.of(any, Status.FULL),
                Arguments.of(any.withIfMatch("e"), Status.FULL),
                Arguments.of(any.withIfMatch("x", "e"), Status.FULL),
                Arguments.of(any.withIfMatch("*"), Status.FULL),
                Arguments.of(any.withIfMatch("x"), null),
                Arguments.of(any.withIfMatch("W/\"e\""), null),
                Arguments.of(any.withIfUnmodifiedSince(after), Status.FULL),
                Arguments.of(any.withIfUnmodifiedSince(NOON), Status.FULL),
                Arguments.of(any.withIfUnmodifiedSince(before), null),
                Arguments.of(any.withIfMatch("e").withIfUnmodifiedSince(before), Status.FULL),
                Arguments.of(any.withIfMatch("x").withIfUnmodifiedSince(after), null),
                Arguments.of(any.withIfNoneMatch("e"), Status.NOT_MODIFIED),
                Arguments.of(any.withIfNoneMatch("x", "e"), Status.NOT_MODIFIED),
                Arguments.of(any.withIfNoneMatch("*"), Status.NOT_MODIFIED),
                Arguments.of(any.withIfNoneMatch("x"), Status.FULL),
                Arguments.of(any.withIfModifiedSince(before), Status.FULL),
                Arguments.of(any.withIfModifiedSince(NOON), Status.NOT_MODIFIED),
                Arguments.of(any.withIfModifiedSince(after), Status.NOT_MODIFIED),
                Arguments.of(any.withIfNoneMatch("x").withIfModifiedSince(after), Status.FULL),
                Arguments.of(any.withIfNoneMatch("e").withIfModifiedSince(before), Status.NOT_MODIFIED),
                Arguments.of(any.withIfMatch("x").withIfNoneMatch("e"), null),
                Arguments.of(any.withIfMatch("e").withIfNoneMatch("e"), Status.NOT_MODIFIED),
                Arguments.of(any.withRange(range), Status.PARTIAL),
                Arguments.of(any.withRange(ByteRange.from(0)), Status.PARTIAL),
                Arguments.of(any.withRange(range).withIfNoneMatch("e"), Status.NOT_MODIFIED),
                Arguments.of(any.withRange(range).withIfRange("e"), Status.PARTIAL),
                Arguments.of(any.withRange(range).withIfRange("x"), Status.FULL),
                Arguments.of(any.withIfRange("x"), Status.FULL));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void read_isJudgedAsHttpDoes(ReadOptions options, Status expected) {
        if (expected == null) {
            assertThatThrownBy(() -> Conditions.judge("get", INFO, options))
                    .isInstanceOf(PreconditionFailedException.class)
                    .hasMessageStartingWith("get a: ");
            assertThatThrownBy(() -> Conditions.require("head", INFO, options))
                    .isInstanceOf(PreconditionFailedException.class);
        } else {
            assertThat(Conditions.judge("get", INFO, options)).isEqualTo(expected);
            Conditions.require("head", INFO, options);
        }
    }

    @Test
    void span_isWhatIsServed() {
        ReadOptions part = ReadOptions.defaults().withRange(ByteRange.of(2, 50));
        assertThat(Conditions.span("get", INFO, Status.FULL, part)).isEqualTo(new Span(0, 10));
        assertThat(Conditions.span("get", INFO, Status.PARTIAL, part)).isEqualTo(new Span(2, 10));
        assertThat(Conditions.span("get", INFO, Status.NOT_MODIFIED, part)).isEqualTo(new Span(0, 0));
        assertThat(Conditions.span("get", INFO, Status.FULL, ReadOptions.defaults()))
                .isEqualTo(new Span(0, 10));
        ReadOptions past = ReadOptions.defaults().withRange(ByteRange.of(10, 11));
        assertThatThrownBy(() -> Conditions.span("get", INFO, Status.PARTIAL, past))
                .isInstanceOf(RangeNotSatisfiableException.class)
                .hasMessage("get a: [10, 11) starts past the end of 10 bytes");
    }

    @Test
    void rangeThatStartsAnEmptyObject_isAllOfIt() {
        ObjectInfo empty = info(0);
        for (ByteRange range : new ByteRange[] {ByteRange.of(0, 1), ByteRange.from(0), ByteRange.suffix(1)}) {
            ReadOptions options = ReadOptions.defaults().withRange(range);
            Status status = Conditions.judge("get", empty, options);
            assertThat(status).isEqualTo(Status.FULL);
            assertThat(Conditions.span("get", empty, status, options)).isEqualTo(new Span(0, 0));
        }
        ReadOptions past = ReadOptions.defaults().withRange(ByteRange.from(1));
        assertThat(Conditions.judge("get", empty, past)).isEqualTo(Status.PARTIAL);
        assertThatThrownBy(() -> Conditions.span("get", empty, Status.PARTIAL, past))
                .isInstanceOf(RangeNotSatisfiableException.class);
    }

    @Test
    void write_isJudgedByWhatIsThere() {
        WriteOptions any = WriteOptions.defaults();
        Conditions.require("put", "a", null, any);
        Conditions.require("put", "a", INFO, any);
        Conditions.require("put", "a", null, any.withIfAbsent());
        Conditions.require("put", "a", INFO, any.withIfMatch("e"));
        assertThatThrownBy(() -> Conditions.require("put", "a", INFO, any.withIfAbsent()))
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessage("put a: there is an object already");
        assertThatThrownBy(() -> Conditions.require("put", "a", INFO, any.withIfMatch("x")))
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessage("put a: the etag is e, not x");
        assertThatThrownBy(() -> Conditions.require("put", "a", null, any.withIfMatch("x")))
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessage("put a: there is no object with the etag x");
    }

    @Test
    void noEtag_asksForNothing() {
        Conditions.requireEtag("delete", "a", null, null);
        Conditions.requireEtag("delete", "a", INFO, null);
        Conditions.requireEtag("delete", "a", INFO, "e");
    }

    private static ObjectInfo info(long size) {
        return new ObjectInfo("a", size, "e", null, NOON.plusMillis(500), null);
    }
}
