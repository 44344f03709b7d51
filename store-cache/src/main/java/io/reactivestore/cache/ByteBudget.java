package io.reactivestore.cache;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of objects on their way into the cache may be held at once, beside those that are in it. */
final class ByteBudget {

    private final long maxBytes;
    private final AtomicLong taken = new AtomicLong();

    ByteBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether there was room for so many more; they are to be given back. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }
}
