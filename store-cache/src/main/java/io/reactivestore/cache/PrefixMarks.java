package io.reactivestore.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The prefix mutations that still matter to somebody: those under way or in doubt, and ended ones that old passes must not miss. */
final class PrefixMarks {
    /*
     * How it works. Each begin and each end takes the next number of a sequence. A pass knows the number of its time; it is outdated
     * for a key under a prefix if that prefix mutation ended after it, and nothing is installed while one is under way or in doubt.
     * An ended mark goes when a later one covers it. When there are more than MAX, the two with the longest common prefix become one
     * mark for that prefix: it covers more keys than it must, which only drops fills. No mark is needed for copies: they are removed
     * while it is under way.
     *
     *   state      written by           guard         seen by others
     *   sequence   begin, end, settle   this object   volatile
     *   marks      begin, end           this object   volatile array, replaced as a whole
     *   a mark     end, settle          this object   volatile fields
     */

    private static final int MAX = 64;

    private volatile long sequence;
    private volatile Mark[] marks = {};

    /** One prefix mutation. */
    static final class Mark {
        final String prefix;
        /** The number of its begin. */
        final long begunAt;

        /** The number of its end; {@link Long#MAX_VALUE} while it is under way. */
        private volatile long endedAt = Long.MAX_VALUE;

        private volatile boolean inDoubt;
        private volatile long doubtUntil;

        Mark(String prefix, long begunAt) {
            this.prefix = prefix;
            this.begunAt = begunAt;
        }

        private boolean underWay() {
            return endedAt == Long.MAX_VALUE;
        }
    }

    /** The number that a pass of this moment carries. */
    long sequence(long now) {
        settle(now);
        return sequence;
    }

    synchronized Mark begin(String prefix) {
        sequence = sequence + 1;
        Mark mark = new Mark(prefix, sequence);
        List<Mark> next = new ArrayList<>(List.of(marks));
        next.add(mark);
        marks = next.toArray(Mark[]::new);
        return mark;
    }

    /** @param doubtUntil until when it may still be applied, or null if its outcome is known */
    synchronized void end(Mark mark, @Nullable Long doubtUntil) {
        if (doubtUntil != null) {
            mark.doubtUntil = doubtUntil;
            mark.inDoubt = true;
        }
        mark.endedAt = sequence + 1;
        sequence = sequence + 1; // last: a pass of in between counts as one of before
        marks = Stream.of(marks).filter(other -> !covers(mark, other)).toArray(Mark[]::new);
        merge();
    }

    /** Whether no prefix mutation of this key ended after {@code since}. */
    boolean isCurrent(String key, long since, long now) {
        settle(now);
        for (Mark mark : marks) {
            if (!mark.underWay() && mark.endedAt > since && key.startsWith(mark.prefix)) {
                return false;
            }
        }
        return true;
    }

    /** Whether what a reader found who began at {@code since} may be installed. */
    boolean admits(String key, long since, long now) {
        settle(now);
        for (Mark mark : marks) {
            if (key.startsWith(mark.prefix)) {
                // In this order: the end of a doubt writes endedAt first.
                if (mark.underWay() || mark.inDoubt || mark.endedAt > since) {
                    return false;
                }
            }
        }
        return true;
    }

    /** How many marks are kept. */
    int size() {
        return marks.length;
    }

    /** Whether none is under way or in doubt. */
    boolean isQuiet(long now) {
        settle(now);
        return Stream.of(marks).noneMatch(mark -> mark.underWay() || mark.inDoubt);
    }

    /** Whether none that covers this key is under way or in doubt. */
    boolean isQuiet(String key, long now) {
        settle(now);
        return Stream.of(marks).noneMatch(mark -> (mark.underWay() || mark.inDoubt) && key.startsWith(mark.prefix));
    }

    /** Like the doubt of a key, the end of a prefix's doubt outdates the passes that were taken in it. */
    private void settle(long now) {
        for (Mark mark : marks) {
            if (mark.inDoubt && now - mark.doubtUntil >= 0) {
                synchronized (this) {
                    if (mark.inDoubt) {
                        mark.endedAt = sequence + 1;
                        mark.inDoubt = false;
                        sequence = sequence + 1;
                    }
                }
            }
        }
    }

    private void merge() {
        while (marks.length > MAX) {
            Mark[] present = marks;
            int first = -1;
            int second = -1;
            int longest = -1;
            for (int i = 0; i < present.length; i++) {
                for (int j = i + 1; j < present.length; j++) {
                    if (isOver(present[i]) && isOver(present[j])) {
                        int common = commonPrefix(present[i].prefix, present[j].prefix);
                        if (common > longest) {
                            longest = common;
                            first = i;
                            second = j;
                        }
                    }
                }
            }
            if (first < 0) {
                return; // more than MAX at once under way: they merge as they end
            }
            Mark merged = new Mark(
                    present[first].prefix.substring(0, longest),
                    Math.max(present[first].begunAt, present[second].begunAt));
            merged.endedAt = Math.max(present[first].endedAt, present[second].endedAt);
            List<Mark> next = new ArrayList<>(List.of(present));
            next.remove(second);
            next.set(first, merged);
            marks = next.toArray(Mark[]::new);
        }
    }

    /** Whether the mark that has just ended keeps away all that the other one would, and at least as long. */
    private static boolean covers(Mark ended, Mark other) {
        return other != ended
                && !other.underWay()
                && (!other.inDoubt || ended.inDoubt)
                && other.prefix.startsWith(ended.prefix);
    }

    private static boolean isOver(Mark mark) {
        return !mark.underWay() && !mark.inDoubt;
    }

    private static int commonPrefix(String a, String b) {
        int n = Math.min(a.length(), b.length());
        int i = 0;
        while (i < n && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        return i;
    }
}
