package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.s3.UploadBudget.Reservation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

class UploadBudgetTest {

    private final UploadBudget budget = new UploadBudget(10, Schedulers.immediate());
    private final List<String> granted = new ArrayList<>();

    @Test
    void bytesThatAreFree_areGrantedAtOnce() {
        Reservation six = reserve(6, "six");
        Reservation four = reserve(4, "four");
        assertThat(six.isGranted()).isTrue();
        assertThat(four.isGranted()).isTrue();
        assertThat(granted).isEmpty();
        assertThat(budget.usedBytes()).isEqualTo(10);
    }

    @Test
    void waiters_getTheirTurnInOrder_alsoIfALaterOneWouldFit() {
        Reservation first = reserve(8, "first");
        Reservation large = reserve(5, "large");
        Reservation small = reserve(1, "small");
        assertThat(small.isGranted()).isFalse();
        first.release();
        assertThat(granted).containsExactly("large", "small");
        assertThat(large.isGranted()).isTrue();
        large.release();
        small.release();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void waiterThatGivesUp_letsTheNextOnePass() {
        Reservation first = reserve(8, "first");
        Reservation large = reserve(5, "large");
        Reservation small = reserve(1, "small");
        large.release();
        assertThat(granted).containsExactly("small");
        assertThat(small.isGranted()).isTrue();
        first.release();
        first.release();
        large.release();
        assertThat(budget.usedBytes()).isEqualTo(1);
    }

    @Test
    void moreThanThereIs_waitsForAllOfIt() {
        Reservation one = reserve(1, "one");
        Reservation huge = reserve(1000, "huge");
        assertThat(huge.isGranted()).isFalse();
        one.release();
        assertThat(huge.isGranted()).isTrue();
        assertThat(budget.usedBytes()).isEqualTo(10);
    }

    private Reservation reserve(long bytes, String name) {
        return budget.reserve(bytes, () -> granted.add(name));
    }
}
