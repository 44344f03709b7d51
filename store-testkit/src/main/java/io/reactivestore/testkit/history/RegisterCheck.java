package io.reactivestore.testkit.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges a read by what the clients know: a read may return what no later acknowledged mutation has certainly replaced before it
 * began. A mutation of unknown outcome is settled by the first read, begun after its time in doubt, that tells.
 */
final class RegisterCheck {
    /*
     * A mutation counts for a read if it was certainly applied before the read began: acknowledged by then, or seen by some read
     * and settled by then. Among those that count, whatever was settled before the last-begun of them began is replaced.
     */

    private RegisterCheck() {}

    /** Why the read must not have returned this state, or null if it may. */
    static @Nullable String judge(KeyHistory key, Operation read, long state) {
        List<Mutation> candidates =
                key.mutations.stream().filter(each -> each.canLeave(state)).toList();
        boolean initial = state == KeyHistory.ABSENT && key.initialPossible;
        Mutation last = lastCounting(key, read.beginTick, read.beginNanos);
        List<Mutation> allowed =
                candidates.stream().filter(each -> isReadable(each, last)).toList();
        boolean initialAllowed = initial && last == null;
        if (allowed.isEmpty() && !initialAllowed) {
            return why(candidates, initial, last);
        }
        settle(key, read, allowed, initialAllowed);
        return null;
    }

    /** What a read, or a copy, that begins at this moment may find, as far as it has begun. */
    static List<Mutation> readable(KeyHistory key, long tick, long nanos) {
        Mutation last = lastCounting(key, tick, nanos);
        return key.mutations.stream().filter(each -> isReadable(each, last)).toList();
    }

    /** Forgets what no read, open or to come, may return. The moment is the begin of the oldest open read, or now. */
    static void prune(KeyHistory key, long tick, long nanos) {
        Mutation last = lastCounting(key, tick, nanos);
        if (last != null) {
            key.initialPossible = false;
            key.mutations.removeIf(each -> each != last && each.isBefore(last));
        }
        key.mutations.removeIf(each -> each.isDead() && each.operation.isSettledBefore(tick, nanos));
    }

    private static boolean isReadable(Mutation mutation, @Nullable Mutation last) {
        return !mutation.isDead() && (last == null || !mutation.isBefore(last));
    }

    private static @Nullable Mutation lastCounting(KeyHistory key, long tick, long nanos) {
        Mutation last = null;
        for (Mutation each : key.mutations) {
            boolean counts = each.operation.isAcknowledgedBefore(tick)
                    || (each.isSeen() && !each.isDead() && each.operation.isSettledBefore(tick, nanos));
            if (counts && (last == null || each.operation.beginTick > last.operation.beginTick)) {
                last = each;
            }
        }
        return last;
    }

    private static String why(List<Mutation> candidates, boolean initial, @Nullable Mutation last) {
        if (candidates.isEmpty() && !initial) {
            return "which no write to this key left, or one that was replaced long before";
        }
        for (Mutation each : candidates) {
            if (each.isDead()) {
                return "but it was not applied, as an answer or an earlier read tells: " + each;
            }
        }
        return "but before this read began it was replaced by " + last;
    }

    private static void settle(KeyHistory key, Operation read, List<Mutation> allowed, boolean initial) {
        if (allowed.size() == 1 && !initial) {
            allowed.get(0).see();
        }
        for (Mutation each : key.mutations) {
            boolean settles = each.operation.outcome() == Operation.Outcome.UNKNOWN
                    && !each.isSeen()
                    && each.operation.isSettledBefore(read.beginTick, read.beginNanos)
                    && allowed.stream().allMatch(possible -> possible.isBefore(each));
            if (settles) {
                each.kill();
            }
        }
    }
}
