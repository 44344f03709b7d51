package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Instant TIME = Instant.parse("2026-11-21T10:15:30Z");

    @Test
    void readOptions_keepWhatWasSaid() {
        ReadOptions options = ReadOptions.defaults()
                .withRange(ByteRange.from(3))
                .withIfMatch("a", "b")
                .withIfNoneMatch("c")
                .withIfModifiedSince(TIME)
                .withIfUnmodifiedSince(TIME.plusSeconds(1))
                .withIfRange("d")
                .withVersion("v")
                .withFirstPartBytes(7)
                .withMaxBufferedBytes(0)
                .withChunkBytes(1)
                .withMode(ReadMode.SOURCE_ONLY);
        assertThat(options.range()).isEqualTo(ByteRange.from(3));
        assertThat(options.ifMatch()).containsExactly("a", "b");
        assertThat(options.ifNoneMatch()).containsExactly("c");
        assertThat(options.ifModifiedSince()).isEqualTo(TIME);
        assertThat(options.ifUnmodifiedSince()).isEqualTo(TIME.plusSeconds(1));
        assertThat(options.ifRange()).isEqualTo("d");
        assertThat(options.version()).isEqualTo("v");
        assertThat(options.firstPartBytes()).isEqualTo(7);
        assertThat(options.maxBufferedBytes()).isZero();
        assertThat(options.chunkBytes()).isEqualTo(1);
        assertThat(options.mode()).isEqualTo(ReadMode.SOURCE_ONLY);
        assertThat(options.toString()).startsWith("ReadOptions[range=[3, end), ifMatch=[a, b]");
    }

    @Test
    void readOptionsByDefault_askForTheWholeObject() {
        ReadOptions options = ReadOptions.defaults();
        assertThat(options.range()).isNull();
        assertThat(options.isConditional()).isFalse();
        assertThat(options.ifRange()).isNull();
        assertThat(options.version()).isNull();
        assertThat(options.firstPartBytes()).isEqualTo(256 << 10);
        assertThat(options.maxBufferedBytes()).isEqualTo(16 << 20);
        assertThat(options.chunkBytes()).isEqualTo(64 << 10);
        assertThat(options.mode()).isEqualTo(ReadMode.CACHED_OK);
    }

    @Test
    void eachReadCondition_makesItConditionalButIfRange() {
        ReadOptions options = ReadOptions.defaults();
        assertThat(options.withIfMatch("a").isConditional()).isTrue();
        assertThat(options.withIfNoneMatch("a").isConditional()).isTrue();
        assertThat(options.withIfModifiedSince(TIME).isConditional()).isTrue();
        assertThat(options.withIfUnmodifiedSince(TIME).isConditional()).isTrue();
        assertThat(options.withIfRange("a").isConditional()).isFalse();
        assertThat(options.withRange(ByteRange.from(1)).isConditional()).isFalse();
    }

    @Test
    void readSizesOutOfBounds_areRefused() {
        ReadOptions options = ReadOptions.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withChunkBytes(0))
                .withMessage("chunkBytes: need 1..16777216, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withChunkBytes((16 << 20) + 1));
        assertThat(options.withChunkBytes(16 << 20).chunkBytes()).isEqualTo(16 << 20);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withFirstPartBytes(0))
                .withMessage("firstPartBytes: need 1 or more, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxBufferedBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxBufferedBytes(Integer.MAX_VALUE - 7L));
        assertThat(options.withMaxBufferedBytes(Integer.MAX_VALUE - 8L).maxBufferedBytes())
                .isEqualTo(Integer.MAX_VALUE - 8L);
        assertThatNullPointerException().isThrownBy(() -> options.withMode(null));
        assertThatNullPointerException().isThrownBy(() -> options.withIfMatch("a", null));
        assertThatIllegalArgumentException().isThrownBy(options::withIfMatch);
        assertThatIllegalArgumentException().isThrownBy(options::withIfNoneMatch);
    }

    @Test
    void writeOptions_keepWhatWasSaid() {
        WriteOptions options = WriteOptions.defaults()
                .withIfMatch("e")
                .withAttributes(Attributes.none())
                .withStorageClass("COLD")
                .withEncryption("aws:kms", "key")
                .withoutCaching();
        assertThat(options.ifMatch()).isEqualTo("e");
        assertThat(options.ifAbsent()).isFalse();
        assertThat(options.isConditional()).isTrue();
        assertThat(options.attributes()).isEqualTo(Attributes.none());
        assertThat(options.storageClass()).isEqualTo("COLD");
        assertThat(options.encryption()).isEqualTo("aws:kms");
        assertThat(options.encryptionKeyId()).isEqualTo("key");
        assertThat(options.cached()).isFalse();
        assertThat(options.toString()).startsWith("WriteOptions[");
        assertThat(WriteOptions.defaults().withIfAbsent().isConditional()).isTrue();
        assertThat(WriteOptions.defaults().isConditional()).isFalse();
        assertThat(WriteOptions.defaults().cached()).isTrue();
        assertThat(WriteOptions.defaults().attributes()).isNull();
    }

    @Test
    void writeConditionsThatExcludeEachOther_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriteOptions.defaults().withIfAbsent().withIfMatch("e"))
                .withMessage("ifAbsent and ifMatch exclude each other");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriteOptions.defaults().withIfMatch("e").withIfAbsent());
        assertThatNullPointerException()
                .isThrownBy(() -> WriteOptions.defaults().withIfMatch(null));
        assertThatNullPointerException()
                .isThrownBy(() -> WriteOptions.defaults().withAttributes(null));
    }

    @Test
    void listOptions_keepWhatWasSaidAndCheckIt() {
        ListOptions options = ListOptions.prefix("p").withStartAfter("a").withEndBefore("b");
        assertThat(options.prefix()).isEqualTo("p");
        assertThat(options.startAfter()).isEqualTo("a");
        assertThat(options.endBefore()).isEqualTo("b");
        assertThat(options).hasToString("ListOptions[prefix=p, startAfter=a, endBefore=b, parallelism=1]");
        ListOptions parallel = options.withParallelism(16);
        assertThat(parallel.parallelism()).isEqualTo(16);
        assertThat(parallel.withPrefix("q").withStartAfter("r").withEndBefore("s"))
                .isEqualTo(ListOptions.prefix("q")
                        .withParallelism(16)
                        .withStartAfter("r")
                        .withEndBefore("s"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withParallelism(0))
                .withMessage("parallelism: need 1..1000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withParallelism(1001));
        assertThat(ListOptions.defaults().prefix()).isEmpty();
        assertThat(options.withStartAfter(null).withEndBefore(null)).isEqualTo(ListOptions.prefix("p"));
        assertThatIllegalArgumentException().isThrownBy(() -> ListOptions.prefix("\uD800"));
        assertThatIllegalArgumentException().isThrownBy(() -> options.withStartAfter("x".repeat(1025)));
        assertThatIllegalArgumentException().isThrownBy(() -> options.withEndBefore("\uDC00"));
        assertThatNullPointerException().isThrownBy(() -> ListOptions.prefix(null));
    }

    @Test
    void deleteOptions_keepWhatWasSaid() {
        DeleteOptions options = DeleteOptions.defaults().withIfMatch("e").withVersion("v");
        assertThat(options.ifMatch()).isEqualTo("e");
        assertThat(options.version()).isEqualTo("v");
        assertThat(options).hasToString("DeleteOptions[ifMatch=e, version=v]");
        assertThat(options.withIfMatch(null).withVersion(null)).isEqualTo(DeleteOptions.defaults());
    }

    @Test
    void capabilities_changeOneByOne() {
        StoreCapabilities all = StoreCapabilities.standard();
        assertThat(all.listOrder()).isEqualTo(StoreCapabilities.ListOrder.UTF8);
        assertThat(Stream.of(
                        all.writes(),
                        all.deletes(),
                        all.ranges(),
                        all.attributes(),
                        all.conditionalPut(),
                        all.conditionalDelete(),
                        all.conditionalCopy()))
                .containsOnly(true);
        assertThat(all.versions()).isFalse();
        assertThat(all.withWrites(false).writes()).isFalse();
        assertThat(all.withDeletes(false).deletes()).isFalse();
        assertThat(all.withRanges(false).ranges()).isFalse();
        assertThat(all.withAttributes(false).attributes()).isFalse();
        assertThat(all.withConditionalPut(false).conditionalPut()).isFalse();
        assertThat(all.withConditionalDelete(false).conditionalDelete()).isFalse();
        assertThat(all.withConditionalCopy(false).conditionalCopy()).isFalse();
        assertThat(all.withVersions(true).versions()).isTrue();
        assertThat(all.withListOrder(StoreCapabilities.ListOrder.NONE).listOrder())
                .isEqualTo(StoreCapabilities.ListOrder.NONE);
        assertThatNullPointerException().isThrownBy(() -> all.withListOrder(null));
    }

    /** Each change makes other options, equal only to those with the same change, and leaves the defaults alone. */
    @Test
    void optionsWithOneDifference_differ() {
        assertAllDiffer(
                ReadOptions.defaults(),
                List.of(
                        o -> o.withRange(ByteRange.from(1)),
                        o -> o.withIfMatch("a"),
                        o -> o.withIfNoneMatch("a"),
                        o -> o.withIfModifiedSince(TIME),
                        o -> o.withIfUnmodifiedSince(TIME),
                        o -> o.withIfRange("a"),
                        o -> o.withVersion("a"),
                        o -> o.withFirstPartBytes(1),
                        o -> o.withMaxBufferedBytes(1),
                        o -> o.withChunkBytes(1),
                        o -> o.withMode(ReadMode.REVALIDATE)));
        assertAllDiffer(
                WriteOptions.defaults(),
                List.of(
                        WriteOptions::withIfAbsent,
                        o -> o.withIfMatch("a"),
                        o -> o.withAttributes(Attributes.none()),
                        o -> o.withStorageClass("a"),
                        o -> o.withEncryption("a", null),
                        o -> o.withEncryption("a", "b"),
                        WriteOptions::withoutCaching));
        assertAllDiffer(
                ListOptions.defaults(),
                List.of(o -> o.withPrefix("a"), o -> o.withStartAfter("a"), o -> o.withEndBefore("a")));
        assertAllDiffer(DeleteOptions.defaults(), List.of(o -> o.withIfMatch("a"), o -> o.withVersion("a")));
        assertAllDiffer(
                StoreCapabilities.standard(),
                List.of(
                        o -> o.withListOrder(StoreCapabilities.ListOrder.UTF16),
                        o -> o.withWrites(false),
                        o -> o.withDeletes(false),
                        o -> o.withRanges(false),
                        o -> o.withAttributes(false),
                        o -> o.withConditionalPut(false),
                        o -> o.withConditionalDelete(false),
                        o -> o.withConditionalCopy(false),
                        o -> o.withVersions(true)));
    }

    private static <T> void assertAllDiffer(T defaults, List<UnaryOperator<T>> changes) {
        String before = defaults.toString();
        Collection<T> all = new ArrayList<>(List.of(defaults));
        for (UnaryOperator<T> change : changes) {
            T changed = change.apply(defaults);
            assertThat(changed).isEqualTo(change.apply(defaults)).hasSameHashCodeAs(change.apply(defaults));
            all.add(changed);
        }
        assertThat(all).doesNotHaveDuplicates();
        assertThat(defaults).hasToString(before);
        assertThat(Arrays.asList(defaults, null)).doesNotHaveDuplicates();
    }
}
