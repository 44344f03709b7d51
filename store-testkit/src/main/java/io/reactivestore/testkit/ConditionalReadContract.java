package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.error.PreconditionFailedException;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Reads under conditions: judged as HTTP does, with "not modified" an answer and a failed precondition an error. */
public interface ConditionalReadContract extends StoreContract {

    @Test
    default void ifMatchOfTheEtag_answers() {
        String etag = given(KEY, 10).etag();
        assertStatus(Status.FULL, ReadOptions.defaults().withIfMatch(etag));
    }

    @Test
    default void ifMatchOfAnotherEtag_fails() {
        given(KEY, 10);
        assertFails(ReadOptions.defaults().withIfMatch("another"));
    }

    @Test
    default void ifMatchOfSeveralEtags_answersIfOneIsRight() {
        String etag = given(KEY, 10).etag();
        assertStatus(Status.FULL, ReadOptions.defaults().withIfMatch("another", etag));
        assertFails(ReadOptions.defaults().withIfMatch("another", "yet-another"));
    }

    @Test
    default void ifMatchOfAny_answers() {
        given(KEY, 10);
        assertStatus(Status.FULL, ReadOptions.defaults().withIfMatch(ReadOptions.ANY));
    }

    @Test
    default void ifNoneMatchOfTheEtag_isNotModified() {
        String etag = given(KEY, 10).etag();
        assertNotModified(ReadOptions.defaults().withIfNoneMatch(etag), etag);
    }

    @Test
    default void ifNoneMatchOfAnotherEtag_answers() {
        given(KEY, 10);
        assertStatus(Status.FULL, ReadOptions.defaults().withIfNoneMatch("another"));
    }

    @Test
    default void ifNoneMatchOfSeveralEtags_isNotModifiedIfOneIsRight() {
        String etag = given(KEY, 10).etag();
        assertNotModified(ReadOptions.defaults().withIfNoneMatch("another", etag), etag);
        assertStatus(Status.FULL, ReadOptions.defaults().withIfNoneMatch("another", "yet-another"));
    }

    @Test
    default void ifNoneMatchOfAny_isNotModified() {
        String etag = given(KEY, 10).etag();
        assertNotModified(ReadOptions.defaults().withIfNoneMatch(ReadOptions.ANY), etag);
    }

    @Test
    default void ifModifiedSinceBefore_answers() {
        ObjectInfo info = givenObject();
        assertStatus(Status.FULL, ReadOptions.defaults().withIfModifiedSince(before(info)));
    }

    @Test
    default void ifModifiedSinceThatSecond_isNotModified() {
        ObjectInfo info = givenObject();
        assertNotModified(ReadOptions.defaults().withIfModifiedSince(info.lastModified()), info.etag());
    }

    @Test
    default void ifUnmodifiedSinceBefore_fails() {
        ObjectInfo info = givenObject();
        assertFails(ReadOptions.defaults().withIfUnmodifiedSince(before(info)));
    }

    @Test
    default void ifUnmodifiedSinceThatSecondOrLater_answers() {
        ObjectInfo info = givenObject();
        assertStatus(Status.FULL, ReadOptions.defaults().withIfUnmodifiedSince(info.lastModified()));
        assertStatus(Status.FULL, ReadOptions.defaults().withIfUnmodifiedSince(after(info)));
    }

    @Test
    default void ifMatch_goesBeforeIfUnmodifiedSince() {
        ObjectInfo info = givenObject();
        ReadOptions options = ReadOptions.defaults().withIfUnmodifiedSince(before(info));
        assertStatus(Status.FULL, options.withIfMatch(info.etag()));
        assertFails(ReadOptions.defaults().withIfUnmodifiedSince(after(info)).withIfMatch("another"));
    }

    @Test
    default void ifNoneMatch_goesBeforeIfModifiedSince() {
        ObjectInfo info = givenObject();
        ReadOptions options = ReadOptions.defaults().withIfNoneMatch("another");
        assertStatus(Status.FULL, options.withIfModifiedSince(info.lastModified()));
        ReadOptions unchanged = ReadOptions.defaults().withIfNoneMatch(info.etag());
        assertNotModified(unchanged.withIfModifiedSince(before(info)), info.etag());
    }

    @Test
    default void failedPrecondition_goesBeforeNotModified() {
        ObjectInfo info = givenObject();
        assertFails(ReadOptions.defaults().withIfMatch("another").withIfNoneMatch(info.etag()));
    }

    @Test
    default void conditionsOnAnAbsentObject_areEmpty() {
        none(store().get(KEY, ReadOptions.defaults().withIfMatch("etag")));
        none(store().get(KEY, ReadOptions.defaults().withIfNoneMatch("etag")));
        none(store().get(KEY, ReadOptions.defaults().withIfModifiedSince(Instant.EPOCH)));
        none(store().head(KEY, ReadOptions.defaults().withIfMatch("etag")));
    }

    @Test
    default void conditionThatHolds_stillServesTheRange() {
        String etag = given(KEY, 10).etag();
        ReadOptions options = ReadOptions.defaults().withIfMatch(etag).withRange(ByteRange.of(2, 4));
        assertThat(one(one(store().get(KEY, options)).byteArray())).hasSize(2);
    }

    @Test
    default void notModified_goesBeforeTheRange() {
        String etag = given(KEY, 10).etag();
        ReadOptions options = ReadOptions.defaults().withIfNoneMatch(etag);
        assertNotModified(options.withRange(ByteRange.of(2, 4)), etag);
    }

    @Test
    default void ifRangeOfTheEtag_servesTheRange() {
        String etag = given(KEY, 10).etag();
        ReadOptions options =
                ReadOptions.defaults().withRange(ByteRange.of(2, 4)).withIfRange(etag);
        assertStatus(Status.PARTIAL, options);
    }

    @Test
    default void ifRangeOfAnotherEtag_servesTheWhole() {
        given(KEY, 10);
        ReadOptions options =
                ReadOptions.defaults().withRange(ByteRange.of(2, 4)).withIfRange("another");
        assertStatus(Status.FULL, options);
        assertThat(one(one(store().get(KEY, options)).byteArray())).isEqualTo(Samples.bytes(10));
        assertStatus(Status.FULL, options.withRange(ByteRange.from(100)));
    }

    @Test
    default void headWithTheRightConditions_answers() {
        ObjectInfo info = givenObject();
        ReadOptions options = ReadOptions.defaults();
        assertThat(one(store().head(KEY, options.withIfMatch(info.etag()))).etag())
                .isEqualTo(info.etag());
        assertThat(one(store().head(KEY, options.withIfUnmodifiedSince(after(info)))))
                .isEqualTo(info);
    }

    @Test
    default void headWithAFailedPrecondition_fails() {
        ObjectInfo info = givenObject();
        ReadOptions options = ReadOptions.defaults();
        failure(PreconditionFailedException.class, store().head(KEY, options.withIfMatch("another")));
        failure(PreconditionFailedException.class, store().head(KEY, options.withIfUnmodifiedSince(before(info))));
    }

    @Test
    default void headOfWhatTheCallerHas_answersAllTheSame() {
        ObjectInfo info = givenObject();
        ReadOptions options = ReadOptions.defaults().withIfNoneMatch(info.etag());
        assertThat(one(store().head(KEY, options))).isEqualTo(info);
    }

    @Test
    default void readWithAFailedPrecondition_fails() {
        given(KEY, 10);
        failure(
                PreconditionFailedException.class,
                store().read(KEY, ReadOptions.defaults().withIfMatch("another")));
    }

    @Test
    default void readThatMayAnswerNotModified_isRefusedAtTheCall() {
        ReadOptions options = ReadOptions.defaults().withIfNoneMatch("etag");
        assertThatThrownBy(() -> store().read(KEY, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("read: ");
        ReadOptions other = ReadOptions.defaults().withRange(ByteRange.from(1)).withIfRange("etag");
        assertThatThrownBy(() -> store().read(KEY, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("read: ");
    }

    @Test
    default void etagOfTheOldBytes_failsAfterAReplacement() {
        String old = given(KEY, "old").etag();
        one(store().get(KEY, ReadOptions.defaults().withIfMatch(old)));
        String etag = replaced(KEY, "new").etag();
        assertThat(etag).isNotEqualTo(old);
        assertFails(ReadOptions.defaults().withIfMatch(old));
        assertStatus(Status.FULL, ReadOptions.defaults().withIfNoneMatch(old));
        assertNotModified(ReadOptions.defaults().withIfNoneMatch(etag), etag);
    }

    private ObjectInfo givenObject() {
        given(KEY, 10);
        return one(store().head(KEY));
    }

    private static Instant before(ObjectInfo info) {
        return info.lastModified().minus(Duration.ofSeconds(10));
    }

    private static Instant after(ObjectInfo info) {
        return info.lastModified().plus(Duration.ofSeconds(10));
    }

    private void assertStatus(Status status, ReadOptions options) {
        assertThat(one(store().get(KEY, options)).status()).as("%s", options).isEqualTo(status);
    }

    private void assertFails(ReadOptions options) {
        var error = failure(PreconditionFailedException.class, store().get(KEY, options));
        assertThat(error.retryable()).isFalse();
    }

    private void assertNotModified(ReadOptions options, String etag) {
        StoredObject object = one(store().get(KEY, options));
        assertThat(object.status()).as("%s", options).isEqualTo(Status.NOT_MODIFIED);
        assertThat(object.httpStatus()).isEqualTo(304);
        assertThat(object.info().key()).isEqualTo(KEY);
        assertThat(object.info().etag()).isEqualTo(etag);
        assertThat(object.span().length()).isZero();
        none(object.body());
        none(object.byteArray());
        none(object.text());
        var headers = new TreeMap<String, String>();
        object.httpHeaders(headers::put);
        assertThat(headers).containsEntry("ETag", '"' + etag + '"').doesNotContainKey("Content-Length");
    }
}
