package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;

/** What is known without asking anybody: copies, and absences. A key has one of them at most. */
final class Memory {

    private final MemoryTier copies;
    private final Absences absences;

    Memory(MemoryTier copies, Absences absences) {
        this.copies = copies;
        this.absences = absences;
    }

    MemoryTier copies() {
        return copies;
    }

    /** The copy of a key, counted as used; null if there is none. Never blocks. */
    @Nullable CachedEntry get(String key) {
        return copies.get(key);
    }

    /** Whether the source has said of late that there is no such object. */
    boolean isAbsent(String key) {
        return absences.has(key);
    }

    /** Puts a copy in the place of an older one, or of an absence. */
    void put(String key, CachedEntry entry) {
        copies.put(key, entry);
        absences.remove(key);
    }

    /** Notes that the source has no such object. */
    void putAbsent(String key, long toldAtNanos, long epoch) {
        absences.add(key, toldAtNanos, epoch);
    }

    /** Forgets what it knows of a key; when this returns, nobody finds it any more. */
    void remove(String key) {
        copies.remove(key);
        absences.remove(key);
    }

    /** The same for every key with this prefix. */
    void removePrefix(String prefix) {
        copies.removePrefix(prefix);
        absences.removePrefix(prefix);
    }
}
