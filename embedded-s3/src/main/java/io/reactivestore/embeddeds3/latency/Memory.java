package io.reactivestore.embeddeds3.latency;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that writes take, and refuses those above the limit. */
final class Memory {

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    Memory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean reserve(long bytes) {
        long before = used.getAndAdd(bytes);
        if (bytes > maxBytes - before) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
