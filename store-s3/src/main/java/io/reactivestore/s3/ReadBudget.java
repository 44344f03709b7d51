package io.reactivestore.s3;

/** Bounds the bytes that all bodies of a store hold, or have asked for, at a time. */
final class ReadBudget {
    /*
     * How it works. A body takes bytes before it asks for a part, and gives them back when the part is handed on. None waits for another:
     * one that gets none goes on with what it has under way, and one that has nothing under way gets the least there is, beyond the limit
     * if need be. So no body can hold up another for ever, whoever waits for whom above, and the limit is exceeded by the least for each
     * body at most.
     *
     * A body may hold its share: the limit divided by the bodies that are being read. The share of one that has much shrinks when others
     * come; it then takes no more until it is below it.
     *
     *   state           written by    guard   seen by others
     *   used, bodies    all methods   this    at once
     */

    private final long maxBytes;
    private final int leastBytes;
    private long used;
    private int bodies;

    /** @param leastBytes what a body can always ask for */
    ReadBudget(long maxBytes, int leastBytes) {
        this.maxBytes = maxBytes;
        this.leastBytes = leastBytes;
    }

    synchronized long usedBytes() {
        return used;
    }

    /** What one body takes of it; to be closed when the body is read or cancelled. */
    final class Share {

        private long held;
        private boolean closed;

        private Share() {}

        /**
         * Takes bytes.
         *
         * @param wanted the length of the next part
         * @param hasNone whether the body has nothing under way
         * @return how many were taken: as many as wanted, or fewer, or 0
         */
        int take(int wanted, boolean hasNone) {
            synchronized (ReadBudget.this) {
                int least = Math.min(wanted, leastBytes);
                long free = Math.min(maxBytes - used, maxBytes / bodies - held);
                int taken = free >= wanted ? wanted : free >= least ? (int) free : hasNone ? least : 0;
                used += taken;
                held += taken;
                return taken;
            }
        }

        void give(int bytes) {
            synchronized (ReadBudget.this) {
                used -= bytes;
                held -= bytes;
            }
        }

        /** Gives back all that it holds; the second time nothing happens. */
        void close() {
            synchronized (ReadBudget.this) {
                if (!closed) {
                    closed = true;
                    used -= held;
                    held = 0;
                    bodies--;
                }
            }
        }
    }

    synchronized Share open() {
        bodies++;
        return new Share();
    }
}
