package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.RecordVersion;
import io.reactivestore.cache.disk.internal.Recovery;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Hears what is found in a log: puts keys in doubt whose newest record is a removal, if the process before was killed, since what it
 * had sent may still be applied. What is heard before that is known waits. One thread at a time.
 */
final class DiskRecovery implements Recovery {

    private static final Logger LOG = Loggers.getLogger(DiskRecovery.class);

    private final String directory;
    private final Fence fence;
    private @Nullable List<Runnable> waiting = new ArrayList<>();
    private boolean doubts;
    private boolean one;

    DiskRecovery(String directory, Fence fence) {
        this.directory = directory;
        this.fence = fence;
    }

    /** @param doubts whether removals leave doubt */
    void decide(boolean doubts) {
        this.doubts = doubts;
        List<Runnable> heard = waiting == null ? List.of() : waiting;
        waiting = null;
        if (doubts) {
            heard.forEach(Runnable::run);
        }
    }

    /** Lets recovery go on by one segment. */
    void goOnByOne() {
        one = true;
    }

    @Override
    public void tombstone(String key, RecordVersion version) {
        doubt(() -> fence.doubt(key));
    }

    @Override
    public void prefix(String prefix, RecordVersion version) {
        doubt(() -> fence.doubtPrefix(prefix));
    }

    private void doubt(Runnable doubt) {
        if (waiting != null) {
            waiting.add(doubt);
        } else if (doubts) {
            doubt.run();
        }
    }

    @Override
    public void damaged(long segment, String reason) {
        LOG.warn(
                "{}: segment {} is damaged, what is older is confirmed before it is served: {}",
                directory,
                segment,
                reason);
    }

    @Override
    public void progress(int segmentsDone, int segmentCount, long entries) {
        LOG.debug("{}: {} of {} segments read, {} entries", directory, segmentsDone, segmentCount, entries);
    }

    @Override
    public boolean goesOn() {
        boolean now = one;
        one = false;
        return now;
    }
}
