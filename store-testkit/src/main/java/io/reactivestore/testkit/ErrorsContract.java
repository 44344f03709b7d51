package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Errors tell the operation, the caller's own key, and the reason, in the message and one by one. */
public interface ErrorsContract extends StoreContract {

    @Test
    default void notFound_isTold() {
        StoreException error = told(ObjectNotFoundException.class, store().read(KEY), "read", KEY);
        assertThat(error.reason()).isEqualTo("no such object");
        List<ByteRange> ranges = List.of(ByteRange.of(0, 1));
        told(ObjectNotFoundException.class, store().getRanges(KEY, ranges, ReadOptions.defaults()), "getRanges", KEY);
    }

    @Test
    @Needs(Need.WRITES)
    default void notFoundSourceOfACopy_isTold() {
        told(ObjectNotFoundException.class, store().copy(KEY, "copy"), "copy", KEY);
    }

    @Test
    default void rangeThatCannotBeSatisfied_isToldWithTheSize() {
        given(KEY, 10);
        ReadOptions options = ReadOptions.defaults().withRange(ByteRange.of(10, 20));
        Mono<byte[]> bytes = store().get(KEY, options).flatMap(StoredObject::byteArray);
        StoreException error = told(RangeNotSatisfiableException.class, bytes, "get", KEY);
        assertThat(error.reason()).contains("[10, 20)").contains("10 bytes");
        told(
                RangeNotSatisfiableException.class,
                store().getRanges(KEY, List.of(ByteRange.from(10)), ReadOptions.defaults()),
                "getRanges",
                KEY);
    }

    @Test
    default void failedConditionOfARead_isTold() {
        given(KEY, 10);
        ReadOptions options = ReadOptions.defaults().withIfMatch("another");
        told(PreconditionFailedException.class, store().get(KEY, options), "get", KEY);
        told(PreconditionFailedException.class, store().head(KEY, options), "head", KEY);
        List<ByteRange> ranges = List.of(ByteRange.of(0, 1));
        told(PreconditionFailedException.class, store().getRanges(KEY, ranges, options), "getRanges", KEY);
    }

    @Test
    @Needs({Need.WRITES, Need.CONDITIONAL_PUT})
    default void failedConditionOfAPut_isTold() {
        given(KEY, 10);
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        told(PreconditionFailedException.class, store().put(KEY, Content.text("new"), ifAbsent), "put", KEY);
        WriteOptions ifMatch = WriteOptions.defaults().withIfMatch("another");
        told(PreconditionFailedException.class, store().put(KEY, Content.text("new"), ifMatch), "put", KEY);
    }

    @Test
    @Needs({Need.DELETES, Need.CONDITIONAL_DELETE})
    default void failedConditionOfADelete_isTold() {
        given(KEY, 10);
        DeleteOptions ifMatch = DeleteOptions.defaults().withIfMatch("another");
        told(PreconditionFailedException.class, store().delete(KEY, ifMatch), "delete", KEY);
    }

    @Test
    @Needs({Need.WRITES, Need.CONDITIONAL_COPY})
    default void failedConditionOfACopy_isToldOfItsTarget() {
        given(KEY, 10);
        given("copy", 10);
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        told(PreconditionFailedException.class, store().copy(KEY, "copy", ifAbsent), "copy", "copy");
    }

    @Test
    default void tooManyBytesToBuffer_areToldWithTheNumbers() {
        given(KEY, 10);
        Mono<byte[]> bytes =
                store().get(KEY, ReadOptions.defaults().withMaxBufferedBytes(9)).flatMap(StoredObject::byteArray);
        StoreException error = told(StoreRejectedException.class, bytes, "get", KEY);
        assertThat(error.reason()).contains("10 bytes").contains("9");
    }

    @Test
    @Needs(Need.WRITES)
    default void contentOfTheWrongLength_isToldWithTheNumbers() {
        Flux<ByteBuffer> bytes = Flux.just(ByteBuffer.wrap(Samples.bytes(10)));
        StoreException error = told(
                StoreCorruptException.class,
                store().put(KEY, Content.publisher(bytes).withLength(11)),
                "put",
                KEY);
        assertThat(error.reason()).contains("10").contains("11");
        assertThat(error.retryable()).isFalse();
    }

    @Test
    default void closedStore_isTold() {
        done(store().close());
        told(StoreClosedException.class, store().get(KEY), "get", KEY);
        told(StoreClosedException.class, store().head(KEY), "head", KEY);
        told(StoreClosedException.class, store().list("a/"), "list", "a/");
    }

    @Test
    default void errorOfAnOddKey_tellsTheKeyAsItIs() {
        told(ObjectNotFoundException.class, store().read("ü/%41 \uD83D\uDE80"), "read", "ü/%41 \uD83D\uDE80");
    }

    /** Checks that it fails so, and that the message is made of the operation, the key, and the reason. */
    private StoreException told(
            Class<? extends StoreException> type, Publisher<?> publisher, String operation, String key) {
        StoreException error = failure(type, publisher);
        assertThat(error.operation()).isEqualTo(operation);
        assertThat(error.key()).isEqualTo(key);
        assertThat(error.reason()).isNotBlank();
        assertThat(error).hasMessage(operation + " " + key + ": " + error.reason());
        assertThat(error.retryable()).isFalse();
        return error;
    }
}
