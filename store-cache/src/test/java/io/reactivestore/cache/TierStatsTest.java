package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.cache.GatedStore.Op;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How far a tier is behind, and what it has taken. */
class TierStatsTest {

    @Test
    void diskThatWaits_isBehind_andHasCaughtUpWhenItIsDone() {
        Stage stage = Stage.disk().open();
        assertThat(disk(stage)).isEqualTo(new TierStats(0, 0, 0, 0, 0, 0, 0, 0, Duration.ZERO));
        assertThat(disk(stage).usesAppliedRate()).isEqualTo(1.0);
        stage.source.write("a", "x".repeat(500));
        stage.source.write("b", "x".repeat(500));
        stage.io.hold();
        stage.read("a");
        stage.run(Duration.ofSeconds(2));
        stage.read("b");
        stage.run(Duration.ofSeconds(3));
        TierStats behind = disk(stage);
        assertThat(behind.backlogEvents()).isEqualTo(2);
        assertThat(behind.backlogBytes()).isBetween(1000L, 2000L);
        assertThat(behind.lag()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5100));
        assertThat(behind.admitted()).isZero();
        stage.io.pass();
        stage.settle();
        TierStats done = disk(stage);
        assertThat(done.backlogEvents()).isZero();
        assertThat(done.backlogBytes()).isZero();
        assertThat(done.lag()).isZero();
        assertThat(done.admitted()).isEqualTo(2);
        assertThat(done.writtenBytes()).isBetween(1000L, 1600L);
    }

    @Test
    void diskThatFails_leavesNoBacklog() {
        Stage stage = Stage.disk().open();
        stage.disk.files.failWith("broken");
        for (int i = 0; i < 10; i++) {
            stage.await(stage.cache.put("k" + i, Content.text("x")));
        }
        stage.settle();
        assertThat(disk(stage).backlogEvents()).isZero();
        assertThat(disk(stage).backlogBytes()).isZero();
        assertThat(disk(stage).lag()).isZero();
    }

    @Test
    void usesOnDisk_areAppliedAtOnce_thoseInMemoryOncePerRound() {
        Stage stage = Stage.memoryAndDisk().open();
        stage.put("x");
        stage.settle();
        for (int i = 0; i < 100; i++) {
            stage.read();
        }
        assertThat(stage.cache.stats().hits(Served.MEMORY)).isEqualTo(100);
        assertThat(disk(stage).uses()).isEqualTo(1);
        assertThat(disk(stage).usesAppliedRate()).isEqualTo(1.0);
        stage.reopen();
        stage.read();
        assertThat(disk(stage).uses()).as("read from disk").isEqualTo(1);
        assertThat(disk(stage).usesApplied()).isEqualTo(1);
    }

    @Test
    void storeTier_countsToo() {
        Stage stage = Stage.tier().open();
        stage.source.write(Stage.KEY, "12345");
        stage.tier.hold(Op.PUT);
        stage.read();
        stage.run(Duration.ofSeconds(1));
        assertThat(tier(stage).backlogBytes()).as("being put").isPositive();
        assertThat(tier(stage).admitted()).isZero();
        stage.tier.pass(Op.PUT).take(Op.PUT).answer();
        stage.settle();
        stage.read();
        stage.read();
        stage.settle();
        assertThat(tier(stage)).isEqualTo(new TierStats(1, 0, 5, 2, 2, 0, 0, 0, Duration.ZERO));
        assertThatThrownBy(() -> stage.cache.stats().tier("other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other")
                .hasMessageContaining("tier-1");
    }

    private static TierStats disk(Stage stage) {
        return stage.cache.stats().tier(Served.DISK);
    }

    private static TierStats tier(Stage stage) {
        return stage.cache.stats().tier("tier-1");
    }
}
