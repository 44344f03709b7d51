package io.reactivestore.testkit.history;

import io.reactivestore.testkit.history.KeyHistory.Application;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the order in which the source applied mutations: a read may return nothing older than what was acknowledged, or
 * settled and applied, before it began.
 */
final class OrderCheck {
    /*
     * Puts are told apart by their number. Of removals and copies several may be under way at once, and an application is one of
     * theirs: it counts when all of them are done. An acknowledged one was certainly applied, at the earliest by the first
     * application in its time.
     */

    private OrderCheck() {}

    /** Why the read must not have returned this state, or null if it may. */
    static @Nullable String judge(KeyHistory key, Operation read, long state) {
        long floor = floor(key, read.beginTick, read.beginNanos);
        Application found = null;
        Application least = null;
        for (Application each : key.applications) {
            found = each.state() == state ? each : found;
            least = each.tick() == floor ? each : least;
        }
        if (found == null && state == KeyHistory.ABSENT && floor == 0) {
            return null;
        }
        if (found == null) {
            return "which the source never held by then, or replaced long before";
        }
        if (found.tick() >= floor) {
            return null;
        }
        return "which in the order of the source is older than what "
                + (least == null ? "was acknowledged long before" : least.candidates() + " left")
                + ", and that was acknowledged or settled before this read began";
    }

    /** Why the acknowledgement is wrong, or null if it is right. */
    static @Nullable String judgeAcknowledged(Mutation mutation) {
        return mutation.isApplied() || mutation.isNeedless()
                ? null
                : "was acknowledged, but the source did not apply it: " + mutation;
    }

    /** Forgets what no read, open or to come, may return. The moment is the begin of the oldest open read, or now. */
    static void prune(KeyHistory key, long tick, long nanos) {
        key.floorTick = floor(key, tick, nanos);
        key.applications.removeIf(each -> each.tick() < key.floorTick);
        key.mutations.removeIf(each -> each.operation.isSettledBefore(tick, nanos));
    }

    private static long floor(KeyHistory key, long tick, long nanos) {
        long floor = key.floorTick;
        for (Application each : key.applications) {
            if (each.tick() > floor && each.countsAt(tick, nanos)) {
                floor = each.tick();
            }
        }
        for (Mutation each : key.mutations) {
            if (each.kind != Mutation.Kind.PUT && each.operation.isAcknowledgedBefore(tick)) {
                floor = Math.max(floor, firstWithin(key.applications, each));
            }
        }
        return floor;
    }

    private static long firstWithin(List<Application> applications, Mutation mutation) {
        for (Application each : applications) {
            if (each.candidates().contains(mutation) && each.tick() < mutation.operation.endTick()) {
                return each.tick();
            }
        }
        return 0;
    }
}
