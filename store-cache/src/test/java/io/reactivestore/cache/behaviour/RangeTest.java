package io.reactivestore.cache.behaviour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts of objects: cut from whole copies wherever there is one, and never kept in the place of one. */
class RangeTest extends CacheFixture {

    private static final String TEXT = "0123456789";

    enum Kept {
        IN_MEMORY,
        IN_TIER,
        IN_BOTH
    }

    @ParameterizedTest
    @EnumSource
    void rangeOfUncachedObject_comesFromSource_asRange_andIsNotKept(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", TEXT);

        assertThat(get(cache, "a", ByteRange.of(2, 5))).isEqualTo("234");
        settle(cache);

        assertThat(source.lastRead().range()).isEqualTo(ByteRange.of(2, 5));
        assertThat(keysInTier()).isEmpty();
        assertThat(await(cache.info()).tiers())
                .allSatisfy(facts -> assertThat(facts.cachedKeys()).isZero());
    }

    @ParameterizedTest
    @EnumSource
    void rangesThenWhole_areEachRight(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", TEXT);

        assertThat(get(cache, "a", ByteRange.of(0, 3))).isEqualTo("012");
        assertThat(get(cache, "a", ByteRange.of(4, 7))).isEqualTo("456");
        assertThat(get(cache, "a")).isEqualTo(TEXT);
        settle(cache);
        assertThat(get(cache, "a")).isEqualTo(TEXT);
        assertThat(get(cache, "a", ByteRange.of(0, 3))).isEqualTo("012");
    }

    @ParameterizedTest
    @EnumSource
    void everyRangeOfCachedObject_isHit(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", TEXT);
        get(cache, "a");
        settle(cache);

        for (int start = 0; start < TEXT.length(); start++) {
            for (int end = start + 1; end <= TEXT.length() + 1; end++) {
                String expected = TEXT.substring(start, Math.min(end, TEXT.length()));
                assertThat(get(cache, "a", ByteRange.of(start, end))).isEqualTo(expected);
            }
            assertThat(get(cache, "a", ByteRange.from(start))).isEqualTo(TEXT.substring(start));
            assertThat(get(cache, "a", ByteRange.suffix(start + 1)))
                    .isEqualTo(TEXT.substring(TEXT.length() - start - 1));
        }
        assertThat(source.calls("get")).as("the first, whole read").isEqualTo(1);
        assertThat(cache.stats().misses()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void rangeOfWrittenObject_isHit(Kept kept) {
        CacheStore cache = cache(kept);
        put(cache, "a", TEXT);
        settle(cache);

        StoredObject part = await(cache.get("a", ReadOptions.defaults().withRange(ByteRange.of(3, 7))));

        assertThat(await(part.text())).isEqualTo("3456");
        assertThat(part.status()).isEqualTo(StoredObject.Status.PARTIAL);
        assertThat(part.span()).isEqualTo(new Span(3, 7));
        assertThat(part.info().size()).isEqualTo(TEXT.length());
        assertThat(part.served().tier()).isEqualTo(kept == Kept.IN_TIER ? TIER : Served.MEMORY);
        assertThat(source.calls("get")).isZero();
        assertThat(get(cache, "a")).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void rangeAfterPut_isOfTheNewBytes(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", "old bytes");
        assertThat(get(cache, "a", ByteRange.of(0, 3))).isEqualTo("old");
        get(cache, "a");
        settle(cache);

        put(cache, "a", "NEW bytes");

        assertThat(get(cache, "a", ByteRange.of(0, 3))).isEqualTo("NEW");
        settle(cache);
        assertThat(get(cache, "a", ByteRange.of(0, 3))).isEqualTo("NEW");
    }

    @ParameterizedTest
    @EnumSource
    void rangeAfterDelete_isAbsent(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", TEXT);
        get(cache, "a", ByteRange.of(0, 3));
        get(cache, "a");
        settle(cache);

        await(cache.delete("a"));

        assertThat(get(cache, "a", ByteRange.of(0, 3))).isNull();
        assertThat(get(cache, "a")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void severalRangesOfCachedObject_areHits(Kept kept) {
        CacheStore cache = cache(kept);
        put(cache, "a", TEXT);
        settle(cache);

        assertThat(ranges(cache)).containsExactly("01", "89", "0123456789");

        assertThat(source.calls("getRanges")).isZero();
        assertThat(source.calls("get")).isZero();
        assertThat(cache.stats().hits()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void severalRangesOfUncachedObject_comeFromSource_andAreNotKept(Kept kept) {
        CacheStore cache = cache(kept);
        put(source, "a", TEXT);

        assertThat(ranges(cache)).containsExactly("01", "89", "0123456789");
        settle(cache);

        assertThat(source.calls("getRanges")).isEqualTo(1);
        assertThat(keysInTier()).isEmpty();
        assertThat(cache.stats().misses()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void sourceOnlyRange_passesTheCopy_andDropsItIfItIsOld(Kept kept) {
        CacheStore cache = cache(kept);
        put(cache, "a", "old");
        settle(cache);
        put(source, "a", "new");
        ReadOptions fresh = ReadOptions.defaults().withRange(ByteRange.from(1)).withMode(ReadMode.SOURCE_ONLY);

        StoredObject part = await(cache.get("a", fresh));
        assertThat(await(part.text())).isEqualTo("ew");
        assertThat(get(cache, "a")).isEqualTo("new");
    }

    private CacheStore cache(Kept kept) {
        return switch (kept) {
            case IN_MEMORY -> cache(c -> c.memory(m -> m.maxBytes(100_000)));
            case IN_TIER -> cacheOnTier();
            case IN_BOTH -> cache(c -> c.memory(m -> m.maxBytes(100_000)).tier(tier));
        };
    }

    private static List<String> ranges(CacheStore cache) {
        List<ByteRange> ranges = List.of(ByteRange.of(0, 2), ByteRange.suffix(2), ByteRange.from(0));
        return await(cache.getRanges("a", ranges, ReadOptions.defaults())).stream()
                .sorted(Comparator.comparing(RangedObject::index))
                .map(part -> UTF_8.decode(part.bytes()).toString())
                .toList();
    }
}
