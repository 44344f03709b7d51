package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreRejectedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Reading several ranges of one object at once: they come in any order, each with its place in the request. */
public interface RangesContract extends StoreContract {

    @Test
    default void severalRanges_areEachAnsweredOnceWithTheirIndex() {
        assertSlices(20, ByteRange.of(0, 3), ByteRange.of(10, 12), ByteRange.suffix(2), ByteRange.from(15));
    }

    @Test
    default void overlappingRanges_areAnsweredEachForItself() {
        assertSlices(20, ByteRange.of(0, 10), ByteRange.of(5, 15), ByteRange.of(9, 11), ByteRange.from(0));
    }

    @Test
    default void repeatedRange_isAnsweredAsOftenAsItWasAsked() {
        assertSlices(20, ByteRange.of(3, 6), ByteRange.of(3, 6), ByteRange.of(3, 6));
    }

    @Test
    default void rangesOutOfOrder_keepTheirIndexes() {
        assertSlices(20, ByteRange.of(15, 18), ByteRange.of(0, 2), ByteRange.of(8, 9));
    }

    @Test
    default void adjacentRanges_areNotMerged() {
        assertSlices(20, ByteRange.of(0, 5), ByteRange.of(5, 10), ByteRange.of(10, 20));
    }

    @Test
    default void rangeThatEndsPastTheObject_isClippedToo() {
        assertSlices(20, ByteRange.of(18, 40), ByteRange.suffix(100));
    }

    @Test
    default void oneRange_isAnswered() {
        given(KEY, 20);
        RangedObject found = one(store().getRanges(KEY, List.of(ByteRange.of(4, 9)), ReadOptions.defaults())
                .single());
        assertThat(found.index()).isZero();
        assertThat(found.span()).isEqualTo(new Span(4, 9));
        assertThat(found.bytes().remaining()).isEqualTo(5);
    }

    @Test
    default void noRanges_completeWithoutAnAnswer() {
        given(KEY, 20);
        none(store().getRanges(KEY, List.of(), ReadOptions.defaults()));
    }

    @Test
    default void oneRangePastTheEnd_failsTheCall() {
        given(KEY, 20);
        var error = failure(
                RangeNotSatisfiableException.class,
                store().getRanges(KEY, List.of(ByteRange.of(0, 5), ByteRange.of(20, 25)), ReadOptions.defaults()));
        assertThat(error.size()).isEqualTo(20);
    }

    @Test
    default void rangesOfAnAbsentObject_failWithNotFound() {
        failure(
                ObjectNotFoundException.class,
                store().getRanges(KEY, List.of(ByteRange.of(0, 5)), ReadOptions.defaults()));
    }

    @Test
    default void rangesWithTheRightEtag_areAnswered() {
        String etag = given(KEY, 20).etag();
        ReadOptions options = ReadOptions.defaults().withIfMatch(etag);
        assertThat(all(store().getRanges(KEY, List.of(ByteRange.of(0, 5), ByteRange.of(7, 8)), options)))
                .hasSize(2);
    }

    @Test
    default void rangesWithAnotherEtag_fail() {
        given(KEY, 20);
        ReadOptions options = ReadOptions.defaults().withIfMatch("another");
        failure(
                PreconditionFailedException.class,
                store().getRanges(KEY, List.of(ByteRange.of(0, 5), ByteRange.of(7, 8)), options));
    }

    @Test
    default void rangesWithARangeInTheOptions_areRefusedAtTheCall() {
        ReadOptions options = ReadOptions.defaults().withRange(ByteRange.from(1));
        assertThatThrownBy(() -> store().getRanges(KEY, List.of(ByteRange.of(0, 5)), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("getRanges: ");
    }

    @Test
    default void rangesThatMayAnswerNotModified_areRefusedAtTheCall() {
        ReadOptions options = ReadOptions.defaults().withIfNoneMatch("etag");
        assertThatThrownBy(() -> store().getRanges(KEY, List.of(ByteRange.of(0, 5)), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("getRanges: ");
    }

    @Test
    default void rangesThatMayAnswerTheWhole_areRefusedAtTheCall() {
        ReadOptions options = ReadOptions.defaults().withIfRange("etag");
        assertThatThrownBy(() -> store().getRanges(KEY, List.of(ByteRange.of(0, 5)), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("getRanges: ");
    }

    @Test
    default void rangeLongerThanMaxBufferedBytes_isRejected() {
        given(KEY, 20);
        ReadOptions options = ReadOptions.defaults().withMaxBufferedBytes(10);
        List<ByteRange> fitting = List.of(ByteRange.of(0, 10), ByteRange.suffix(10), ByteRange.of(15, 100));
        assertThat(all(store().getRanges(KEY, fitting, options))).hasSize(3);
        failure(StoreRejectedException.class, store().getRanges(KEY, List.of(ByteRange.of(0, 11)), options));
    }

    @Test
    default void listOfRangesChangedAfterTheCall_doesNotMatter() {
        given(KEY, 20);
        List<ByteRange> ranges = new ArrayList<>(List.of(ByteRange.of(0, 5)));
        Flux<RangedObject> found = store().getRanges(KEY, ranges, ReadOptions.defaults());
        ranges.set(0, ByteRange.of(100, 200));
        ranges.add(ByteRange.of(300, 400));
        assertThat(all(found)).extracting(RangedObject::span).containsExactly(new Span(0, 5));
    }

    @Test
    default void rangesOnDemand_comeOneByOne() {
        given(KEY, 20);
        List<ByteRange> ranges = List.of(ByteRange.of(0, 5), ByteRange.of(3, 9), ByteRange.of(15, 20));
        StepVerifier.create(store().getRanges(KEY, ranges, ReadOptions.defaults()), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .thenRequest(2)
                .expectNextCount(2)
                .expectComplete()
                .verify(patience());
    }

    @Test
    default void bytesOfARange_areReadOnlyAndIndependent() {
        given(KEY, 20);
        List<RangedObject> found =
                all(store().getRanges(KEY, List.of(ByteRange.of(0, 10), ByteRange.of(0, 10)), ReadOptions.defaults()));
        found.get(0).bytes().position(10);
        assertThat(found.get(1).bytes().remaining()).isEqualTo(10);
        assertThat(found).allSatisfy(range -> {
            assertThat(range.bytes().isReadOnly()).isTrue();
            assertThat(range.bytes().isDirect()).isFalse();
        });
    }

    @Test
    default void randomSetsOfRanges_giveWhatSlicingGives() {
        Samples.seeded(random -> {
            int size = 1 + random.nextInt(3000);
            given(KEY, size);
            for (int left = randomCases(); left > 0; left -= 15) {
                ByteRange[] ranges = random.ints(15, 0, size)
                        .mapToObj(start -> ByteRange.of(start, start + 1 + random.nextInt(size)))
                        .toArray(ByteRange[]::new);
                assertSlices(size, ranges);
            }
        });
    }

    private void assertSlices(int size, ByteRange... ranges) {
        if (all(store().head(KEY)).isEmpty()) {
            given(KEY, size);
        }
        byte[] whole = Samples.bytes(size);
        List<RangedObject> found = all(store().getRanges(KEY, List.of(ranges), ReadOptions.defaults()));
        assertThat(found).as("one answer per range").hasSize(ranges.length);
        for (int i = 0; i < ranges.length; i++) {
            int index = i;
            RangedObject answer = found.stream()
                    .filter(range -> range.index() == index)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no answer for range " + index));
            assertThat(answer.span()).isEqualTo(ranges[i].clip(size));
            assertThat(Samples.hex(Samples.array(answer.bytes())))
                    .as("%s of %d", ranges[i], size)
                    .isEqualTo(Samples.slice(whole, ranges[i]));
        }
    }
}
