package io.reactivestore.cache;

import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Copies that are kept behind the fence answer as the source would alone: nobody reads what was overwritten before the read began. */
@Param(name = "value", gen = IntGen.class, conf = "1:3")
@Tag("lincheck")
public class FenceRaceTest {

    private static final int SCENARIOS = Boolean.getBoolean("reactivestore.slow") ? 300 : 40;

    private static final String KEY = "k";

    private final Fence fence = new Fence(new StillRuntime(), Duration.ofHours(1), null, 2);
    private final Source source = new Source();
    private final AtomicReference<@Nullable Integer> copy = new AtomicReference<>();

    @Operation
    public int get() {
        Integer kept = copy.get();
        if (kept != null) {
            return kept;
        }
        Pass pass = fence.pass(KEY);
        int found = source.get();
        fence.ifAdmitted(KEY, pass, () -> copy.set(found));
        return found;
    }

    @Operation
    public void put(@Param(name = "value") int value) {
        Ticket ticket = fence.begin(KEY);
        source.put(value);
        fence.end(ticket, End.APPLIED);
        copy.set(null);
        fence.ifOwn(ticket, () -> copy.set(value));
    }

    /** Of one key: what a prefix mutation does to many is not one step. */
    @Operation
    public void deletePrefix() {
        PrefixMarks.Mark mark = fence.beginPrefix("");
        source.deletePrefix();
        fence.endPrefix(mark, End.APPLIED);
        copy.set(null);
    }

    @Test
    void readersBesideWriters_seeWhatTheSourceAloneWouldGive() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(SCENARIOS)
                .invocationsPerIteration(60)
                .sequentialSpecification(Source.class)
                .check(FenceRaceTest.class);
    }

    /** What there is without copies. */
    public static final class Source {

        private final AtomicInteger value = new AtomicInteger(9);

        public int get() {
            return value.get();
        }

        public void put(int value) {
            this.value.set(value);
        }

        public void deletePrefix() {
            value.set(0);
        }
    }
}
