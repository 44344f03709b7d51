package io.reactivestore.cache.writeback;

import io.reactivestore.internal.SnapshotMap;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What the table holds of one key. All is guarded by the table's lock. */
final class Slot {
    final String key;

    /** By which {@link Slots} and {@link SlotOrder} know it. */
    final int number;

    private Entry entry;

    /** That of the entry: a read need not look into it. */
    private @Nullable ByteBuffer value;

    long size;
    boolean dirty;

    /** The first write that the inner store does not have, and when it came. */
    long since;

    long sinceNanos;

    /** The number of the write that is under way to the inner store; 0 if none is. */
    long attempt;

    /** What becomes {@code since} if the attempt succeeds; 0 if there was no write since it began. */
    long nextSince;

    long nextSinceNanos;

    /** Whether a write past the table is under way; matters to a clean copy only. */
    boolean passed;

    /** Chosen to be flushed to make room. */
    boolean leaving;

    /** Whether, and until when, other victims are tried first after a failure. */
    boolean cooling;

    long coolingUntil;

    /** Where its entry is among the dirty ones; null if it is clean. */
    SnapshotMap.@Nullable Place<Entry> place;

    Slot(Entry entry, int number) {
        this.key = entry.key();
        this.number = number;
        this.entry = entry;
        this.value = entry.value();
    }

    Entry entry() {
        return entry;
    }

    void setEntry(Entry entry) {
        this.entry = entry;
        this.value = entry.value();
    }

    /** The bytes it holds; null of a tombstone. */
    @Nullable ByteBuffer value() {
        return value;
    }

    boolean isCooling(long nanoTime) {
        return cooling && nanoTime - coolingUntil < 0;
    }
}
