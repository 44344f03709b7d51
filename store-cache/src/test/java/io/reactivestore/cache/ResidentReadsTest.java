package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.subscriber.TestSubscriber;

/** Hits of the disk whose bytes lie in memory are served by the thread that asks; I/O threads do nothing here. */
@Timeout(30)
class ResidentReadsTest {

    private final Stage stage = Stage.disk().open();

    private void keep(String text) {
        stage.put(text);
        stage.settle();
    }

    @Test
    void hitInMemory_isServedAtOnce_andCounted() {
        keep("text");
        stage.disk.files.resident(100);
        stage.io.hold();
        assertThat(stage.reader().getReceivedOnNext()).containsExactly("text");
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
        assertThat(disk().uses()).isEqualTo(1);
        assertThat(disk().stalledReads()).isZero();
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    @Test
    void hitThatIsNotInMemory_isReadOnTheIoThread() {
        keep("text");
        stage.io.hold();
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        assertThat(reader.getReceivedOnNext()).isEmpty();
        stage.io.pass();
        stage.run();
        assertThat(reader.getReceivedOnNext()).containsExactly("text");
    }

    @Test
    void readsInMemory_giveBackWhatTheyMayLoad() {
        Stage narrow = Stage.disk(builder -> builder.maxEntryBytes(1_000).maxLoadingBytes(2_000))
                .open();
        narrow.put("x".repeat(500));
        narrow.settle();
        narrow.disk.files.resident(100);
        narrow.io.hold();
        for (int i = 0; i < 20; i++) {
            assertThat(narrow.reader().getReceivedOnNext()).hasSize(1);
        }
        assertThat(narrow.source.calls(Op.GET)).isZero();
    }

    @Test
    void blockInMemory_isReadWithoutTheIoThread() {
        Stage blocks = Stage.disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20))
                        .maxEntryBytes(40)
                        .blocks(b -> b.blockBytes(8).partBytes(32)))
                .open();
        String text = "0123456789".repeat(10);
        blocks.source.write(Stage.KEY, text);
        blocks.read();
        blocks.settle();
        blocks.reopen();
        blocks.settle();
        blocks.disk.files.resident(100);
        blocks.io.hold();
        int asked = blocks.source.calls(Op.GET);
        TestSubscriber<String> reader = TestSubscriber.create();
        blocks.cache
                .get(Stage.KEY, ReadOptions.defaults().withRange(ByteRange.of(16, 32)))
                .flatMap(StoredObject::text)
                .subscribe(reader);
        blocks.run();
        assertThat(reader.getReceivedOnNext()).containsExactly(text.substring(16, 32));
        assertThat(blocks.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void openBreaker_leadsPastThemToo() {
        keep("text");
        stage.io.hold();
        for (int i = 0; i < 5; i++) {
            stage.reader();
            stage.run(Duration.ofMillis(1_001));
        }
        stage.io.pass();
        stage.run();
        stage.disk.files.resident(100);
        int asked = stage.source.calls(Op.GET);
        stage.read();
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
        stage.settle();
        stage.run(Duration.ofSeconds(10));
        stage.read(); // the one that tries
        stage.io.hold();
        assertThat(stage.reader().getReceivedOnNext()).containsExactly("text");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked + 1);
    }

    @Test
    void staleCopy_isConfirmed_andItsUseCountsOnce() {
        Stage aging = Stage.disk(builder -> builder.freshness(fresh -> fresh.maxAge(Duration.ofMinutes(1))))
                .open();
        aging.put("text");
        aging.settle();
        aging.disk.files.resident(100);
        aging.run(Duration.ofMinutes(2));
        assertThat(aging.read()).isEqualTo("text");
        assertThat(aging.cache.stats().revalidated()).isEqualTo(1);
        assertThat(aging.cache.stats().tier(Served.DISK).uses()).isEqualTo(1);
    }

    @Test
    void copyThatIsReadWhileALoadEnds_doesNotTakeItsPlaceInMemory() {
        Stage both = Stage.memoryAndDisk().open();
        both.put("old");
        both.settle();
        both.reopen();
        both.io.hold();
        both.disk.files.resident(100).onResident(() -> {
            both.disk.files.onResident(() -> {});
            both.run(); // so that it is later
            both.source.write(Stage.KEY, "new");
            both.await(both.cache
                    .get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY))
                    .flatMap(StoredObject::text));
        });
        assertThat(both.reader().getReceivedOnNext())
                .as("it was asked for before")
                .containsExactly("old");
        assertThat(both.read()).isEqualTo("new");
    }

    @Test
    void copyThatTakesLong_isCountedAsStalled() {
        keep("text");
        Duration[] takes = {DiskReader.STALLED};
        stage.disk.files.resident(100).onResident(() -> stage.io.stall(takes[0]));
        stage.reader();
        assertThat(disk().stalledReads()).isZero();
        takes[0] = DiskReader.STALLED.plusNanos(1);
        assertThat(stage.reader().getReceivedOnNext()).containsExactly("text");
        assertThat(disk().stalledReads()).isEqualTo(1);
    }

    private TierStats disk() {
        return stage.cache.stats().tier(Served.DISK);
    }
}
