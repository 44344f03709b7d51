package io.reactivestore.s3.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells when a connection on which something is awaited has been silent for too long. To be used on its event loop only. */
final class StallWatch implements Runnable {
    /*
     * How it works. One task looks after a connection, and is scheduled again only while something is awaited: a request that is
     * answered costs two looks at the clock. The task of a request that has ended finds the next one, or nothing, and goes away.
     *
     *   resting --await--> awaiting --progress--> awaiting (from now) --rest--> resting
     *                      awaiting --silent for the limit--> resting, the waiter is told
     */

    private final EventLoop loop;
    private @Nullable Runnable waiter;
    private long limit;
    private long since;
    private @Nullable ScheduledFuture<?> task;
    private long due;

    StallWatch(EventLoop loop) {
        this.loop = loop;
    }

    /** From now on something is awaited; a limit of zero means for ever. */
    void await(Duration limit, Runnable onStall) {
        if (limit.isZero()) {
            rest();
            return;
        }
        this.waiter = onStall;
        this.limit = limit.toNanos();
        this.since = System.nanoTime();
        if (task == null) {
            schedule(this.limit);
        } else if (due - (since + this.limit) > 0) {
            task.cancel(false);
            schedule(this.limit);
        }
    }

    void progress() {
        since = System.nanoTime();
    }

    void rest() {
        waiter = null;
    }

    @Override
    public void run() {
        task = null;
        Runnable waiting = waiter;
        if (waiting == null) {
            return;
        }
        long left = since + limit - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            waiter = null;
            waiting.run();
        }
    }

    private void schedule(long nanos) {
        due = System.nanoTime() + nanos;
        task = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
    }
}
