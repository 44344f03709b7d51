package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreRejectedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading whole objects: the answer, its bytes in every form, and what is not there. */
public interface ReadContract extends StoreContract {

    @Test
    default void objectThatExists_answersItsFactsAndAllOfItsBytes() {
        var written = given(KEY, 10);
        StoredObject object = one(store().get(KEY));
        assertThat(object.info().key()).isEqualTo(KEY);
        assertThat(object.info().size()).isEqualTo(10);
        assertThat(object.info().etag()).isEqualTo(written.etag());
        assertThat(object.info().attributes()).as("attributes").isNotNull();
        assertThat(object.status()).isEqualTo(StoredObject.Status.FULL);
        assertThat(object.span()).isEqualTo(new Span(0, 10));
        assertThat(object.httpStatus()).isEqualTo(200);
        assertThat(Samples.join(all(object.body()))).isEqualTo(Samples.bytes(10));
    }

    @Test
    default void answer_tellsTheOptionsItWasAskedWith() {
        given(KEY, 10);
        ReadOptions options = ReadOptions.defaults().withChunkBytes(3).withMaxBufferedBytes(10);
        assertThat(one(store().get(KEY, options)).options()).isEqualTo(options);
    }

    @Test
    default void answer_tellsWhereItsBytesComeFrom() {
        given(KEY, 10);
        StoredObject object = one(store().get(KEY));
        assertThat(object.served().tier()).isNotEmpty();
        assertThat(object.served().stale()).isFalse();
        assertThat(object.served().age()).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    default void absentKey_getIsEmpty() {
        none(store().get(KEY));
    }

    @Test
    default void absentKey_everyQuestionIsEmpty() {
        none(store().getBytes(KEY));
        none(store().getByteArray(KEY));
        none(store().getText(KEY));
        none(store().size(KEY));
        none(store().head(KEY));
    }

    @Test
    default void absentKey_readFails() {
        ObjectNotFoundException error = failure(ObjectNotFoundException.class, store().read(KEY));
        assertThat(error).hasMessage("read a/b.bin: no such object");
    }

    @Test
    default void directoryOfAnObject_isNoObject() {
        given("a/b/c", 3);
        none(store().get("a"));
        none(store().get("a/"));
        none(store().get("a/b"));
        none(store().head("a/b"));
        none(store().head("a/b/"));
    }

    @Test
    default void keyThatContinuesAnother_isAnotherObject() {
        given("a", "short");
        none(store().get("ab"));
        none(store().get("a/b"));
        given("ab", "long");
        assertThat(textOf("a")).isEqualTo("short");
        assertThat(textOf("ab")).isEqualTo("long");
    }

    @Test
    default void bytes_areAllInOneBuffer() {
        given(KEY, 1000);
        assertThat(Samples.array(one(store().getBytes(KEY)))).isEqualTo(Samples.bytes(1000));
        StoredObject object = one(store().get(KEY));
        assertThat(Samples.array(one(object.bytes()))).isEqualTo(Samples.bytes(1000));
    }

    @Test
    default void byteArray_belongsToTheCaller() {
        given(KEY, 10);
        byte[] mine = one(store().getByteArray(KEY));
        assertThat(mine).isEqualTo(Samples.bytes(10));
        mine[0]++;
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(10));
    }

    @Test
    default void text_isDecodedAsUtf8_orAsAsked() {
        given(KEY, "Zürich, 東京, 🚀");
        assertThat(one(store().getText(KEY))).isEqualTo("Zürich, 東京, 🚀");
        assertThat(one(one(store().get(KEY)).text(StandardCharsets.ISO_8859_1))).startsWith("ZÃ¼rich");
    }

    @Test
    default void moreThanMaxBufferedBytes_isRejected_butCanBeStreamed() {
        given(KEY, 11);
        StoredObject object = one(store().get(KEY, ReadOptions.defaults().withMaxBufferedBytes(10)));
        assertThat(failure(StoreRejectedException.class, object.bytes()).retryable())
                .isFalse();
        failure(StoreRejectedException.class, object.byteArray());
        failure(StoreRejectedException.class, object.text());
        assertThat(Samples.join(all(object.body()))).isEqualTo(Samples.bytes(11));
    }

    @Test
    default void exactlyMaxBufferedBytes_areBuffered() {
        given(KEY, 10);
        StoredObject object = one(store().get(KEY, ReadOptions.defaults().withMaxBufferedBytes(10)));
        assertThat(one(object.byteArray())).hasSize(10);
    }

    @ParameterizedTest
    @EnumSource
    default void everyReadMode_answersTheObject(ReadMode mode) {
        given(KEY, "text");
        ReadOptions options = ReadOptions.defaults().withMode(mode);
        assertThat(one(one(store().get(KEY, options)).text())).isEqualTo("text");
        assertThat(one(store().head(KEY, options)).size()).isEqualTo(4);
        none(store().get("absent", options));
    }

    @Test
    default void httpHeaders_tellEtagAndLength() {
        var written = given(KEY, 10);
        var headers = new TreeMap<String, String>();
        one(store().get(KEY)).httpHeaders(headers::put);
        assertThat(headers)
                .containsEntry("ETag", '"' + written.etag() + '"')
                .containsEntry("Content-Length", "10")
                .containsKey("Last-Modified")
                .doesNotContainKey("Content-Range");
    }
}
