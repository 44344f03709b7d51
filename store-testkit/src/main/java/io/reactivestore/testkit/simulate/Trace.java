package io.reactivestore.testkit.simulate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last steps of a simulation, and a fingerprint of all of them. */
final class Trace {

    /** Enough to see what led to a failure, few enough to read. */
    static final int KEPT = 256;

    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            String name = type.getName();
            // The number of a lambda depends on which classes were loaded before.
            int lambda = name.indexOf("$$Lambda");
            String stable = lambda < 0 ? name : name.substring(0, lambda) + " lambda";
            return stable.substring(stable.lastIndexOf('.') + 1);
        }
    };

    private final long[] nanos = new long[KEPT];
    private final String[] where = new String[KEPT];
    private final String[] what = new String[KEPT];
    private long recorded;
    private long fingerprint;

    void task(long now, String lane, @Nullable Runnable work) {
        record(now, lane, work == null ? "dropped" : NAMES.get(work.getClass()));
    }

    void record(long now, String lane, String label) {
        int slot = (int) (recorded++ % KEPT);
        nanos[slot] = now;
        where[slot] = lane;
        what[slot] = label;
        fingerprint = mix(mix(mix(fingerprint, now), lane.hashCode()), label.hashCode());
    }

    long fingerprint() {
        return fingerprint;
    }

    /** The last of them, oldest first. */
    List<String> lines(int most) {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, recorded - Math.min(most, KEPT)); i < recorded; i++) {
            int slot = (int) (i % KEPT);
            lines.add("#" + i + " " + time(nanos[slot]) + " " + where[slot] + ": " + what[slot]);
        }
        return lines;
    }

    static String time(long nanos) {
        return nanos / 1_000_000 + "." + String.format("%06d", nanos % 1_000_000) + " ms";
    }

    /** The finalizer of a 64-bit hash: each bit of what comes in changes about half of those that come out. */
    static long mix(long seed, long value) {
        long z = seed * 31 + value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
