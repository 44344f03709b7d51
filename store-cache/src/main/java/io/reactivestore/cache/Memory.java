package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import org.jspecify.annotations.Nullable;

/** What is known without asking anybody: copies, facts, and absences. A key that is absent has neither of the others. */
final class Memory {

    /** Of more blocks than this it is cheaper to wait until they have to go: nobody asks for them any more. */
    private static final long MOST_DROPPED = 10_000;

    private final MemoryTier copies;
    private final BlocksSpec.@Nullable Settings blocks;
    private final Recent<ObjectInfo> heads;
    private final Recent<Boolean> absences;

    /** @param blocks how large objects are kept; null if they are not */
    Memory(
            MemoryTier copies,
            BlocksSpec.@Nullable Settings blocks,
            Recent<ObjectInfo> heads,
            Recent<Boolean> absences) {
        this.copies = copies;
        this.blocks = blocks;
        this.heads = heads;
        this.absences = absences;
    }

    MemoryTier copies() {
        return copies;
    }

    /** The copy of a key, counted as used; null if there is none. Never blocks. */
    @Nullable CachedEntry get(String key) {
        return copies.get(key);
    }

    /** What the source has said of late about an object; null if nothing. */
    @Nullable ObjectInfo head(String key) {
        return heads.get(key);
    }

    /** Whether the source has said of late that there is no such object. */
    boolean isAbsent(String key) {
        return absences.get(key) != null;
    }

    /**
     * Puts a copy in the place of an older one, or of an absence, unless what is known was told later. It brings its facts. Under the
     * fence: loads that nobody has written past may end in another order than that in which they were asked.
     */
    void put(String key, CachedEntry entry) {
        CachedEntry present = copies.get(key);
        if (isOutdated(key, entry, present)) {
            return;
        }
        // The whole may have been asked for later, and have come before.
        if (present == null || !entry.isOutline() || !present.isWholeOf(entry)) {
            copies.put(key, entry);
        }
        putHead(key, entry.info(), entry.filledAtNanos(), entry.epoch());
    }

    private boolean isOutdated(String key, CachedEntry entry, @Nullable CachedEntry present) {
        if (present != null && present.isLaterThan(entry)) {
            return !present.isOutline() || !entry.isWholeOf(present);
        }
        ObjectInfo head = heads.later(key, entry.filledAtNanos(), entry.epoch());
        return (head != null && !head.etag().equals(entry.info().etag()))
                || absences.later(key, entry.filledAtNanos(), entry.epoch()) != null;
    }

    /** Notes facts of an object, if they are all there. */
    void putHead(String key, ObjectInfo info, long toldAtNanos, long epoch) {
        absences.remove(key);
        if (info.attributes() != null) {
            heads.add(key, info, toldAtNanos, epoch);
        }
    }

    /** Notes that the source has no such object. */
    void putAbsent(String key, long toldAtNanos, long epoch) {
        heads.remove(key);
        absences.add(key, true, toldAtNanos, epoch);
    }

    /** Forgets what it knows of a key; when this returns, nobody finds it any more. */
    void remove(String key) {
        CachedEntry removed = copies.remove(key);
        heads.remove(key);
        absences.remove(key);
        if (removed != null && removed.isOutline() && blocks != null) {
            ObjectInfo info = removed.info();
            long count = Math.min(MOST_DROPPED, blocks.blocks(info.size()));
            for (long index = 0; index < count; index++) {
                copies.removeBlock(new BlockKey(key, info.etag(), index));
            }
        }
    }

    /** The same for every key with this prefix. */
    void removePrefix(String prefix) {
        copies.removePrefix(prefix);
        heads.removePrefix(prefix);
        absences.removePrefix(prefix);
    }
}
