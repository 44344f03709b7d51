package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;
import reactor.util.context.Context;

/** Large objects on disk: blocks of 8 bytes, in parts of 4 blocks; 40 bytes are kept whole. */
class DiskBlocksTest {

    private static final String TEXT =
            IntStream.range(0, 100).mapToObj("%02d"::formatted).reduce("", String::concat);
    private static final String OTHER = TEXT.replace('0', 'x');

    private int maxEntryBytes = 40;
    private int blockBytes = 8;
    private boolean inBlocks = true;
    private UnaryOperator<CacheStoreBuilder> more = builder -> builder;
    private final Stage stage = Stage.disk(this::settings).open();

    private CacheStoreBuilder settings(CacheStoreBuilder builder) {
        builder.memory(memory -> memory.maxBytes(1 << 20)).maxEntryBytes(maxEntryBytes);
        if (inBlocks) {
            builder.blocks(b -> b.blockBytes(blockBytes).partBytes(32).readAheadBytes(64));
        } else {
            builder.noBlocks();
        }
        return more.apply(builder);
    }

    @AfterEach
    void nothingIsLeft() {
        stage.run();
        assertThat(stage.cache.underWay()).isZero();
    }

    private static ReadOptions range(long start, long end) {
        return ReadOptions.defaults().withRange(ByteRange.of(start, end));
    }

    private StoredObject get(ReadOptions options) {
        return stage.await(stage.cache.get(Stage.KEY, options));
    }

    private String read(ReadOptions options) {
        String text = stage.await(text(options));
        stage.run();
        return text;
    }

    private Mono<String> text(ReadOptions options) {
        return stage.cache.get(Stage.KEY, options).flatMap(StoredObject::text);
    }

    private TestSubscriber<String> reader(ReadOptions options) {
        TestSubscriber<String> reader = TestSubscriber.create();
        text(options).subscribe(reader);
        return reader;
    }

    /** Has all of it on disk. */
    private void keep() {
        stage.source.write(Stage.KEY, TEXT);
        assertThat(stage.read()).isEqualTo(TEXT);
        stage.settle();
    }

    private void restart(boolean clean) {
        if (clean) {
            stage.reopen();
        } else {
            stage.kill();
            stage.open();
        }
        stage.settle();
        stage.source.reads.clear();
    }

    private List<ByteRange> asked() {
        return stage.source.reads.stream().map(ReadOptions::range).toList();
    }

    private TierInfo disk() {
        return stage.await(stage.cache.info()).tier(Served.DISK);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterARestart_isReadWithoutTheSource(boolean clean) {
        keep();
        restart(clean);
        StoredObject part = get(range(13, 151));
        assertThat(part.served().tier()).isEqualTo(Served.DISK);
        assertThat(stage.await(part.text())).isEqualTo(TEXT.substring(13, 151));
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(read(ReadOptions.defaults().withRange(ByteRange.suffix(9)))).isEqualTo(TEXT.substring(191));
        assertThat(asked()).isEmpty();
        assertThat(get(range(100, 108)).served().tier())
                .as("it is in memory now")
                .isEqualTo(Served.MEMORY);
        assertThat(stage.cache.stats().hits(Served.DISK))
                .as("the second read needed the first block too")
                .isEqualTo(2);
        assertThat(stage.cache.stats().hits(Served.MEMORY)).isEqualTo(2);
        assertThat(stage.cache.stats().misses()).isZero();
        assertThat(stage.cache.stats().loads()).isZero();
    }

    @Test
    void wholeReadAfterARestart_asksForNothing() {
        keep();
        restart(false);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).isEmpty();
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void manyRangesAfterARestart_areAHit() {
        keep();
        restart(true);
        List<ByteRange> ranges = List.of(ByteRange.of(17, 19), ByteRange.of(150, 155));
        List<RangedObject> parts = stage.await(
                stage.cache.getRanges(Stage.KEY, ranges, ReadOptions.defaults()).collectList());
        assertThat(parts)
                .extracting(
                        part -> StandardCharsets.ISO_8859_1.decode(part.bytes()).toString())
                .containsExactlyInAnyOrder("80", "75767");
        assertThat(asked()).isEmpty();
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void blocksThatAreNotThere_areAskedForTogether_andNoOthers() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(40, 48));
        read(range(64, 72));
        stage.settle();
        restart(true);
        StoredObject object = get(range(32, 120));
        assertThat(object.served()).as("some of its first bytes").isEqualTo(Served.fromSource());
        assertThat(stage.await(object.text())).isEqualTo(TEXT.substring(32, 120));
        assertThat(asked())
                .containsExactlyInAnyOrder(
                        ByteRange.of(32, 40), ByteRange.of(48, 64), ByteRange.of(72, 96), ByteRange.of(96, 120));
        assertThat(stage.cache.stats().misses()).isEqualTo(1);
        stage.settle();
        restart(true);
        assertThat(read(range(32, 120))).isEqualTo(TEXT.substring(32, 120));
        assertThat(asked()).as("what came was written").isEmpty();
    }

    @Test
    void blocksThatMemoryHasLetGo_areReadFromTheDisk() {
        more = withoutRoomInMemory();
        restart(true);
        keep();
        stage.source.reads.clear();
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).isEmpty();
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    /** For more than eight blocks. */
    private static UnaryOperator<CacheStoreBuilder> withoutRoomInMemory() {
        return builder -> builder.memory(memory -> memory.maxBytes(2_200));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void damagedBlock_isAskedForAlone_andHeals_whereverItIsReadFrom(int residentPercent) {
        keep();
        stage.disk.files.resident(residentPercent);
        restart(true);
        stage.disk.damage(TEXT.substring(48, 56));
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).containsExactly(ByteRange.of(48, 56));
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        stage.settle();
        restart(true);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void damagedBlocks_areAskedForTogether_butNotWhatLiesBetween(int residentPercent) {
        keep();
        stage.disk.files.resident(residentPercent);
        restart(true);
        for (int start : List.of(32, 48, 56)) {
            stage.disk.damage(TEXT.substring(start, start + 8));
        }
        assertThat(read(range(32, 64))).isEqualTo(TEXT.substring(32, 64));
        assertThat(asked()).containsExactlyInAnyOrder(ByteRange.of(32, 40), ByteRange.of(48, 64));
        assertThat(stage.cache.stats().corrupt()).isEqualTo(3);
    }

    @Test
    void partOfTheDisk_isALoad_andWhatItHasNotIsAnother() {
        Hearing heard = new Hearing();
        keep();
        more = builder -> builder.loads(heard);
        restart(true);
        read(range(0, 8));
        stage.disk.damage(TEXT.substring(48, 56));
        heard.told.clear();
        TestSubscriber<String> reader = TestSubscriber.create();
        text(range(40, 56)).contextWrite(Context.of(Hearing.TENANT, "a")).subscribe(reader);
        stage.run();
        assertThat(reader.getReceivedOnNext()).containsExactly(TEXT.substring(40, 56));
        assertThat(heard.told.stream().map(each -> each.substring(2)))
                .as("the read, and the body that it gave, wait for the disk; the body for the source")
                .containsExactly(
                        "begin get k", "joined a", "joined a", "ended well", "begin get k", "joined a", "ended well");
    }

    @Test
    void partThatEverybodyHasLeft_isReadFromTheDisk_butNotFromTheSource_ifSuchLoadsAreFinished() {
        Hearing heard = new Hearing();
        keep();
        more = builder -> builder.loads(heard).finishAbandonedLoads(true);
        restart(true);
        read(range(0, 8));
        stage.disk.damage(TEXT.substring(48, 56));
        heard.told.clear();
        stage.io.hold();
        reader(range(40, 56)).cancel();
        assertThat(stage.cache.underWay()).isPositive();
        stage.io.pass();
        stage.run();
        assertThat(asked()).isEmpty();
        assertThat(heard.told.stream().map(each -> each.substring(2)))
                .containsExactly("begin get k", "joined nobody", "ended well");
        assertThat(get(range(40, 48)).served().tier()).as("it was kept").isEqualTo(Served.MEMORY);
        assertThat(read(range(48, 56))).isEqualTo(TEXT.substring(48, 56));
        assertThat(asked()).containsExactly(ByteRange.of(48, 56));
    }

    @Test
    void readThatTheDiskSeemedToAnswer_andTheSourceHas_isNoHit() {
        keep();
        restart(true);
        read(range(0, 8));
        stage.disk.damage(TEXT.substring(48, 56));
        CacheStats before = stage.cache.stats();
        StoredObject damaged = get(range(48, 56));
        assertThat(damaged.served().tier()).isEqualTo(Served.SOURCE);
        assertThat(stage.cache.stats().misses() - before.misses()).isEqualTo(1);
        assertThat(stage.cache.stats().hits()).isEqualTo(before.hits());

        assertThat(get(range(40, 48)).served().tier()).isEqualTo(Served.DISK);
        assertThat(stage.cache.stats().hits() - before.hits()).isEqualTo(1);
    }

    @Test
    void readWhoseFirstBlockTheSourceHas_isNoHit_thoughTheNextOneCameFromTheDisk() {
        keep();
        restart(true);
        read(range(0, 8));
        stage.disk.damage(TEXT.substring(48, 56));
        stage.source.hold(Op.GET);
        TestSubscriber<StoredObject> reader = TestSubscriber.create();
        stage.cache.get(Stage.KEY, range(48, 64)).subscribe(reader);
        stage.run();
        assertThat(reader.getReceivedOnNext()).as("block 7 is here").isEmpty();
        stage.source.pass(Op.GET).take(Op.GET).answer();
        stage.run();
        assertThat(reader.getReceivedOnNext()).singleElement().satisfies(object -> {
            assertThat(object.served().tier()).isEqualTo(Served.SOURCE);
            assertThat(stage.await(object.text())).isEqualTo(TEXT.substring(48, 64));
        });
    }

    @Test
    void readWhoseFirstBytesNeverCome_isCountedAsAMiss_andNoneThatWasGivenUp() {
        keep();
        restart(true);
        read(range(0, 8));
        stage.disk.damage(TEXT.substring(48, 56));
        CacheStats before = stage.cache.stats();
        stage.source.fail(Op.GET, new StoreUnavailableException("get", Stage.KEY, "down", true, null));
        TestSubscriber<String> failing = reader(range(48, 56));
        stage.run();
        assertThat(failing.expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
        stage.io.hold();
        reader(range(40, 48)).cancel();
        stage.io.pass();
        stage.run();
        assertThat(stage.cache.stats().hits()).isEqualTo(before.hits());
        assertThat(stage.cache.stats().misses() - before.misses()).isEqualTo(1);
    }

    @Test
    void damagedBlock_isFoundByVerify_andTheOthersStay() {
        keep();
        TierCheck sound = stage.await(stage.cache.verify().single());
        assertThat(sound.sound()).isTrue();
        assertThat(sound.copies()).as("the outline and 25 blocks").isEqualTo(26);
        stage.disk.damage(TEXT.substring(16, 24));
        assertThat(stage.await(stage.cache.verify().single()).damaged()).isEqualTo(1);
        restart(true);
        assertThat(read(ReadOptions.defaults())).isEqualTo(TEXT);
        assertThat(asked()).containsExactly(ByteRange.of(16, 24));
    }

    @Test
    void damagedBlock_failsOnlyThoseWhoWaitForIt_whileTheSourceIsDown() {
        keep();
        restart(true);
        stage.disk.damage(TEXT.substring(48, 56));
        stage.source.fail(Op.GET, new StoreUnavailableException("get", Stage.KEY, "down", true, null));
        TestSubscriber<String> all = reader(range(32, 64));
        TestSubscriber<String> other = reader(range(56, 64));
        stage.run();
        assertThat(all.expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
        assertThat(other.getReceivedOnNext()).containsExactly(TEXT.substring(56, 64));
    }

    @Test
    void diskThatIsSlow_isPassedBy_andTheRestOfThePartIsOneRequest() {
        keep();
        restart(true);
        assertThat(read(range(0, 8))).isEqualTo(TEXT.substring(0, 8));
        stage.io.hold();
        TestSubscriber<String> reader = reader(range(32, 64));
        stage.run(Duration.ofMillis(999));
        assertThat(reader.getReceivedOnNext()).isEmpty();
        assertThat(asked()).isEmpty();
        stage.run(Duration.ofMillis(2));
        assertThat(reader.getReceivedOnNext()).containsExactly(TEXT.substring(32, 64));
        assertThat(asked()).containsExactly(ByteRange.of(32, 64));
        stage.io.pass();
        stage.run();
    }

    @Test
    void readersWhoLeave_leaveNothing_andOthersGetTheirs() {
        keep();
        restart(true);
        read(range(0, 8));
        stage.io.hold();
        TestSubscriber<String> one = reader(range(32, 64));
        TestSubscriber<String> two = reader(range(48, 80));
        TestSubscriber<String> three = reader(range(100, 104));
        one.cancel();
        three.cancel();
        stage.io.pass();
        stage.run();
        assertThat(two.getReceivedOnNext()).containsExactly(TEXT.substring(48, 80));
        assertThat(one.getReceivedOnNext()).isEmpty();
        assertThat(stage.cache.underWay()).isZero();
        assertThat(asked()).isEmpty();
    }

    @Test
    void close_endsThoseWhoWaitForTheDisk() {
        keep();
        restart(true);
        read(range(0, 8));
        stage.io.hold();
        TestSubscriber<String> waiting = reader(range(32, 64));
        stage.cache.close().subscribe();
        stage.run();
        assertThat(waiting.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        stage.io.pass();
        stage.run();
        assertThat(asked()).isEmpty();
    }

    @Test
    void objectThatWasReplacedMeanwhile_isReadAnew_ifABlockIsMissing() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(40, 48));
        stage.settle();
        restart(true);
        stage.source.write(Stage.KEY, OTHER);
        assertThat(read(range(40, 80))).isEqualTo(OTHER.substring(40, 80));
        assertThat(stage.read()).isEqualTo(OTHER);
        stage.settle();
        restart(false);
        assertThat(stage.read()).isEqualTo(OTHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void outlineThatIsOld_isConfirmed_andYoungOnDiskThen(boolean clean) {
        more = builder -> builder.freshness(fresh -> fresh.maxAge(Duration.ofSeconds(10)));
        restart(true);
        keep();
        stage.run(Duration.ofSeconds(11));
        restart(clean);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).as("a question about the etag").hasSize(1);
        assertThat(stage.source.reads.get(0).ifNoneMatch()).isNotNull();
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
        stage.settle();
        stage.run(Duration.ofSeconds(5));
        restart(clean);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).as("it was confirmed five seconds ago").isEmpty();
        stage.run(Duration.ofSeconds(11));
        stage.source.write(Stage.KEY, OTHER);
        assertThat(stage.read()).isEqualTo(OTHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ownWrite_isNeverMixedWithBlocksOfBefore(boolean clean) {
        keep();
        stage.put(OTHER);
        stage.settle();
        restart(clean);
        stage.run(Stage.IN_DOUBT);
        assertThat(read(range(32, 64))).isEqualTo(OTHER.substring(32, 64));
        assertThat(stage.read()).isEqualTo(OTHER);
        stage.settle();
        restart(clean);
        assertThat(stage.read()).isEqualTo(OTHER);
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k"})
    void clearedCache_readsNoBlockOfBefore_alsoAfterAKill(String prefix) {
        keep();
        stage.await(prefix.isEmpty() ? stage.cache.clearCache() : stage.cache.invalidatePrefix(prefix));
        assertThat(read(range(0, 8))).isEqualTo(TEXT.substring(0, 8));
        assertThat(read(range(64, 96))).isEqualTo(TEXT.substring(64, 96));
        assertThat(asked()).endsWith(ByteRange.of(0, 40), ByteRange.of(64, 96));
        stage.settle();
        restart(false);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked().stream()
                        .mapToLong(range -> range.clip(TEXT.length()).length())
                        .sum())
                .as("all that was not read since")
                .isEqualTo(200 - 40 - 32);
        assertThat(asked()).doesNotContain(ByteRange.of(0, 40)).contains(ByteRange.of(40, 64));
    }

    /** Else they would lie behind the record of the clear, which the next process reads after them. */
    @Test
    void blocksThatAClearHasOvertaken_areNotWritten() {
        stage.source.write(Stage.KEY, TEXT);
        read(range(0, 8));
        stage.source.hold(Op.GET);
        TestSubscriber<String> late = reader(range(64, 96));
        stage.run();
        stage.await(stage.cache.clearCache());
        stage.source.pass(Op.GET);
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(late.getReceivedOnNext()).containsExactly(TEXT.substring(64, 96));
        stage.settle();
        restart(true);
        read(range(0, 8));
        assertThat(read(range(64, 96))).isEqualTo(TEXT.substring(64, 96));
        assertThat(asked()).contains(ByteRange.of(64, 96));
    }

    @Test
    void invalidatedKey_isAskedForAnew_andItsBlocksAreStillGood() {
        keep();
        stage.await(stage.cache.invalidate(Stage.KEY));
        restart(true);
        assertThat(read(range(32, 64))).isEqualTo(TEXT.substring(32, 64));
        assertThat(asked()).as("its first answer").containsExactly(ByteRange.of(32, 64));
        assertThat(read(range(64, 96))).isEqualTo(TEXT.substring(64, 96));
        assertThat(asked()).as("of the version that it had").hasSize(1);
    }

    @Test
    void whatAMissedRemovalMakesSuspect_isConfirmed_andItsBlocksServeAgain() {
        keep();
        stage.disk.restartSystem();
        restart(false);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(stage.source.reads).hasSize(1);
        assertThat(stage.cache.stats().revalidated()).isEqualTo(1);
    }

    @Test
    void blocksOfAnotherSize_areNotMixed() {
        keep();
        for (int size : new int[] {16, 4, 8, 12}) {
            blockBytes = size;
            restart(true);
            assertThat(read(range(13, 151))).isEqualTo(TEXT.substring(13, 151));
            assertThat(stage.read()).isEqualTo(TEXT);
            assertThat(asked()).isNotEmpty();
            stage.settle();
            restart(true);
            assertThat(stage.read()).isEqualTo(TEXT);
            assertThat(asked()).as("%s bytes", size).isEmpty();
        }
    }

    @Test
    void objectThatCanBeKeptWholeNow_isLoadedWhole() {
        keep();
        maxEntryBytes = 400;
        restart(true);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).containsExactly(ByteRange.of(0, 400));
        stage.settle();
        restart(true);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(get(range(1, 3)).served().tier()).isEqualTo(Served.MEMORY);
        assertThat(asked()).isEmpty();
    }

    @Test
    void withoutBlocks_anOutlineOfBeforeIsNothing() {
        keep();
        inBlocks = false;
        restart(true);
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(read(range(13, 20))).isEqualTo(TEXT.substring(13, 20));
        stage.source.reads.clear();
        assertThat(read(range(13, 20))).isEqualTo(TEXT.substring(13, 20));
        assertThat(asked()).containsExactly(ByteRange.of(13, 20));
        assertThat(disk().cachedKeys()).isZero();
    }

    @Test
    void largeObject_isOneKey_andItsBytesAreThoseOfItsBlocks() {
        keep();
        assertThat(disk().cachedKeys()).isEqualTo(1);
        assertThat(disk().trackedKeys()).isEqualTo(1);
        assertThat(disk().payloadBytes()).isEqualTo(200);
        assertThat(stage.cache.stats().tier(Served.DISK).admitted())
                .as("its outline, and 25 blocks")
                .isEqualTo(26);
        restart(true);
        assertThat(disk().cachedKeys()).isEqualTo(1);
        assertThat(disk().payloadBytes()).isEqualTo(200);
    }

    @Test
    void rangesOfAnObjectWithinItsReach_areNotWritten() {
        stage.source.write(Stage.KEY, TEXT.substring(0, 40));
        read(range(0, 8));
        stage.settle();
        assertThat(disk().currentBytes()).isZero();
    }

    @Test
    void blocksTooLargeForASegment_areShed_andReadFromTheSource() {
        blockBytes = 8 << 10;
        restart(true);
        String large = "x".repeat(20_000);
        stage.source.write(Stage.KEY, large);
        assertThat(stage.read()).isEqualTo(large);
        stage.settle();
        assertThat(stage.cache.stats().shed()).isEqualTo(2);
        restart(true);
        assertThat(stage.read()).isEqualTo(large);
        assertThat(asked())
                .as("its end is small")
                .containsExactly(ByteRange.of(0, 8 << 10), ByteRange.of(8 << 10, 16 << 10));
    }

    @Test
    void blocksOfSecondUse_areWrittenWhenTheyCameTwice() {
        fillDiskOfSecondUse();
        TierStats before = stage.cache.stats().tier(Served.DISK);
        keep();
        TierStats once = stage.cache.stats().tier(Served.DISK);
        assertThat(once.refused()).as("the outline, and 25 blocks").isEqualTo(before.refused() + 26);
        assertThat(once.admitted()).isEqualTo(before.admitted());
        stage.await(stage.cache.invalidate(Stage.KEY));
        assertThat(stage.read()).isEqualTo(TEXT);
        stage.settle();
        assertThat(stage.cache.stats().tier(Served.DISK).admitted()).isEqualTo(before.admitted() + 26);
        stage.await(stage.cache.invalidate(Stage.KEY));
        stage.source.reads.clear();
        assertThat(stage.read()).isEqualTo(TEXT);
        assertThat(asked()).as("what it is").containsExactly(ByteRange.of(0, 40));
    }

    private void fillDiskOfSecondUse() {
        more = builder -> builder.disk(d -> d.onSecondUse(1000));
        restart(true);
        for (int i = 0; i < 300; i++) {
            stage.source.write("filler-" + i, "x".repeat(40));
            stage.read("filler-" + i);
            stage.settle();
        }
        assertThat(stage.cache.stats().tier(Served.DISK).refused())
                .as("there was room")
                .isPositive();
    }

    @Test
    void outlineOfSecondUse_isWrittenWhenItIsUsedInMemory() {
        fillDiskOfSecondUse();
        keep();
        long keys = disk().cachedKeys();
        assertThat(stage.read()).isEqualTo(TEXT);
        stage.settle();
        assertThat(disk().cachedKeys()).isEqualTo(keys + 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void blocksThatAreRead_stayOnDisk_othersGo(boolean inMemory) {
        stage.source.write(Stage.KEY, TEXT);
        stage.read();
        stage.settle();
        for (int i = 0; i < 60; i++) {
            if (!inMemory) {
                restart(true);
            }
            read(range(32, 64));
            stage.source.write("large-" + i, "x".repeat(200) + i);
            stage.read("large-" + i);
            stage.settle();
        }
        restart(true);
        assertThat(read(range(32, 64))).isEqualTo(TEXT.substring(32, 64));
        assertThat(asked()).isEmpty();
        assertThat(read(range(120, 128))).isEqualTo(TEXT.substring(120, 128));
        assertThat(asked()).containsExactly(ByteRange.of(120, 128));
    }

    @Test
    void storeTiers_areToldNothingOfOutlines() {
        Stage both = Stage.both(builder ->
                        builder.maxEntryBytes(40).blocks(b -> b.blockBytes(8).partBytes(32)))
                .open();
        both.source.write(Stage.KEY, "12345");
        both.read();
        both.settle();
        assertThat(both.tier.keys()).contains(Stage.KEY);
        both.fillMemory();
        both.source.write(Stage.KEY, TEXT);
        both.await(both.cache.invalidate(Stage.KEY));
        assertThat(both.read()).isEqualTo(TEXT);
        both.settle();
        assertThat(both.tier.keys()).doesNotContain(Stage.KEY);
        assertThat(both.read()).isEqualTo(TEXT);
    }
}
