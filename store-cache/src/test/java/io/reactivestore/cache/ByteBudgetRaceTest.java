package io.reactivestore.cache;

import io.reactivestore.cache.ByteBudget.Share;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each answer is one that some order of the calls would give: loads that take bytes, and one whose share grows, shrinks and ends. */
@Param(name = "bytes", gen = IntGen.class, conf = "1:6")
@Tag("lincheck")
public class ByteBudgetRaceTest {

    private final ByteBudget budget = new ByteBudget(8);
    private final Share share = budget.takeUpTo(2, 1);

    @Operation
    public long takeUpTo(@Param(name = "bytes") int most) {
        return budget.takeUpTo(most, 1).bytes();
    }

    @Operation
    public boolean take(@Param(name = "bytes") int bytes) {
        return budget.take(bytes);
    }

    @Operation
    public boolean resize(@Param(name = "bytes") int bytes) {
        return share.resize(bytes);
    }

    @Operation
    public long shared() {
        return share.bytes();
    }

    @Operation
    public long handOver() {
        return share.handOver();
    }

    @Operation
    public void release() {
        share.release();
    }

    @Operation
    public long taken() {
        return budget.taken();
    }

    @Test
    void concurrentCalls_answerAsIfOneCameAfterTheOther() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(30)
                .invocationsPerIteration(40)
                .check(ByteBudgetRaceTest.class);
    }
}
