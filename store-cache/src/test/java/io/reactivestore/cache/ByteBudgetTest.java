package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.ByteBudget.Share;
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
        assertThat(budget.takeUpTo(1000, 600).bytes()).isZero();
        assertThat(budget.takeUpTo(1000, 400).bytes()).isEqualTo(400);
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
