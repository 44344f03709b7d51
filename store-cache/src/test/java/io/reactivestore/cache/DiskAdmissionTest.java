package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is written to the disk, and what is not worth it. The disk has 16 segments of 4 KiB. */
class DiskAdmissionTest {

    @Test
    void roomThatWasNeverUsed_isFilledByFirstUses() {
        Stage stage = onSecondUse();
        stage.source.write("a", "x".repeat(500));
        stage.read("a");
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(1);
        assertThat(stage.read("a")).hasSize(500);
        assertThat(stage.source.calls(Op.GET)).isEqualTo(1);
    }

    @Test
    void objectsReadOnce_areNotWritten_thoseReadTwiceAre() {
        Stage stage = full(onSecondUse());
        TierStats before = disk(stage);
        stage.source.write("twice", "x".repeat(500));
        for (int i = 0; i < 50; i++) {
            stage.source.write("once-" + i, "x".repeat(500));
            stage.read("once-" + i);
        }
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(before.admitted());
        assertThat(disk(stage).refused()).isEqualTo(before.refused() + 50);
        assertThat(disk(stage).writtenBytes()).isEqualTo(before.writtenBytes());

        stage.read("twice");
        stage.read("twice");
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(before.admitted() + 1);
        assertThat(disk(stage).writtenBytes()).isBetween(before.writtenBytes() + 500, before.writtenBytes() + 800);
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.read("twice")).hasSize(500);
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
    }

    @Test
    void secondUseInMemory_writesIt_soThatItIsWarmAfterAKill() {
        Stage stage = full(onSecondUse(builder -> builder.memory(memory -> memory.maxBytes(1 << 20))));
        stage.source.write("hot", "hot");
        stage.read("hot");
        stage.settle();
        long before = disk(stage).admitted();
        for (int i = 0; i < 10; i++) {
            stage.read("hot");
        }
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(before + 1);
        stage.kill();
        stage.open();
        stage.settle();
        stage.source.hold(Op.GET);
        assertThat(stage.read("hot")).isEqualTo("hot");
    }

    @Test
    void secondUseInMemory_afterAWriteHasBegun_writesNothing() {
        Stage stage = full(onSecondUse(builder -> builder.memory(memory -> memory.maxBytes(1 << 20))));
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        long before = disk(stage).admitted();
        stage.source.hold(Op.PUT);
        stage.writer("new");
        stage.run();
        assertThat(stage.read()).as("not acknowledged yet").isEqualTo("old");
        stage.run();
        assertThat(disk(stage).admitted()).isEqualTo(before);
        stage.source.pass(Op.PUT).take(Op.PUT).answer();
        stage.settle();
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void confirmedCopy_stillWaitsForItsSecondUse() {
        Stage stage = full(onSecondUse(builder -> builder.memory(memory -> memory.maxBytes(1 << 20))
                .freshness(freshness -> freshness.maxAge(Duration.ofMinutes(1)))));
        stage.source.write("a", "a");
        stage.read("a");
        stage.settle();
        long before = disk(stage).admitted();
        stage.await(stage.cache
                .get("a", ReadOptions.defaults().withMode(ReadMode.REVALIDATE))
                .flatMap(StoredObject::text));
        stage.settle();
        stage.read("a");
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(before + 1);
    }

    @Test
    void refusedCopy_takesTheOlderOneWithIt_alsoAfterAKill() {
        Stage stage = disk(disk -> disk.maxEntryBytes(100), builder -> builder.memory(m -> m.maxBytes(1 << 20)));
        stage.source.write("a", "small");
        stage.read("a");
        stage.settle();
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).cachedKeys())
                .isEqualTo(1);
        stage.source.write("a", "x".repeat(101));
        stage.await(stage.cache
                .get("a", ReadOptions.defaults().withMode(ReadMode.REVALIDATE))
                .flatMap(StoredObject::text));
        stage.settle();
        assertThat(disk(stage).refused()).isEqualTo(1);
        assertThat(stage.await(stage.cache.info()).tier(Served.DISK).cachedKeys())
                .isZero();
        stage.kill();
        stage.open();
        stage.settle();
        assertThat(stage.read("a")).hasSize(101);
    }

    @Test
    void entryLimits_areThoseOfTheDiskOnly() {
        Stage stage = disk(
                disk -> disk.minEntryBytes(10).maxEntryBytes(100),
                builder -> builder.memory(memory -> memory.maxBytes(1 << 20)));
        for (int bytes : new int[] {9, 10, 100, 101}) {
            stage.await(stage.cache.put("of-" + bytes, Content.text("x".repeat(bytes))));
        }
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(2);
        assertThat(disk(stage).refused()).isEqualTo(2);
        assertThat(stage.read("of-101")).hasSize(101);
        assertThat(stage.source.calls(Op.GET)).isZero();
    }

    @Test
    void budgetOfADay_refusesWhatIsMore_andRemovalsNever() {
        Stage stage = disk(disk -> disk.maxBytesPerDay(24 * 3000), builder -> builder);
        for (int i = 0; i < 10; i++) {
            stage.await(stage.cache.put("k" + i, Content.text("x".repeat(500))));
            stage.settle();
        }
        TierStats spent = disk(stage);
        assertThat(spent.writtenBytes()).isBetween(3000L, 5000L);
        assertThat(spent.admitted()).isBetween(2L, 6L);
        assertThat(spent.refused()).isEqualTo(10 - spent.admitted());
        stage.await(stage.cache.delete("k0"));
        stage.kill();
        stage.open();
        assertThat(stage.read("k0")).isEqualTo("(none)");
        stage.run(Duration.ofHours(1));
        stage.read("k9");
        stage.settle();
        assertThat(disk(stage).admitted()).isEqualTo(1);
    }

    private static Stage onSecondUse() {
        return onSecondUse(builder -> builder);
    }

    private static Stage onSecondUse(UnaryOperator<CacheStoreBuilder> settings) {
        return disk(DiskSpec::onSecondUse, settings);
    }

    private static Stage disk(Consumer<DiskSpec> admission, UnaryOperator<CacheStoreBuilder> settings) {
        return Stage.disk(builder -> settings.apply(builder.disk(admission))).open();
    }

    /** Reads until the disk has been full for a while. */
    private static Stage full(Stage stage) {
        for (int i = 0; i < 130; i++) {
            stage.source.write("filler-" + i, "x".repeat(500));
            stage.read("filler-" + i);
            stage.settle();
        }
        assertThat(disk(stage).refused()).as("there was room").isPositive();
        return stage;
    }

    private static TierStats disk(Stage stage) {
        return stage.cache.stats().tier(Served.DISK);
    }
}
