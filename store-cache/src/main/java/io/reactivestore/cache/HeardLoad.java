package io.reactivestore.cache;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/** A part of an object on its way, as a {@link LoadListener} hears of it: that it begins, who waits for it, and that it has ended; each once. */
final class HeardLoad {
    /*
     * How it works. A part has its waiters, and may come to its end, before it is begun: the listener hears of them then.
     *
     *   to come --begin--> under way --end--> over
     *           --end--> over, which is told after the begin
     *
     *   state           written by                  guard         seen by others
     *   known, untold   waits; tellWaiters          this object   at once; who is untold is in known
     *   begun           begin, once                 this object   at once
     *   isOver, error   end, the first time         this object   at once; never taken back
     *
     * The listener is called by nobody who holds the lock. It is taken within the lock of BlockLoads, and none is taken within it.
     */

    private final @Nullable LoadListener listener;
    private final Set<BlockLoads.Waiter> known = new HashSet<>(2);
    private List<BlockLoads.Waiter> untold = new ArrayList<>(1);
    private LoadListener.@Nullable Begun begun;
    private boolean isOver;
    private @Nullable Throwable error;

    /** @param listener null if nobody hears of it */
    HeardLoad(@Nullable LoadListener listener) {
        this.listener = listener;
    }

    /** Somebody waits for some of it; to be followed by {@link #tellWaiters} or {@link #begin}, without locks. */
    synchronized void waits(BlockLoads.Waiter waiter) {
        if (listener != null && known.add(waiter)) {
            untold.add(waiter);
        }
    }

    /** Tells of those who have come to wait; if it is not begun yet, its begin will. */
    void tellWaiters() {
        LoadListener.Begun hears;
        List<BlockLoads.Waiter> come;
        synchronized (this) {
            hears = begun;
            if (hears == null || untold.isEmpty()) {
                return;
            }
            come = untold;
            untold = new ArrayList<>(1);
        }
        for (BlockLoads.Waiter waiter : come) {
            hears.joined(waiter.contextView());
        }
    }

    /**
     * Once, before anything is asked.
     *
     * @return under which to ask
     */
    Context begin(String operation, String key) {
        if (listener == null) {
            return Context.empty();
        }
        LoadListener.Begun hears = listener.begin(operation, key);
        boolean wasOver;
        Throwable why;
        synchronized (this) {
            begun = hears;
            wasOver = isOver;
            why = error;
        }
        tellWaiters();
        if (wasOver) {
            hears.ended(why);
        }
        return hears.context();
    }

    /** It is over; only the first time counts. */
    void end(@Nullable Throwable reason) {
        LoadListener.Begun hears;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            error = reason;
            hears = begun;
        }
        if (hears != null) {
            hears.ended(reason);
        }
    }
}
