package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.error.RangeNotSatisfiableException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** An object of zero bytes is an object: its value is empty, not absent. */
public interface EmptyObjectContract extends StoreContract {

    @Test
    default void emptyObject_isAnObject() {
        givenEmpty();
        assertThat(one(store().exists(KEY))).isTrue();
        assertThat(one(store().size(KEY))).isZero();
        assertThat(one(store().head(KEY)).etag()).isNotEmpty();
        assertThat(one(store().list("").single()).size()).isZero();
    }

    @Test
    default void emptyObject_answersInFullWithNoBytes() {
        givenEmpty();
        StoredObject object = one(store().get(KEY));
        assertThat(object.status()).isEqualTo(StoredObject.Status.FULL);
        assertThat(object.span()).isEqualTo(new Span(0, 0));
        none(object.body());
        none(store().read(KEY));
    }

    @Test
    default void bytesOfAnEmptyObject_areAnEmptyValue() {
        givenEmpty();
        assertThat(one(store().getBytes(KEY)).remaining()).isZero();
        assertThat(one(store().getByteArray(KEY))).isEmpty();
        assertThat(one(store().getText(KEY))).isEmpty();
        StoredObject object = one(store().get(KEY, ReadOptions.defaults().withMaxBufferedBytes(0)));
        assertThat(one(object.bytes()).isReadOnly()).isTrue();
        assertThat(one(object.text())).isEmpty();
    }

    @Test
    default void bodyOfAnEmptyObject_completesWithoutDemand() {
        givenEmpty();
        StepVerifier.create(one(store().get(KEY)).body(), 0).expectComplete().verify(patience());
        StepVerifier.create(store().read(KEY), 1).expectComplete().verify(patience());
    }

    @ParameterizedTest
    @ValueSource(strings = {"from 0", "bounded from 0", "suffix"})
    default void rangeThatTouchesAnEmptyObject_isAllOfIt(String kind) {
        givenEmpty();
        ByteRange range = switch (kind) {
            case "from 0" -> ByteRange.from(0);
            case "suffix" -> ByteRange.suffix(5);
            default -> ByteRange.of(0, 10);
        };
        StoredObject object = one(store().get(KEY, ReadOptions.defaults().withRange(range)));
        assertThat(object.status()).isEqualTo(StoredObject.Status.FULL);
        assertThat(object.span()).isEqualTo(new Span(0, 0));
        none(object.body());
        assertThat(one(store().getRange(KEY, range)).remaining()).isZero();
        var headers = new TreeMap<String, String>();
        object.httpHeaders(headers::put);
        assertThat(headers).containsEntry("Content-Length", "0").doesNotContainKey("Content-Range");
    }

    @Test
    default void rangePastAnEmptyObject_isNotSatisfiable() {
        givenEmpty();
        var error = failure(RangeNotSatisfiableException.class, store().getRange(KEY, ByteRange.of(1, 2)));
        assertThat(error.size()).isZero();
        failure(RangeNotSatisfiableException.class, store().getRange(KEY, ByteRange.from(1)));
    }

    @Test
    default void severalRangesOfAnEmptyObject_areEmpty() {
        givenEmpty();
        List<RangedObject> found = all(store().getRanges(
                        KEY,
                        List.of(ByteRange.from(0), ByteRange.suffix(3), ByteRange.of(0, 9)),
                        ReadOptions.defaults()));
        assertThat(found).extracting(RangedObject::index).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(found).allSatisfy(range -> {
            assertThat(range.span()).isEqualTo(new Span(0, 0));
            assertThat(range.bytes().remaining()).isZero();
        });
        failure(
                RangeNotSatisfiableException.class,
                store().getRanges(KEY, List.of(ByteRange.from(1)), ReadOptions.defaults()));
    }

    @Test
    default void emptyObject_canBeNotModified() {
        String etag = givenEmpty().etag();
        StoredObject object = one(store().get(KEY, ReadOptions.defaults().withIfNoneMatch(etag)));
        assertThat(object.status()).isEqualTo(StoredObject.Status.NOT_MODIFIED);
    }

    @Test
    @Needs(Need.WRITES)
    default void everyKindOfEmptyContent_isWritten() {
        assertEmptyAfter(Content.empty());
        assertEmptyAfter(Content.bytes(new byte[0]));
        assertEmptyAfter(Content.text(""));
        assertEmptyAfter(Content.publisher(Flux.empty()));
        assertEmptyAfter(Content.publisher(Flux.<ByteBuffer>empty()).withLength(0));
        assertEmptyAfter(Content.publisher(Flux.just(ByteBuffer.allocate(0), ByteBuffer.allocate(0))));
    }

    @Test
    default void objectReplacedByAnEmptyOne_isEmpty() {
        given(KEY, "text");
        assertThat(textOf(KEY)).isEqualTo("text");
        replaced(KEY, "");
        assertThat(textOf(KEY)).isEmpty();
        assertThat(one(store().exists(KEY))).isTrue();
        assertThat(one(store().size(KEY))).isZero();
    }

    @Test
    default void emptyObjectReplaced_hasBytes() {
        givenEmpty();
        assertThat(textOf(KEY)).isEmpty();
        replaced(KEY, "text");
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    private ObjectInfo givenEmpty() {
        return given(KEY, Content.empty());
    }

    private void assertEmptyAfter(Content content) {
        done(store().put(KEY, Content.text("not empty")));
        assertThat(one(store().put(KEY, content)).size()).isZero();
        assertThat(one(store().getByteArray(KEY))).isEmpty();
    }
}
