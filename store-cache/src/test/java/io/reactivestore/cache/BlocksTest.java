package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Objects in blocks of 8 bytes, in parts of 4 blocks; 40 bytes are kept whole. */
class BlocksTest {

    private static final String TEXT =
            IntStream.range(0, 100).mapToObj("%02d"::formatted).reduce("", String::concat);
    private static final String OTHER = TEXT.replace('0', 'x');

    private final Stage stage = Stage.memory(settings -> settings.maxEntryBytes(40)
                    .blocks(b -> b.blockBytes(8).partBytes(32).readAheadBytes(64)))
            .open();

    @AfterEach
    void nothingIsLeft() {
        stage.run();
        assertThat(stage.cache.underWay()).isZero();
    }

    private static ReadOptions range(long start, long end) {
        return ReadOptions.defaults().withRange(ByteRange.of(start, end));
    }

    private Mono<String> text(ReadOptions options) {
        return stage.cache.get(Stage.KEY, options).flatMap(StoredObject::text);
    }

    private String read(ReadOptions options) {
        return stage.await(text(options));
    }

    private TestSubscriber<String> reader(ReadOptions options) {
        TestSubscriber<String> reader = TestSubscriber.create();
        text(options).subscribe(reader);
        stage.run();
        return reader;
    }

    private long bytesAsked() {
        return stage.source.reads.stream()
                .map(ReadOptions::range)
                .mapToLong(asked -> asked == null
                        ? TEXT.length()
                        : asked.clip(TEXT.length()).length())
                .sum();
    }

    @Test
    void wholeReadOfALargeObject_asksForEachByteOnce_andIsHeldThen() {
        stage.source.write(Stage.KEY, TEXT);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(bytesAsked()).isEqualTo(TEXT.length());
        int asked = stage.source.calls(Op.GET);

        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(read(range(13, 151))).isEqualTo(TEXT.substring(13, 151));
        assertThat(read(ReadOptions.defaults().withRange(ByteRange.suffix(9)))).isEqualTo(TEXT.substring(191));

        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
        assertThat(stage.cache.stats().hits(Served.MEMORY)).isEqualTo(3);
        assertThat(stage.cache.stats().misses()).isEqualTo(1);
        assertThat(stage.cache.stats().streamed()).isZero();
    }

    @Test
    void rangeOfAnUnknownObject_isOneRequestForItsBlocks() {
        stage.source.write(Stage.KEY, TEXT);
        StoredObject object = stage.await(stage.cache.get(Stage.KEY, range(12, 20)));
        assertThat(stage.await(object.text())).isEqualTo(TEXT.substring(12, 20));
        assertThat(object.served()).isEqualTo(Served.fromSource());
        assertThat(stage.source.reads).extracting(ReadOptions::range).containsExactly(ByteRange.of(8, 24));

        StoredObject again = stage.await(stage.cache.get(Stage.KEY, range(8, 24)));
        assertThat(again.served().tier()).isEqualTo(Served.MEMORY);
        assertThat(stage.await(again.text())).isEqualTo(TEXT.substring(8, 24));
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        assertThat(stage.await(stage.cache.info()).tier(Served.MEMORY).cachedKeys())
                .isEqualTo(1);
    }

    @Test
    void missingBlocks_areAskedForTogether_andThoseHeldAreNot() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(40, 48));
        stage.source.reads.clear();
        assertThat(read(range(20, 70))).isEqualTo(TEXT.substring(20, 70));
        assertThat(stage.source.reads)
                .extracting(ReadOptions::range)
                .containsExactly(ByteRange.of(16, 40), ByteRange.of(48, 72));
    }

    @Test
    void manyRanges_areReadTogether_whereTheirBlocksAdjoin() {
        stage.source.write(Stage.KEY, TEXT);
        List<ByteRange> ranges = List.of(
                ByteRange.of(17, 19),
                ByteRange.of(150, 155),
                ByteRange.of(1, 9),
                ByteRange.from(198),
                ByteRange.of(2, 3));
        List<RangedObject> parts = stage.await(
                stage.cache.getRanges(Stage.KEY, ranges, ReadOptions.defaults()).collectList());
        List<String> texts = parts.stream()
                .sorted(Comparator.comparingInt(RangedObject::index))
                .map(part -> StandardCharsets.ISO_8859_1.decode(part.bytes()).toString())
                .toList();
        assertThat(texts).containsExactly("80", "75767", TEXT.substring(1, 9), "99", "0");
        assertThat(stage.source.reads)
                .extracting(ReadOptions::range)
                .containsExactlyInAnyOrder(ByteRange.of(0, 24), ByteRange.of(144, 160), ByteRange.of(192, 200));
    }

    @Test
    void smallObjectOfWhichAPartIsRead_isKeptWhole() {
        stage.source.write(Stage.KEY, "12345");
        assertThat(read(range(1, 3))).isEqualTo("23");
        assertThat(stage.read()).isEqualTo("12345");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
        stage.source.write("empty", "");
        String empty = stage.await(stage.cache.get("empty", range(0, 3)).flatMap(StoredObject::text));
        assertThat(empty).isEmpty();
    }

    @Test
    void smallObjectOfWhichARangeIsKept_isKeptWholeOnceAllOfItIsRead_onTheDiskToo() {
        Stage both = small(settings -> settings);
        both.source.write(Stage.KEY, "0123456789abcdef");
        assertThat(range(both, ByteRange.of(9, 11))).isEqualTo("9a");
        assertThat(both.read()).isEqualTo("0123456789abcdef");
        both.settle();
        assertThat(both.await(both.cache.info()).tier(Served.DISK).cachedKeys()).isEqualTo(1);
        int asked = both.source.calls(Op.GET);
        assertThat(asked).isEqualTo(2);

        assertThat(both.read()).isEqualTo("0123456789abcdef");
        assertThat(range(both, ByteRange.of(0, 3))).isEqualTo("012");
        assertThat(both.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void smallObjectOfWhichARangeIsKept_isKeptWholeOnceAllOfItIsReadAnew() {
        Stage both = small(settings -> settings);
        both.source.write(Stage.KEY, "0123456789abcdef");
        assertThat(range(both, ByteRange.of(9, 11))).isEqualTo("9a");
        StoredObject anew =
                both.await(both.cache.get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.REVALIDATE)));
        assertThat(both.await(anew.text())).isEqualTo("0123456789abcdef");
        assertThat(both.source.calls(Op.GET)).isEqualTo(2);
        both.settle();
        assertThat(both.await(both.cache.info()).tier(Served.DISK).cachedKeys()).isEqualTo(1);

        assertThat(both.await(both.cache.get(Stage.KEY))).isInstanceOf(CachedEntry.class);
        both.await(both.cache.get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.REVALIDATE)));
        assertThat(both.cache.stats().revalidated())
                .as("the whole is confirmed")
                .isEqualTo(1);
    }

    @Test
    void rangeThatIsAnsweredAfterTheWhole_leavesTheWholeWhereItIs() {
        String text = TEXT.substring(0, 26);
        stage.source.write(Stage.KEY, text);
        stage.source.hold(Op.GET);
        TestSubscriber<String> part = reader(range(8, 24));
        TestSubscriber<String> other = reader(range(0, 2));
        TestSubscriber<String> whole = reader(ReadOptions.defaults());
        GatedStore.Request<StoredObject> ofThePart = stage.source.take(Op.GET);
        stage.source.take(Op.GET).answer();
        stage.run();
        ofThePart.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(whole.getReceivedOnNext()).containsExactly(text);
        assertThat(part.getReceivedOnNext()).containsExactly(text.substring(8, 24));
        assertThat(other.getReceivedOnNext()).containsExactly(text.substring(0, 2));
        assertThat(stage.read()).isEqualTo(text);
        assertThat(read(range(0, 9))).isEqualTo(text.substring(0, 9));
        assertThat(stage.source.calls(Op.GET)).isEqualTo(2);
    }

    @Test
    void warmingASmallObjectOfWhichARangeIsKept_loadsAllOfIt() {
        stage.source.write(Stage.KEY, TEXT.substring(0, 40));
        read(range(0, 1));
        List<WarmResult> warmed =
                stage.await(stage.cache.warm(Flux.just(Stage.KEY)).collectList());
        assertThat(warmed).extracting(WarmResult::outcome).containsExactly(WarmResult.Outcome.LOADED);
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read()).isEqualTo(TEXT.substring(0, 40));
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void smallObjectInBlocks_isReadFromThem_whileTheSourceIsDown() {
        stage.source.write(Stage.KEY, "0123456789abcdef");
        read(range(0, 1));
        read(range(8, 9));
        stage.source.fail(Op.GET, new StoreUnavailableException("get", Stage.KEY, "down", true, null));
        assertThat(stage.read()).isEqualTo("0123456789abcdef");
    }

    @Test
    void rangesOfASmallObject_areConfirmedAlone_whenTheirTimeIsOver() {
        Stage aging = small(settings -> settings.freshness(fresh -> fresh.maxAge(Duration.ofSeconds(1))));
        aging.source.write(Stage.KEY, "0123456789abcdef");
        assertThat(range(aging, ByteRange.of(9, 11))).isEqualTo("9a");
        for (ByteRange range : List.of(ByteRange.of(10, 12), ByteRange.suffix(6))) {
            aging.run(Duration.ofSeconds(2));
            assertThat(range(aging, range)).isEqualTo(range instanceof ByteRange.Suffix ? "abcdef" : "ab");
        }
        assertThat(aging.source.reads).extracting(ReadOptions::range).containsOnly(ByteRange.of(8, 16));
        assertThat(aging.source.reads).hasSize(3);
        assertThat(aging.cache.stats().revalidated()).isEqualTo(2);
    }

    private static Stage small(UnaryOperator<CacheStoreBuilder> settings) {
        return Stage.disk(builder -> settings.apply(builder.memory(memory -> memory.maxBytes(1 << 20))
                        .maxEntryBytes(40)
                        .blocks(b -> b.blockBytes(8).partBytes(32))))
                .open();
    }

    private static String range(Stage on, ByteRange range) {
        return on.await(
                on.cache.get(Stage.KEY, ReadOptions.defaults().withRange(range)).flatMap(StoredObject::text));
    }

    /** The whole asks for as much as is kept whole, the range for its blocks: neither knows what the other will bring. */
    @Test
    void wholeAndRangeOfAnUnknownObjectAtOnce_areARequestEach_andItsBlocksAreThoseOfOneVersion() {
        stage.source.write(Stage.KEY, TEXT);
        stage.source.hold(Op.GET);
        TestSubscriber<String> whole = reader(ReadOptions.defaults());
        TestSubscriber<String> part = reader(range(1, 9));
        assertThat(stage.source.reads)
                .extracting(ReadOptions::range)
                .containsExactly(ByteRange.of(0, 40), ByteRange.of(0, 16));
        stage.source.pass(Op.GET);
        while (stage.source.waits(Op.GET)) {
            stage.source.take(Op.GET).answer();
            stage.run();
        }
        assertThat(whole.getReceivedOnNext()).containsExactly(TEXT);
        assertThat(part.getReceivedOnNext()).containsExactly(TEXT.substring(1, 9));
        assertThat(bytesAsked()).isEqualTo(TEXT.length() + 16);
    }

    /** What its first answer brings cannot be told from another version's, and is not used. */
    @Test
    void objectWithoutAnEtag_isNotKeptInBlocks_andIsAskedForOnceMore() {
        stage.source.tellsEtags = false;
        stage.source.write(Stage.KEY, TEXT);
        for (int i = 0; i < 2; i++) {
            stage.source.reads.clear();
            assertThat(stage.read()).isEqualTo(TEXT);
            assertThat(stage.source.reads).extracting(ReadOptions::range).containsExactly(ByteRange.of(0, 40), null);
            stage.source.reads.clear();
            assertThat(read(range(9, 12))).isEqualTo(TEXT.substring(9, 12));
            assertThat(stage.source.reads)
                    .extracting(ReadOptions::range)
                    .containsExactly(ByteRange.of(8, 16), ByteRange.of(9, 12));
        }
        assertThat(stage.await(stage.cache.info()).tier(Served.MEMORY).currentBytes())
                .isZero();
    }

    @Test
    void smallObjectWithoutAnEtag_isKeptWhole() {
        stage.source.tellsEtags = false;
        stage.source.write(Stage.KEY, "12345");
        assertThat(read(range(1, 3))).isEqualTo("23");
        assertThat(stage.read()).isEqualTo("12345");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void rangePastTheEnd_isNotSatisfiable_whoeverElseAsks() {
        stage.source.write(Stage.KEY, TEXT);
        stage.source.hold(Op.GET);
        TestSubscriber<String> past = reader(range(500, 501));
        TestSubscriber<String> within = reader(range(1, 2));
        stage.source.pass(Op.GET);
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(past.expectTerminalError()).isInstanceOf(RangeNotSatisfiableException.class);
        assertThat(within.getReceivedOnNext()).containsExactly("0");
    }

    @Test
    void objectThatAnotherHasReplaced_isReadAnew_ifNothingWasGiven() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 8));
        stage.source.write(Stage.KEY, OTHER);
        assertThat(read(range(96, 120))).isEqualTo(OTHER.substring(96, 120));
        assertThat(read(range(0, 8))).as("its outline is gone").isEqualTo(OTHER.substring(0, 8));
        assertThat(stage.cache.stats().requests()).isEqualTo(3);

        stage.source.write(Stage.KEY, TEXT);
        List<RangedObject> parts = stage.await(stage.cache
                .getRanges(Stage.KEY, List.of(ByteRange.of(150, 153)), ReadOptions.defaults())
                .collectList());
        String part = StandardCharsets.ISO_8859_1.decode(parts.get(0).bytes()).toString();
        assertThat(part).isEqualTo(TEXT.substring(150, 153));
    }

    @Test
    void objectThatIsReplacedInTheMiddle_fails_andIsNeverMixed() {
        stage.source.write(Stage.KEY, TEXT);
        TestSubscriber<ByteBuffer> reader =
                TestSubscriber.builder().initialRequest(1).build();
        stage.cache
                .get(Stage.KEY, ReadOptions.defaults().withChunkBytes(8))
                .flatMapMany(StoredObject::body)
                .subscribe(reader);
        stage.run();
        stage.source.write(Stage.KEY, OTHER);
        reader.request(Long.MAX_VALUE);
        stage.run();
        assertThat(reader.expectTerminalError()).isInstanceOf(ObjectChangedException.class);
        StringBuilder seen = new StringBuilder();
        reader.getReceivedOnNext().forEach(chunk -> seen.append(StandardCharsets.ISO_8859_1.decode(chunk)));
        assertThat(TEXT).startsWith(seen);
        assertThat(stage.read()).isEqualTo(OTHER);
    }

    @Test
    void objectThatIsGone_isAbsent() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 8));
        stage.source.remove(Stage.KEY);
        assertThat(read(range(96, 120))).isNull();
        assertThat(stage.read()).isEqualTo("(none)");
    }

    @Test
    void ownWrites_dropOutlineAndBlocks() {
        stage.source.write(Stage.KEY, TEXT);
        stage.read();
        stage.put(OTHER);
        assertThat(stage.await(stage.cache.info()).tier(Served.MEMORY).currentBytes())
                .isZero();
        assertThat(stage.read()).isEqualTo(OTHER);
        stage.await(stage.cache.clearCache());
        assertThat(stage.await(stage.cache.info()).tier(Served.MEMORY).currentBytes())
                .isZero();
    }

    @Test
    void tenThousandReaders_ofOneLargeObject_shareItsParts() {
        stage.source.write(Stage.KEY, TEXT);
        stage.source.hold(Op.GET);
        List<TestSubscriber<String>> readers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            TestSubscriber<String> reader = TestSubscriber.create();
            text(ReadOptions.defaults()).subscribe(reader);
            readers.add(reader);
        }
        stage.run();
        stage.source.pass(Op.GET);
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(readers)
                .allSatisfy(reader -> assertThat(reader.getReceivedOnNext()).containsExactly(TEXT));
        assertThat(bytesAsked()).isEqualTo(TEXT.length());
    }

    @Test
    void tenThousandReaders_ofOverlappingRanges_shareTheirBlocks_alsoIfHalfOfThemLeave() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 1));
        stage.source.reads.clear();
        stage.source.hold(Op.GET);
        List<TestSubscriber<String>> readers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            TestSubscriber<String> reader = TestSubscriber.create();
            text(range(i % 100, i % 100 + 100)).subscribe(reader);
            readers.add(reader);
        }
        for (int i = 0; i < 10_000; i += 2) {
            readers.get(i).cancel();
        }
        stage.run();
        stage.source.pass(Op.GET);
        while (stage.source.waits(Op.GET)) {
            stage.source.take(Op.GET).answer();
            stage.run();
        }
        for (int i = 1; i < 10_000; i += 2) {
            assertThat(readers.get(i).getReceivedOnNext()).containsExactly(TEXT.substring(i % 100, i % 100 + 100));
        }
        assertThat(bytesAsked()).isLessThanOrEqualTo(TEXT.length());
    }

    @Test
    void partThatNobodyWaitsForAnyMore_isCancelled() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 1));
        stage.source.hold(Op.GET);
        TestSubscriber<String> one = reader(range(40, 50));
        TestSubscriber<String> two = reader(range(40, 50));
        one.cancel();
        stage.run();
        assertThat(stage.source.waits(Op.GET)).isTrue();
        two.cancel();
        stage.run();
        assertThat(stage.source.waits(Op.GET)).isFalse();
    }

    @Test
    void partThatFails_isToldToThoseWhoWait_andForgotten() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 1));
        stage.source.fail(Op.GET, new StoreUnavailableException("get", Stage.KEY, "down", true, null));
        assertThat(reader(range(40, 50)).expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
        stage.source.pass(Op.GET);
        assertThat(read(range(40, 50))).isEqualTo(TEXT.substring(40, 50));
    }

    @Test
    void withoutDemand_nothingIsGiven_andNoMoreIsLoadedThanTheLookAhead() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 1));
        TestSubscriber<ByteBuffer> reader =
                TestSubscriber.builder().initialRequest(0).build();
        stage.cache
                .get(Stage.KEY, ReadOptions.defaults().withChunkBytes(5))
                .flatMapMany(StoredObject::body)
                .subscribe(reader);
        stage.run();
        assertThat(reader.getReceivedOnNext()).isEmpty();
        long before = bytesAsked();
        assertThat(before).isLessThanOrEqualTo(64 + 8);
        reader.request(2);
        stage.run();
        assertThat(reader.getReceivedOnNext()).hasSize(2);
        assertThat(bytesAsked()).isLessThan(120);
        reader.cancel();
    }

    @Test
    void close_endsBodies() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 1));
        stage.source.hold(Op.GET);
        TestSubscriber<String> waiting = reader(range(40, 50));
        stage.await(stage.cache.close());
        stage.run();
        assertThat(waiting.expectTerminalError()).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void eachReader_keepsItsContext() {
        stage.source.write(Stage.KEY, TEXT);
        List<String> seen = new ArrayList<>();
        TestSubscriber<String> reader = TestSubscriber.create();
        text(ReadOptions.defaults())
                .flatMap(text -> Mono.deferContextual(context -> {
                    seen.add(context.get("who"));
                    return Mono.just(text);
                }))
                .contextWrite(context -> context.put("who", "me"))
                .subscribe(reader);
        stage.run();
        assertThat(seen).containsExactly("me");
    }

    @Test
    void withoutBlocks_largeObjectsStream() {
        Stage without =
                Stage.memory(settings -> settings.maxEntryBytes(40).noBlocks()).open();
        without.source.write(Stage.KEY, TEXT);
        assertThat(without.read()).isEqualTo(TEXT);
        assertThat(without.read()).isEqualTo(TEXT);
        assertThat(without.cache.stats().streamed()).isEqualTo(2);
    }
}
