package io.reactivestore.cache;

import io.reactivestore.cache.Works.Work;
import io.reactivestore.cache.disk.internal.DiskLog;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The log from one opening until the tier goes off or is closed; the next opening has another one. */
final class DiskSession {
    /*
     * How it works. Recovery goes on behind everything else, a segment at a time.
     *
     *   recovering --all is read--> sweeping --what prefix fences hide is gone--> done
     *   recovering --stop, failure--> over
     *
     * If the process before was killed, the fence is held until all is read: which keys are in doubt is known then. If that is given up,
     * also while a read hangs, all of them are.
     *
     *   state     written by              guard       seen by others
     *   holds     recover, its end, stop  this        -
     *   stopped   stop                    volatile    at once; never taken back
     *   busy      recovery                volatile    at once
     */

    final DiskLog log;
    final DiskWriter writer;
    final DiskReader reader;
    private final DiskRecovery recovery;
    private final StoreTier.Shared shared;
    private final Consumer<Throwable> onFailure;
    private boolean holds;
    private volatile boolean stopped;
    private volatile boolean busy;
    private @Nullable Work work;

    /** @param onFailure hears why recovery has ended too early */
    DiskSession(
            DiskLog log,
            DiskWriter writer,
            DiskReader reader,
            DiskRecovery recovery,
            StoreTier.Shared shared,
            Consumer<Throwable> onFailure) {
        this.log = log;
        this.writer = writer;
        this.reader = reader;
        this.recovery = recovery;
        this.shared = shared;
        this.onFailure = onFailure;
    }

    /**
     * Begins the recovery.
     *
     * @param holds whether the fence is held for it
     */
    void recover(boolean holds) {
        synchronized (this) {
            this.holds = holds;
        }
        busy = true;
        work = shared.works().begin();
        schedule(this::recoverOne);
    }

    /** Ends what is behind it as soon as it can be. */
    void stop() {
        stopped = true;
        writer.stop();
        letGo(false);
    }

    /** Whether nothing of it uses the log any more. */
    boolean isOver() {
        return !busy && writer.isIdle();
    }

    private void schedule(Runnable task) {
        try {
            shared.runtime().io().schedule(task);
        } catch (RejectedExecutionException overloaded) {
            end(overloaded);
        }
    }

    private void recoverOne() {
        if (stopped) {
            end(null);
            return;
        }
        try {
            recovery.goOnByOne();
            if (log.recover()) {
                letGo(true);
                schedule(this::sweep);
            } else {
                schedule(this::recoverOne);
            }
        } catch (IOException | RuntimeException failure) {
            end(failure);
        }
    }

    private void sweep() {
        try {
            log.sweep(() -> !stopped);
            end(null);
        } catch (IOException | RuntimeException failure) {
            end(failure);
        }
    }

    /** @param known whether the keys in doubt are */
    private synchronized void letGo(boolean known) {
        if (holds) {
            holds = false;
            if (!known) {
                shared.fence().doubtAll();
            }
            shared.fence().release();
        }
    }

    private void end(@Nullable Throwable failure) {
        letGo(false);
        busy = false;
        if (work != null) {
            shared.works().end(work);
        }
        if (failure != null) {
            onFailure.accept(failure);
        }
    }
}
