package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** How far a tier is behind: what it was told and has yet to do, which it does in that order. Any thread; right to some microseconds. */
final class Backlog {

    private final StoreRuntime runtime;
    private final Queue<Long> toldAt = new ConcurrentLinkedQueue<>();
    private final AtomicLong events = new AtomicLong();

    Backlog(StoreRuntime runtime) {
        this.runtime = runtime;
    }

    void told() {
        toldAt.add(runtime.nanoTime());
        events.incrementAndGet();
    }

    /** The oldest is done, or given up. */
    void done() {
        toldAt.poll();
        events.decrementAndGet();
    }

    long events() {
        return events.get();
    }

    /** Since when the oldest waits; zero if none does. */
    Duration lag() {
        Long oldest = toldAt.peek();
        return oldest == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, runtime.nanoTime() - oldest));
    }
}
