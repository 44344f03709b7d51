package io.reactivestore.cache.disk.internal;

/**
 * The order of mutations as a record carries it. An entry has the stamp of its flight, a tombstone the one at the begin of its mutation,
 * so that it hides every entry up to its own version.
 *
 * @param epoch which process, or which time between two outages of the tier, {@code 1..}{@value #MAX_EPOCH}
 * @param stamp the fence's stamp, {@code 0..}{@value #MAX_STAMP}; of a prefix fence the sequence of prefix mutations
 */
public record RecordVersion(long epoch, long stamp) implements Comparable<RecordVersion> {

    /** One more every second for half a year. */
    static final long MAX_EPOCH = (1L << 23) - 1;

    static final long MAX_STAMP = (1L << 40) - 1;

    private static final int STAMP_BITS = 40;

    public RecordVersion {
        if (epoch < 0 || epoch > MAX_EPOCH || stamp < 0 || stamp > MAX_STAMP) {
            throw new IllegalArgumentException("version: out of range: " + epoch + "." + stamp);
        }
    }

    static RecordVersion ofPacked(long packed) {
        return new RecordVersion(packed >>> STAMP_BITS, packed & MAX_STAMP);
    }

    /** Both in one number of the same order. */
    long packed() {
        return (epoch << STAMP_BITS) | stamp;
    }

    @Override
    public int compareTo(RecordVersion other) {
        return Long.compare(packed(), other.packed());
    }

    @Override
    public String toString() {
        return epoch + "." + stamp;
    }
}
