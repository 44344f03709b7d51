package io.reactivestore.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription to a publisher that works in rounds. A round looks at what there is and at what is asked for, gives what it can, and
 * begins what is to be begun; there is one after each demand, cancel, and {@link #drain()}, and never two at a time.
 */
public abstract class Emission<T> implements Subscription {
    /*
     * How it works. Whoever raises wip from 0 makes rounds until it is back at 0; who finds it raised leaves its round to that thread, also if
     * that is itself, in the middle of a round.
     *
     *   open --complete, fail, round that throws--> over: released, then the subscriber is told
     *   open --cancel--> over: released, in the next round
     *
     *   state                              written by    guard                        seen by others
     *   requested                          subscriber    atomic; never taken back     at once
     *   cancelled                          subscriber    volatile                     at once
     *   emitted, over, what subclasses     rounds        wip: one thread at a time    -
     *   have and do not guard themselves
     */

    private final CoreSubscriber<? super T> actual;
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean cancelled;
    private long emitted;
    private boolean over;

    protected Emission(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    /** Gives and begins what can be given and begun now; ends with the first of {@link #complete()} and {@link #fail}, or when cancelled. */
    protected abstract void round();

    /** Ends what was begun, and lets go of everything. Called once, and no round after it. */
    protected abstract void release();

    @Override
    public final void request(long n) {
        if (Operators.validate(n)) {
            requested.accumulateAndGet(n, Operators::addCap);
            drain();
        }
    }

    @Override
    public final void cancel() {
        cancelled = true;
        drain();
    }

    /** Something has come: there will be a round, or one more. From any thread. */
    public final void drain() {
        if (wip.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            if (!over) {
                roundOrRelease();
            }
            missed = wip.addAndGet(-missed);
        }
    }

    private void roundOrRelease() {
        if (cancelled) {
            end();
            return;
        }
        try {
            round();
        } catch (RuntimeException fault) {
            // Of this code: without a word the subscriber would wait for ever.
            if (over) {
                throw fault;
            }
            fail(fault);
        }
    }

    private void end() {
        over = true;
        release();
    }

    /** Whether nobody wants any more; to be looked at again after each {@link #give}. From any thread. */
    protected final boolean isCancelled() {
        return cancelled;
    }

    /** What the subscriber sees while it subscribes to others. */
    protected final Context context() {
        return actual.currentContext();
    }

    /** How many more may be given, {@link Long#MAX_VALUE} for any number. In rounds only. */
    protected final long demand() {
        long all = requested.get();
        return all == Long.MAX_VALUE ? all : all - emitted;
    }

    /** Gives one of those that were asked for. In rounds only. */
    protected final void give(T value) {
        emitted++;
        actual.onNext(value);
    }

    /** In rounds only, as the last thing. */
    protected final void complete() {
        end();
        actual.onComplete();
    }

    /** In rounds only, as the last thing. */
    protected final void fail(Throwable error) {
        end();
        actual.onError(error);
    }
}
