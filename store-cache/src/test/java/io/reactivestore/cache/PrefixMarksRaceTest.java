package io.reactivestore.cache;

import io.reactivestore.cache.PrefixMarks.Mark;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each answer is one that some order of the calls would give: the end of a doubt and the end of a mutation beside those who ask. */
@Param(name = "since", gen = IntGen.class, conf = "2:3")
@Param(name = "key", gen = BooleanGen.class)
@Param(name = "now", gen = IntGen.class, conf = "9:10")
@Tag("lincheck")
public class PrefixMarksRaceTest {

    private static final long DOUBT_ENDS = 10;

    private final PrefixMarks marks = new PrefixMarks();
    private final Mark underWay;

    public PrefixMarksRaceTest() {
        marks.end(marks.begin("a"), DOUBT_ENDS);
        underWay = marks.begin("b");
    }

    /** Not what it says: a number that is seen a moment before or after the mark it stands for is one of before. */
    @Operation
    public void sequence(@Param(name = "now") int now) {
        marks.sequence(now);
    }

    @Operation
    public boolean admits(
            @Param(name = "key") boolean inDoubt, @Param(name = "since") int since, @Param(name = "now") int now) {
        return marks.admits(inDoubt ? "ax" : "bx", since, now);
    }

    @Operation
    public boolean isCurrent(
            @Param(name = "key") boolean inDoubt, @Param(name = "since") int since, @Param(name = "now") int now) {
        return marks.isCurrent(inDoubt ? "ax" : "bx", since, now);
    }

    @Operation(runOnce = true)
    public void end() {
        marks.end(underWay, null);
    }

    @Test
    void concurrentCalls_answerAsIfOneCameAfterTheOther() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(40)
                .invocationsPerIteration(200)
                .check(PrefixMarksRaceTest.class);
    }
}
