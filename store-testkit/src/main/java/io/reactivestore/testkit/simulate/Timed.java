package io.reactivestore.testkit.simulate;

/** Something that waits for its time; of two with the same time the one that was made first comes first. */
abstract class Timed implements Comparable<Timed> {

    private long dueNanos;
    private long sequence;

    Timed(long dueNanos, long sequence) {
        this.dueNanos = dueNanos;
        this.sequence = sequence;
    }

    long dueNanos() {
        return dueNanos;
    }

    /** Waits once more; only while it is not among those that wait. */
    final void again(long dueNanos, long sequence) {
        this.dueNanos = dueNanos;
        this.sequence = sequence;
    }

    /** Its time has come. Runs no work of the simulated process itself. */
    abstract void due();

    @Override
    public final int compareTo(Timed other) {
        int byTime = Long.compare(dueNanos, other.dueNanos);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
}
