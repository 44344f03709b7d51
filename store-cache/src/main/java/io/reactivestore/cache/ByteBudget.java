package io.reactivestore.cache;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of objects on their way into the cache may be held at once, beside those that are in it. */
final class ByteBudget {
    /*
     * How it works. A load asks for bytes before it knows how many there will be. It gets a quarter of what is free, so that one load
     * alone needs one request for all but the largest objects. Half of all is kept for those who know how many they need: else the first
     * of many loads would hold, for small objects too, what the others are refused when they are answered first.
     *
     *   state         written by                 guard         seen by others
     *   taken         everybody                  CAS           at once; never above maxBytes
     *   Share.bytes   resize, release            the share     under the lock; 0 after release
     */

    private final long maxBytes;
    private final AtomicLong taken = new AtomicLong();

    ByteBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A share of at most so many bytes, before it is known how many are needed; of none if there is no room for at least so many. */
    Share takeUpTo(long most, long least) {
        while (true) {
            long before = taken.get();
            long free = maxBytes - before;
            long share = Math.min(most, Math.max(least, free / 4));
            boolean isRoom = before == 0 ? least <= free : free - share >= maxBytes / 2;
            long bytes = isRoom ? share : 0;
            if (bytes == 0 || taken.compareAndSet(before, before + bytes)) {
                return new Share(bytes);
            }
        }
    }

    /** Whether there was room for so many more; they are to be given back. */
    boolean take(long bytes) {
        while (true) {
            long before = taken.get();
            if (bytes > maxBytes - before) {
                return false;
            }
            if (taken.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    long taken() {
        return taken.get();
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** What one load has of the budget. */
    final class Share {

        private long bytes;
        private boolean released;

        private Share(long bytes) {
            this.bytes = bytes;
        }

        synchronized long bytes() {
            return bytes;
        }

        /** Makes it so large; says no, and changes nothing, if there is no room. */
        synchronized boolean resize(long wanted) {
            if (released || (wanted > bytes && !take(wanted - bytes))) {
                return false;
            }
            if (wanted < bytes) {
                give(bytes - wanted);
            }
            bytes = wanted;
            return true;
        }

        /** Hands all of it over to whoever gives it back later. */
        synchronized long handOver() {
            long handed = bytes;
            bytes = 0;
            released = true;
            return handed;
        }

        /** Gives all of it back, once. */
        synchronized void release() {
            give(bytes);
            bytes = 0;
            released = true;
        }
    }
}
