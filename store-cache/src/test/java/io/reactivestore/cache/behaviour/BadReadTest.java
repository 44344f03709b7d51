package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads that cannot be answered fail in the same way wherever the object is, and spoil no copy. */
class BadReadTest extends CacheFixture {

    private static final String TEXT = "0123456789";

    enum Where {
        IN_SOURCE_ONLY,
        IN_MEMORY,
        IN_TIER
    }

    @ParameterizedTest
    @EnumSource
    void bytesOverTheLimit_areRejected_bodyIsNot(Where where) {
        CacheStore cache = cache(where);
        StoredObject object = await(cache.get("a", ReadOptions.defaults().withMaxBufferedBytes(9)));

        for (var collected : List.of(object.bytes(), object.byteArray(), object.text())) {
            assertThatThrownBy(() -> await(collected))
                    .isInstanceOf(StoreRejectedException.class)
                    .hasMessageContaining("10 bytes")
                    .hasMessageContaining("maxBufferedBytes of 9");
        }
        assertThat(await(object.body()).stream()
                        .mapToInt(chunk -> chunk.remaining())
                        .sum())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    void bytesOfExactlyTheLimit_areGiven(Where where) {
        CacheStore cache = cache(where);

        StoredObject object = await(cache.get("a", ReadOptions.defaults().withMaxBufferedBytes(10)));

        assertThat(await(object.text())).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void chunksOverTheLimit_areNotEmitted(Where where) {
        CacheStore cache = cache(where);

        StoredObject object = await(cache.get("a", ReadOptions.defaults().withChunkBytes(4)));

        assertThat(await(object.body())).extracting(chunk -> chunk.remaining()).containsExactly(4, 4, 2);
    }

    @ParameterizedTest
    @EnumSource
    void readThatCannotBeAnswered_failsAsAtSource_andLaterReadsAreRight(Where where) {
        CacheStore cache = cache(where);
        ReadOptions any = ReadOptions.defaults();

        failsAlike(cache, any.withRange(ByteRange.from(10)), RangeNotSatisfiableException.class);
        failsAlike(cache, any.withRange(ByteRange.of(11, 12)), RangeNotSatisfiableException.class);
        failsAlike(cache, any.withIfMatch("another"), PreconditionFailedException.class);
        failsAlike(cache, any.withIfUnmodifiedSince(Instant.EPOCH), PreconditionFailedException.class);

        assertThat(get(cache, "a")).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void notModified_carriesNoBytes(Where where) {
        CacheStore cache = cache(where);
        String etag = await(originals.head("a")).etag();

        StoredObject answer = await(cache.get("a", ReadOptions.defaults().withIfNoneMatch(etag)));

        assertThat(answer.status()).isEqualTo(StoredObject.Status.NOT_MODIFIED);
        assertThat(await(answer.body())).isEmpty();
        assertThat(await(answer.text())).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void oneOfSeveralRangesOverTheLimitOrPastTheEnd_fails(Where where) {
        CacheStore cache = cache(where);
        ReadOptions small = ReadOptions.defaults().withMaxBufferedBytes(3);

        assertThatThrownBy(() -> await(cache.getRanges("a", List.of(ByteRange.of(0, 4)), small)))
                .isInstanceOf(StoreRejectedException.class)
                .hasMessageContaining("maxBufferedBytes of 3");
        assertThatThrownBy(() -> await(cache.getRanges("a", List.of(ByteRange.from(10)), ReadOptions.defaults())))
                .isInstanceOf(RangeNotSatisfiableException.class);
        assertThat(await(cache.getRanges("a", List.of(), ReadOptions.defaults())))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void absentKey_isEmptyForQuestions_andAnErrorForOrders(Where where) {
        CacheStore cache = cache(where);

        assertThat(await(cache.get("absent"))).isNull();
        assertThatThrownBy(() -> await(cache.read("absent"))).isInstanceOf(ObjectNotFoundException.class);
        assertThatThrownBy(() -> await(cache.getRanges("absent", List.of(ByteRange.from(0)), ReadOptions.defaults())))
                .isInstanceOf(ObjectNotFoundException.class);
    }

    @ParameterizedTest
    @EnumSource
    void malformedArguments_areRefusedAtTheCall(Where where) {
        CacheStore cache = cache(where);
        ReadOptions ranged = ReadOptions.defaults().withRange(ByteRange.from(0));

        assertThatThrownBy(() -> ByteRange.of(-1, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ByteRange.of(3, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ByteRange.suffix(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.get("")).hasMessage("get: the key is empty");
        assertThatThrownBy(() -> cache.get(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.get("k".repeat(1025))).hasMessageContaining("1025 bytes");
        assertThatThrownBy(() -> cache.get("\ud800")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> cache.getRanges("a", List.of(), ranged)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.invalidate("")).hasMessage("invalidate: the key is empty");
        assertThatThrownBy(() -> cache.invalidatePrefix(null)).isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void closedCache_refusesReads_andEndsBodiesGivenOutBefore(Where where) {
        CacheStore cache = cache(where);
        StoredObject object = await(cache.get("a"));

        close(cache);

        assertThatThrownBy(() -> await(cache.get("a"))).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> await(cache.info())).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> await(object.body())).isInstanceOf(StoreClosedException.class);
        assertThat(get(source, "a")).as("was passed in, so it stays open").isEqualTo(TEXT);
        await(cache.close());
    }

    private CacheStore cache(Where where) {
        CacheStore cache = where == Where.IN_MEMORY ? cache(c -> c.memory(m -> m.maxBytes(100_000))) : cacheOnTier();
        put(source, "a", TEXT);
        if (where != Where.IN_SOURCE_ONLY) {
            get(cache, "a");
            settle(cache);
        }
        return cache;
    }

    private void failsAlike(CacheStore cache, ReadOptions options, Class<? extends Throwable> type) {
        Throwable atSource = catchThrowable(() -> read(originals, options));
        assertThat(atSource).isInstanceOf(type);
        assertThatThrownBy(() -> read(cache, options)).isInstanceOf(type).hasMessage(atSource.getMessage());
    }

    private static String read(Store store, ReadOptions options) {
        return await(store.get("a", options).flatMap(object -> object.text()));
    }
}
