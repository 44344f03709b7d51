package io.reactivestore.testkit.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to one key, as far as it can still matter, and the last lines of it to show. */
final class KeyHistory {

    /** The state of a key without an object; numbers of writes begin at 1. */
    static final long ABSENT = 0;

    private static final int LINES = 60;

    final String key;

    /** In the order in which they began. */
    final List<Mutation> mutations = new ArrayList<>();

    /** Copies under way, or in doubt, that read this key. */
    final List<Mutation> copiesFromHere = new ArrayList<>();

    /** In the order of the source; only if that is recorded. */
    final List<Application> applications = new ArrayList<>();

    /** Whether the key may still be as it was before all recorded mutations: absent. */
    boolean initialPossible = true;

    /** What the source holds; only if that is recorded. */
    long sourceState = ABSENT;

    /** Below this tick of the order of applications nothing may be read by any read that is open or begins later. */
    long floorTick;

    private final Deque<Line> lines = new ArrayDeque<>();

    KeyHistory(String key) {
        this.key = key;
    }

    void log(long tick, String line) {
        if (lines.size() == LINES) {
            lines.remove();
        }
        lines.add(new Line(tick, line));
    }

    /** What ended, what is still open, and what the source applied, by its begin. */
    List<String> timeline() {
        List<Line> all = new ArrayList<>(lines);
        mutations.stream()
                .filter(each -> each.operation.isOpen())
                .forEach(each -> all.add(new Line(each.operation.beginTick, each.toString())));
        all.sort(Comparator.comparingLong(Line::tick));
        return all.stream().map(Line::text).toList();
    }

    static String nameOf(long state) {
        return state == ABSENT ? "nothing" : "#" + state;
    }

    /**
     * The source did it.
     *
     * @param tick its place in the order of the source
     * @param state what the key held afterwards
     * @param etag of that, or null for none
     * @param candidates the mutations of which one did this
     */
    record Application(
            long tick,
            long nanos,
            Mutation.Kind kind,
            long state,
            @Nullable String etag,
            List<Mutation> candidates) {

        /** One of its mutations did it, and each of them was acknowledged, or settled, before this moment. */
        boolean countsAt(long tick, long nanos) {
            boolean any = false;
            for (Mutation each : candidates) {
                Operation operation = each.operation;
                if (operation.outcome() == Operation.Outcome.FAILED) {
                    continue;
                }
                any = true;
                boolean answered = operation.isAcknowledgedBefore(tick) && this.tick <= operation.endTick();
                if (!answered && !operation.isSettledBefore(tick, nanos)) {
                    return false;
                }
            }
            return any;
        }
    }

    private record Line(long tick, String text) {}
}
