package io.reactivestore.testkit.history;

/** One operation of one client, from its begin to its end. */
final class Operation {
    /*
     * Two times: the tick orders all events of a history strictly, also those of one virtual instant; nanoseconds tell when the
     * time in doubt is over.
     *
     *   open --ok--> done       settled at once, or, where a retried attempt may still arrive, after the time in doubt
     *   open --unknown--> unknown   settled after the time in doubt
     *   open --failed--> failed     never applied
     */

    enum Outcome {
        OPEN,
        OK,
        UNKNOWN,
        FAILED
    }

    final String client;
    final String label;
    final long beginTick;
    final long beginNanos;
    private Outcome outcome = Outcome.OPEN;
    private long endTick;
    private long endNanos;
    private boolean inDoubt;
    private long settledNanos;

    Operation(String client, String label, long beginTick, long beginNanos) {
        this.client = client;
        this.label = label;
        this.beginTick = beginTick;
        this.beginNanos = beginNanos;
    }

    /** @param doubtNanos how long it may still be applied from now on; negative for not at all */
    void end(Outcome outcome, long tick, long nanos, long doubtNanos) {
        if (this.outcome != Outcome.OPEN) {
            throw new IllegalStateException(this + " ended already");
        }
        this.outcome = outcome;
        endTick = tick;
        endNanos = nanos;
        inDoubt = doubtNanos >= 0 && outcome != Outcome.FAILED;
        settledNanos = nanos + Math.max(0, doubtNanos);
    }

    Outcome outcome() {
        return outcome;
    }

    boolean isOpen() {
        return outcome == Outcome.OPEN;
    }

    long endTick() {
        return endTick;
    }

    /** Answered before this moment. */
    boolean isAcknowledgedBefore(long tick) {
        return outcome == Outcome.OK && endTick < tick;
    }

    /** Ended, and applied by this moment or never. */
    boolean isSettledBefore(long tick, long nanos) {
        return outcome != Outcome.OPEN && endTick < tick && (!inDoubt || settledNanos < nanos);
    }

    /** May be applied now. */
    boolean mayBeAppliedAt(long nanos) {
        return outcome == Outcome.OPEN || (inDoubt && nanos <= settledNanos);
    }

    @Override
    public String toString() {
        String end = switch (outcome) {
            case OPEN -> "...";
            case UNKNOWN -> millis(endNanos) + ", in doubt to " + millis(settledNanos);
            case OK -> inDoubt ? millis(endNanos) + ", repeated to " + millis(settledNanos) : millis(endNanos);
            case FAILED -> millis(endNanos) + ", failed";
        };
        return client + " " + label + " [" + millis(beginNanos) + ", " + end + "]";
    }

    static String millis(long nanos) {
        // Not String.format: every operation is logged.
        return nanos / 1_000_000 + "."
                + String.valueOf(1_000_000 + nanos % 1_000_000).substring(1);
    }
}
