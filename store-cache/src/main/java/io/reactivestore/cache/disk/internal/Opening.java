package io.reactivestore.cache.disk.internal;

import org.jspecify.annotations.Nullable;

/**
 * How a directory was found.
 *
 * @param epoch of this process: on disk, and above all earlier ones
 * @param closedCleanly whether the last process closed it, or there was none; if not, its requests may still be under way
 * @param offMark whether a mutation had gone past the tier while it was off
 * @param osStopped whether the operating system was started anew without a clean close before, or nobody can tell
 * @param discarded why what was there is not used, or null
 */
public record Opening(
        long epoch,
        boolean closedCleanly,
        boolean offMark,
        boolean osStopped,
        @Nullable String discarded) {

    /** Whether every entry of an earlier epoch is suspect. */
    public boolean allSuspect() {
        return offMark || osStopped;
    }
}
