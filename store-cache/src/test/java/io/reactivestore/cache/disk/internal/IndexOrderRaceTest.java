package io.reactivestore.cache.disk.internal;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each answer is one that some order of the calls would give: readers, the writer, recovery and the end of a segment. Of one shard: what is
 * done to all of them is done to one after the other.
 */
@Param(name = "key", gen = BooleanGen.class)
@Param(name = "segment", gen = IntGen.class, conf = "1:2")
@Param(name = "version", gen = IntGen.class, conf = "1:3")
@Tag("lincheck")
public class IndexOrderRaceTest {

    private static final int SCENARIOS = Boolean.getBoolean("reactivestore.slow") ? 1_000 : 60;

    private final long[] live = new long[3];
    private final long[] read = new long[3];
    private final Index index = new Index(
            new Index.Accounts() {
                @Override
                public void live(long segment, int recordBytes, int sign) {
                    live[(int) segment] += sign;
                }

                @Override
                public void read(long segment, int recordBytes, int sign) {
                    read[(int) segment] += sign;
                }
            },
            1);

    @Operation
    public String find(@Param(name = "key") boolean key) {
        Place found = index.find(hash(key));
        return found == null ? "nothing" : found.segment() + (found.suspect() ? " suspect" : "");
    }

    @Operation
    public boolean touch(@Param(name = "key") boolean key, @Param(name = "segment") int segment) {
        return index.touch(place(key, segment));
    }

    @Operation
    public void put(@Param(name = "key") boolean key, @Param(name = "segment") int segment) {
        index.put(place(key, segment));
    }

    @Operation
    public boolean replace(
            @Param(name = "key") boolean key,
            @Param(name = "segment") int expected,
            @Param(name = "segment") int segment) {
        return index.replace(place(key, expected), place(key, segment), true);
    }

    @Operation
    public boolean removeAt(@Param(name = "key") boolean key, @Param(name = "segment") int segment) {
        return index.remove(place(key, segment));
    }

    @Operation
    public boolean remove(@Param(name = "key") boolean key) {
        return index.remove(hash(key)) != null;
    }

    @Operation
    public void hide(@Param(name = "key") boolean key, @Param(name = "version") int version) {
        index.hide(hash(key), version);
    }

    @Operation(nonParallelGroup = "recovery")
    public boolean recover(
            @Param(name = "key") boolean key,
            @Param(name = "segment") int segment,
            @Param(name = "version") int version) {
        return index.recover(place(key, segment), version);
    }

    @Operation(nonParallelGroup = "recovery")
    public boolean recoverRemoval(@Param(name = "key") boolean key, @Param(name = "version") int version) {
        return index.recoverRemoval(hash(key), version);
    }

    @Operation(nonParallelGroup = "recovery")
    public void forgetRemovals() {
        index.forgetRemovals();
    }

    @Operation
    public void suspectAll() {
        index.suspectAll();
    }

    @Operation
    public void removeSegment(@Param(name = "segment") int segment) {
        index.removeSegment(segment);
    }

    @Operation
    public List<Boolean> wereRead(@Param(name = "segment") int segment) {
        List<Boolean> keys = new ArrayList<>();
        index.forEachRead(segment, place -> keys.add(place.hash() == hash(true)));
        return keys;
    }

    @Validate
    public void accountsAreRight() {
        for (int segment = 1; segment <= 2; segment++) {
            int there = 0;
            for (boolean key : new boolean[] {false, true}) {
                there += index.isCurrent(place(key, segment)) ? 1 : 0;
            }
            if (live[segment] != there
                    || read[segment] > there
                    || read[segment] < wereRead(segment).size()) {
                throw new AssertionError("segment " + segment + ": " + live[segment] + " live, " + there + " there");
            }
        }
    }

    /** Both have the same home, so that one moves up when the other goes. */
    private static long hash(boolean key) {
        return key ? 1L << 32 : 0;
    }

    private static Place place(boolean key, int segment) {
        return new Place(hash(key), segment, 8 * segment, 64, 7, 0, false, false);
    }

    @Test
    void concurrentCalls_answerAsIfOneCameAfterTheOther() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(2)
                .actorsAfter(1)
                .iterations(SCENARIOS)
                .invocationsPerIteration(40)
                .check(IndexOrderRaceTest.class);
    }
}
