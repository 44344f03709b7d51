package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.error.RangeNotSatisfiableException;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reading one range of an object: every range gives what slicing the bytes gives. */
public interface RangeContract extends StoreContract {

    @Test
    default void boundedRange_answersJustTheseBytes() {
        given(KEY, 10);
        StoredObject object = one(store().get(KEY, ranged(ByteRange.of(2, 5))));
        assertThat(object.status()).isEqualTo(StoredObject.Status.PARTIAL);
        assertThat(object.httpStatus()).isEqualTo(206);
        assertThat(object.span()).isEqualTo(new Span(2, 5));
        assertThat(object.info().size()).as("size of the whole object").isEqualTo(10);
        assertThat(one(object.byteArray())).isEqualTo(Arrays.copyOfRange(Samples.bytes(10), 2, 5));
        assertThat(Samples.join(all(object.body()))).isEqualTo(Arrays.copyOfRange(Samples.bytes(10), 2, 5));
    }

    @Test
    default void endPastTheObject_isClipped() {
        assertServed(ByteRange.of(7, 1000), new Span(7, 10));
    }

    @Test
    default void endAtTheObjectsEnd_isTheRest() {
        assertServed(ByteRange.of(7, 10), new Span(7, 10));
    }

    @Test
    default void hugeEnd_isClipped() {
        assertServed(ByteRange.of(9, Long.MAX_VALUE), new Span(9, 10));
    }

    @Test
    default void openRange_goesToTheEnd() {
        assertServed(ByteRange.from(4), new Span(4, 10));
    }

    @Test
    default void suffix_isTheLastBytes() {
        assertServed(ByteRange.suffix(3), new Span(7, 10));
    }

    @Test
    default void suffixLongerThanTheObject_isAllOfIt() {
        assertServed(ByteRange.suffix(1000), new Span(0, 10));
    }

    @Test
    default void rangeOfAllBytes_isStillPartial() {
        assertServed(ByteRange.of(0, 10), new Span(0, 10));
        assertServed(ByteRange.from(0), new Span(0, 10));
    }

    @Test
    default void firstAndLastByte_canBeReadAlone() {
        assertServed(ByteRange.of(0, 1), new Span(0, 1));
        assertServed(ByteRange.of(9, 10), new Span(9, 10));
    }

    @Test
    default void startAtTheEnd_isNotSatisfiable() {
        assertNotSatisfiable(ByteRange.from(10));
        assertNotSatisfiable(ByteRange.of(10, 11));
    }

    @Test
    default void startPastTheEnd_isNotSatisfiable() {
        assertNotSatisfiable(ByteRange.of(11, 20));
        assertNotSatisfiable(ByteRange.from(Long.MAX_VALUE - 1));
    }

    @Test
    default void rangeOfAnAbsentObject_isEmpty() {
        none(store().get(KEY, ranged(ByteRange.of(0, 1))));
        none(store().get(KEY, ranged(ByteRange.suffix(1))));
        none(store().getRange(KEY, ByteRange.from(100)));
    }

    @Test
    default void getRange_answersTheBytes() {
        given(KEY, 10);
        assertThat(Samples.array(one(store().getRange(KEY, ByteRange.of(1, 4)))))
                .isEqualTo(Arrays.copyOfRange(Samples.bytes(10), 1, 4));
    }

    @Test
    default void read_takesARange() {
        given(KEY, 10);
        assertThat(Samples.join(all(store().read(KEY, ranged(ByteRange.suffix(4))))))
                .isEqualTo(Arrays.copyOfRange(Samples.bytes(10), 6, 10));
        failure(RangeNotSatisfiableException.class, store().read(KEY, ranged(ByteRange.from(10))));
    }

    @Test
    default void maxBufferedBytes_countsTheRange_notTheObject() {
        given(KEY, 100);
        ReadOptions options = ranged(ByteRange.of(50, 60)).withMaxBufferedBytes(10);
        assertThat(one(one(store().get(KEY, options)).byteArray())).hasSize(10);
    }

    @Test
    default void httpHeadersOfARange_tellWhichBytesTheseAre() {
        given(KEY, 10);
        var headers = new TreeMap<String, String>();
        one(store().get(KEY, ranged(ByteRange.of(2, 5)))).httpHeaders(headers::put);
        assertThat(headers).containsEntry("Content-Range", "bytes 2-4/10").containsEntry("Content-Length", "3");
    }

    @Test
    default void afterARange_theWholeObjectIsStillWhole() {
        given(KEY, 10);
        one(store().getRange(KEY, ByteRange.of(2, 5)));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(10));
        assertThat(Samples.array(one(store().getRange(KEY, ByteRange.of(4, 7)))))
                .isEqualTo(Arrays.copyOfRange(Samples.bytes(10), 4, 7));
    }

    @Test
    default void afterAReplacement_rangesAreOfTheNewBytes() {
        given(KEY, "0123456789");
        one(store().getRange(KEY, ByteRange.of(2, 5)));
        one(store().getBytes(KEY));
        replaced(KEY, "abcdefghij");
        assertThat(Samples.text(one(store().getRange(KEY, ByteRange.of(2, 5))))).isEqualTo("cde");
    }

    @Test
    default void randomRanges_giveWhatSlicingGives() {
        Samples.seeded(random -> {
            byte[] whole = Samples.bytes(1 + random.nextInt(3000));
            given(KEY, whole.length);
            done(Flux.range(0, randomCases())
                    .map(i -> range(random, whole.length))
                    .concatMap(range -> slice(range, 1 + random.nextInt(700))
                            .doOnNext(found -> assertThat(found)
                                    .as("%s of %d", range, whole.length)
                                    .isEqualTo(Samples.slice(whole, range)))));
        });
    }

    /** The bytes in hexadecimal, or that there are none to be had. */
    private Mono<String> slice(ByteRange range, int firstPartBytes) {
        ReadOptions options = ranged(range).withChunkBytes(256).withFirstPartBytes(firstPartBytes);
        return store().read(KEY, options)
                .collectList()
                .map(buffers -> Samples.hex(Samples.join(buffers)))
                .onErrorReturn(RangeNotSatisfiableException.class, Samples.NOT_SATISFIABLE);
    }

    private void assertServed(ByteRange range, Span expected) {
        given(KEY, 10);
        StoredObject object = one(store().get(KEY, ranged(range)));
        assertThat(object.span()).isEqualTo(expected);
        assertThat(object.status()).isEqualTo(StoredObject.Status.PARTIAL);
        assertThat(one(object.byteArray()))
                .isEqualTo(Arrays.copyOfRange(Samples.bytes(10), (int) expected.start(), (int) expected.end()));
    }

    private void assertNotSatisfiable(ByteRange range) {
        given(KEY, 10);
        var error = failure(
                RangeNotSatisfiableException.class,
                store().get(KEY, ranged(range)).flatMap(StoredObject::byteArray));
        assertThat(error.size()).isEqualTo(10);
        assertThat(error.retryable()).isFalse();
    }

    private static ReadOptions ranged(ByteRange range) {
        return ReadOptions.defaults().withRange(range);
    }

    private static ByteRange range(Random random, int size) {
        int start = random.nextInt(size + 3);
        return switch (random.nextInt(4)) {
            case 0 -> ByteRange.from(start);
            case 1 -> ByteRange.suffix(1 + random.nextInt(size + 3));
            default -> ByteRange.of(start, start + 1 + random.nextInt(size));
        };
    }
}
