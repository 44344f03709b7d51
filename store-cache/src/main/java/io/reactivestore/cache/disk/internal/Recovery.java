package io.reactivestore.cache.disk.internal;

/**
 * Hears what opening, recovery, and recycling ahead of recovery find, on the thread that calls them and under a lock: it takes note and
 * returns. What is damaged nobody may leave unheard.
 */
@FunctionalInterface
public interface Recovery {

    /** A key was removed, and nothing newer has been found of it so far. */
    default void tombstone(String key, RecordVersion version) {}

    /** All keys with this prefix were removed at a time. */
    default void prefix(String prefix, RecordVersion version) {}

    /** Some of a segment cannot be read: what is in it and in older ones is suspect. */
    void damaged(long segment, String reason);

    /**
     * A segment was read.
     *
     * @param entries in the index by now
     */
    default void progress(int segmentsDone, int segmentCount, long entries) {}

    /** Whether to go on with the next segment. */
    default boolean goesOn() {
        return true;
    }
}
