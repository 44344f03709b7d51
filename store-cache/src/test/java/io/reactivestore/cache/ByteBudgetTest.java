package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.ByteBudget.Share;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    private final ByteBudget budget = new ByteBudget(1000);

    @Test
    void share_isAQuarterOfWhatIsFree_butNoMoreThanAskedFor() {
        assertThat(budget.takeUpTo(100, 10).bytes()).isEqualTo(100);
        assertThat(budget.takeUpTo(1000, 10).bytes()).isEqualTo(225);
        assertThat(budget.takeUpTo(1000, 10).bytes()).isEqualTo(168);
    }

    @Test
    void share_isTheLeastThatIsWorthIt_orNothing() {
        assertThat(budget.takeUpTo(1000, 600).bytes()).isEqualTo(600);
        assertThat(budget.takeUpTo(1000, 400).bytes()).isZero();
        assertThat(budget.take(400)).isTrue();
        assertThat(new ByteBudget(100).takeUpTo(1000, 101).bytes()).isZero();
    }

    /** Of many loads of small objects, each finds room for its own, also if those who came last are answered first. */
    @Test
    void sharesLeaveRoom_forWhatIsKnown() {
        ByteBudget large = new ByteBudget(64 << 20);
        List<Share> shares = Stream.generate(() -> large.takeUpTo(16 << 20, 256 << 10))
                .limit(1_000)
                .toList();
        for (int i = shares.size() - 1; i >= 0; i--) {
            assertThat(shares.get(i).resize(30_000)).isTrue();
        }
        assertThat(large.taken()).isEqualTo(30_000_000);
    }

    @Test
    void shareGrows_whileThereIsRoom() {
        Share share = budget.takeUpTo(100, 100);
        assertThat(share.resize(900)).isTrue();
        assertThat(budget.take(101)).isFalse();
        assertThat(share.resize(1001)).isFalse();
        assertThat(share.bytes()).isEqualTo(900);
        assertThat(share.resize(50)).isTrue();
        assertThat(budget.take(950)).isTrue();
    }

    @Test
    void releasedShare_givesAllBackOnce_andNeverGrowsAgain() {
        Share share = budget.takeUpTo(100, 100);
        share.resize(1000);
        share.release();
        share.release();
        assertThat(share.resize(1)).isFalse();
        assertThat(budget.take(1000)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }
}
