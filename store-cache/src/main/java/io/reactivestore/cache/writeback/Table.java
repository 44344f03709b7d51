package io.reactivestore.cache.writeback;

import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.internal.OrderedMap;
import io.reactivestore.internal.SnapshotMap;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a write-back store holds in memory: writes not yet flushed, and clean copies of those that are. */
final class Table {
    /*
     * How it works. A slot per key.
     *
     *   none  --put, delete--> dirty
     *   dirty --put, delete--> dirty (newer)
     *   dirty --acknowledged, not rewritten meanwhile--> clean, or none if it was a tombstone
     *   dirty --acknowledged, rewritten meanwhile--> dirty (the newer write)
     *   dirty --failed--> dirty
     *   clean --put, delete--> dirty
     *   clean --evicted--> none
     *   clean --write past the table begins--> clean, not served --it ends--> none, or clean if it was refused
     *   any   --clear--> none, and everything below is hidden until the inner store is empty
     *
     * Every write gets the next number. A slot knows that of its value, and `since`: that of the first write which the inner store does
     * not have. A flush of all that was acknowledged up to number n has to do with the slots whose `since` is n or less.
     *
     * With a journal a write has its number before it comes here: room is reserved for it (reserve), and it comes in the order of the
     * numbers (publish) or not at all (giveUp). What is reserved counts as dirty, and is not seen.
     *
     *   state                        written by                         guard       seen by others
     *   slots, byUse (LRU first)     all methods                        this lock   at once
     *   reservedBytes, -Entries      reserve, publish, giveUp           this lock   at once
     *   byWrite, bySince             all that dirty or clean a slot     this lock   at once; hold the dirty slots only
     *   dirty                        the same                           this lock   at once, in snapshots, which are free
     *   hidden                       clear, unhide                      this lock   at once, together with the emptied table
     *
     * Nothing is called while the lock is held but the budget's counter. No lock is held over I/O: an attempt is announced (begin) and
     * ends (acknowledged, failed) in steps of their own, and only one attempt per key is under way (Gates).
     */

    /** So much may wait for the journal. */
    private static final long MAX_RESERVED_BYTES = 16 << 20;

    /** In the place of the bytes of an object that is known to be absent. */
    static final ByteBuffer ABSENT = ByteBuffer.allocate(0);

    private final Limits limits;
    private final @Nullable WriteBackBudget budget;
    private final Slots slots = new Slots();
    private final SlotOrder byUse = new SlotOrder(slots);
    private final SlotOrder byWrite = new SlotOrder(slots);
    private final TreeMap<Long, Slot> bySince = new TreeMap<>();
    private final SnapshotMap<String, Entry> dirty = new SnapshotMap<>(Keys.UTF8_ORDER);
    private long sequence;
    private long bytes;
    private long dirtyBytes;
    private long reservedBytes;
    private int reservedEntries;
    private boolean hidden;
    private boolean closed;
    private long hits;
    private long misses;
    private long flushed;
    private long failed;
    private long evictions;

    Table(Limits limits, @Nullable WriteBackBudget budget) {
        this.limits = limits;
        this.budget = budget;
    }

    /** What a range read merges: the dirty entries of one moment, and whether the inner store counts at all. */
    record Snapshot(OrderedMap<String, Entry> dirty, boolean hidden) {}

    /**
     * What the table knows of a key.
     *
     * @param entry what is held; without a value, the object is absent; null if the inner store has to be asked
     */
    record Lookup(@Nullable Entry entry, boolean hidden) {

        /** Whether the inner store has to be asked. */
        boolean isMiss() {
            return entry == null && !hidden;
        }
    }

    /** Looks a key up and counts it as used. */
    synchronized Lookup find(String key, boolean dirtyOnly) {
        Slot slot = use(key, dirtyOnly);
        return new Lookup(slot == null ? null : slot.entry(), hidden);
    }

    /**
     * As {@link #find}, for a reader who wants nothing but the bytes.
     *
     * @return {@link #ABSENT} if the object is absent, null if the inner store has to be asked
     */
    synchronized @Nullable ByteBuffer findBytes(String key) {
        Slot slot = use(key, false);
        if (slot == null) {
            return hidden ? ABSENT : null;
        }
        ByteBuffer value = slot.value();
        return value == null ? ABSENT : value;
    }

    private @Nullable Slot use(String key, boolean dirtyOnly) {
        Slot slot = slots.get(key);
        if (slot != null && (slot.dirty || !(dirtyOnly || slot.passed))) {
            byUse.append(slot);
            hits++;
            return slot;
        }
        if (hidden) {
            hits++;
        } else {
            misses++;
        }
        return null;
    }

    /** For a read that the table cannot answer, such as of an old version: it still must not see what is hidden. */
    synchronized Lookup findNothing() {
        return new Lookup(null, hidden);
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(dirty.snapshot(), hidden);
    }

    /** The number of the latest write. */
    synchronized long latest() {
        return sequence;
    }

    /**
     * Takes a write, if there is room for it: clean copies give way to it, least used first.
     *
     * @return null if it was taken, else what there is too little of
     */
    synchronized @Nullable Shortage insert(Entry write, long nanoTime) {
        Slot slot = slots.get(write.key());
        long size = write.bytes();
        long oldSize = slot == null ? 0 : slot.size;
        Shortage shortage = shortage(slot, write, size, Math.max(0, size - oldSize), nanoTime);
        if (shortage == null) {
            if (budget != null && size < oldSize) {
                budget.release(oldSize - size);
            }
            String key = slot == null ? write.key() : slot.key;
            place(slot, write.numbered(key, ++sequence), size, nanoTime);
        }
        return shortage;
    }

    /** As {@link #insert}, for a write that comes later: {@link #publish} or {@link #giveUp} follows. */
    synchronized @Nullable Shortage reserve(Entry write, long nanoTime) {
        long size = write.bytes();
        if (reservedBytes > 0 && reservedBytes + size > MAX_RESERVED_BYTES) {
            return new Shortage(Shortage.Kind.JOURNAL, size);
        }
        Shortage shortage = shortage(slots.get(write.key()), write, size, size, nanoTime);
        if (shortage == null) {
            reservedBytes += size;
            reservedEntries++;
        }
        return shortage;
    }

    /** A write for which room was reserved, with its number, which is higher than those of all others. */
    synchronized void publish(Entry write, long nanoTime) {
        long size = write.bytes();
        reservedBytes -= size;
        reservedEntries--;
        Slot slot = slots.get(write.key());
        if (budget != null && slot != null) {
            budget.release(slot.size);
        }
        sequence = write.sequence();
        place(slot, write, size, nanoTime);
    }

    /** A write for which room was reserved does not come. */
    synchronized void giveUp(Entry write) {
        long size = write.bytes();
        reservedBytes -= size;
        reservedEntries--;
        if (budget != null) {
            budget.release(size);
        }
    }

    /** A write of a former process, in their order. It is taken, whether there is room for it or not. */
    synchronized void restore(Entry write, long sinceNanos) {
        long size = write.bytes();
        if (budget != null) {
            budget.add(size);
        }
        sequence = write.sequence();
        place(null, write, size, sinceNanos);
    }

    /** What is missing to take a write; what it needs of the budget is reserved if nothing is. */
    private @Nullable Shortage shortage(@Nullable Slot slot, Entry write, long size, long budgetBytes, long nanoTime) {
        if (closed) {
            throw new StoreClosedException(write.operation(), write.key());
        }
        long oldSize = slot == null ? 0 : slot.size;
        long otherDirtyBytes = dirtyBytes + reservedBytes - (slot != null && slot.dirty ? oldSize : 0);
        if (otherDirtyBytes > 0 && otherDirtyBytes + size > limits.maxDirtyBytes()) {
            return new Shortage(Shortage.Kind.DIRTY, otherDirtyBytes + size - limits.maxDirtyBytes());
        }
        while (slots.size() + reservedEntries > (slot == null ? 0 : 1)) {
            long excessBytes = bytes + reservedBytes - oldSize + size - limits.maxBytes();
            long excessEntries = slots.size() + reservedEntries + (slot == null ? 1 : 0) - limits.maxEntries();
            if (excessBytes <= 0 && excessEntries <= 0) {
                break;
            }
            if (!evictLeastUsed(slot, nanoTime)) {
                return new Shortage(Shortage.Kind.HELD, Math.max(1, excessBytes));
            }
        }
        boolean withinBudget = budget == null || budgetBytes == 0 || budget.reserve(budgetBytes);
        return withinBudget ? null : new Shortage(Shortage.Kind.BUDGET, budgetBytes);
    }

    /** Begins to go through the dirty entries in the order of their latest writes; {@link #end} follows. */
    synchronized SlotOrder.Bookmark goThroughDirty() {
        return byWrite.open();
    }

    synchronized void end(SlotOrder.Bookmark bookmark) {
        bookmark.close();
    }

    /** Goes on to the next dirty entry with something that was written up to {@code limit}; null if there is none. */
    synchronized @Nullable Entry nextDirty(SlotOrder.Bookmark bookmark, long limit) {
        for (Slot slot = bookmark.next(); slot != null; slot = bookmark.next()) {
            if (slot.since <= limit) {
                return slot.entry();
            }
        }
        return null;
    }

    /**
     * Announces an attempt to flush a key, by the holder of its gate.
     *
     * @param claimed the number of the write that was to be flushed
     * @param cursor up to where the flush has come: a later write of the key has its turn still to come
     * @param limit as of {@link #nextDirty}
     * @return what to write now; null if nothing
     */
    synchronized @Nullable Entry begin(String key, long claimed, long cursor, long limit) {
        Slot slot = slots.get(key);
        if (slot == null || !slot.dirty || slot.since > limit) {
            return null;
        }
        if (slot.entry().sequence() != claimed && slot.entry().sequence() > cursor) {
            return null;
        }
        slot.attempt = slot.entry().sequence();
        slot.nextSince = 0;
        return slot.entry();
    }

    /**
     * The inner store acknowledged an attempt.
     *
     * @param info its facts; null of a tombstone
     */
    synchronized void acknowledged(Entry write, @Nullable ObjectInfo info) {
        flushed++;
        Slot slot = slots.get(write.key());
        if (slot == null || slot.attempt != write.sequence()) {
            return; // cleared meanwhile
        }
        slot.attempt = 0;
        if (slot.entry().sequence() == write.sequence()) {
            unmarkDirty(slot);
            if (info == null) {
                drop(slot);
            } else {
                slot.setEntry(write.withAcknowledged(info));
            }
        } else {
            bySince.remove(slot.since);
            slot.since = slot.nextSince;
            slot.sinceNanos = slot.nextSinceNanos;
            bySince.put(slot.since, slot);
        }
    }

    /** An attempt ended without an acknowledgement: what was to be written is as dirty as before. */
    synchronized void failed(Entry write, long retryNanos) {
        failed++;
        Slot slot = slots.get(write.key());
        if (slot != null && slot.attempt == write.sequence()) {
            slot.attempt = 0;
            slot.coolingUntil = retryNanos;
            slot.cooling = true;
        }
    }

    /** The key is about to be written past the table: a clean copy is not served meanwhile, a dirty value keeps winning. */
    synchronized void beginPassing(String key) {
        Slot slot = slots.get(key);
        if (slot != null) {
            slot.passed = true;
        }
    }

    /** The write past the table has ended: unless nothing was written for certain, a copy of before is no copy any more. */
    synchronized void endPassing(String key, boolean written) {
        Slot slot = slots.get(key);
        if (slot != null && slot.passed && !slot.dirty && written) {
            drop(slot);
        } else if (slot != null) {
            slot.passed = false;
        }
    }

    /** Whether the object is certainly there. */
    synchronized boolean isHeld(String key) {
        Slot slot = slots.get(key);
        return slot != null && !slot.passed && slot.value() != null;
    }

    /** The inner store's etag of what this store called by an etag of its own; the same one if it knows nothing of it. */
    synchronized String innerEtag(String key, String etag) {
        Slot slot = slots.get(key);
        if (slot == null || slot.dirty) {
            return etag;
        }
        ObjectInfo acknowledged = slot.entry().acknowledged();
        return acknowledged != null && etag.equals(slot.entry().ownEtag()) ? acknowledged.etag() : etag;
    }

    /** Empties the table and hides the inner store. */
    synchronized void clear() {
        if (budget != null) {
            budget.release(bytes);
        }
        slots.clear();
        byUse.clear();
        byWrite.clear();
        bySince.clear();
        dirty.clear();
        bytes = 0;
        dirtyBytes = 0;
        hidden = true;
    }

    synchronized void unhide() {
        hidden = false;
    }

    /** Takes no writes from now on. */
    synchronized void close() {
        closed = true;
    }

    /** Gives back what it counts in the budget; nothing is held any more. */
    synchronized void forget() {
        boolean wasHidden = hidden;
        clear();
        hidden = wasHidden;
    }

    /** Lets go of clean copies, least used first, but not past a dirty one; tells how many bytes went. */
    synchronized long evict(long wanted, long nanoTime) {
        long before = bytes;
        while (before - bytes < wanted && evictLeastUsed(null, nanoTime)) {}
        return before - bytes;
    }

    /** The keys to be flushed to end a shortage, not those for which that is under way; marks them as under way. */
    synchronized List<String> victims(Shortage shortage, int maxCount, long nanoTime) {
        List<String> keys = new ArrayList<>();
        long found = 0;
        boolean afterDirty = false;
        Iterator<Slot> candidates = shortage.of() == Shortage.Kind.DIRTY ? byWrite.iterator() : byUse.iterator();
        while (candidates.hasNext() && found < shortage.bytes() && keys.size() < maxCount) {
            Slot slot = candidates.next();
            if (slot.isCooling(nanoTime)) {
                continue;
            }
            afterDirty |= slot.dirty;
            if (!afterDirty) {
                continue; // a clean copy that could go would have gone: it is the one that is written anew
            }
            found += slot.size;
            if (slot.dirty && !slot.leaving) {
                slot.leaving = true;
                keys.add(slot.key);
            }
        }
        return keys;
    }

    /** As {@link #victims}, those that have been dirty for so long. */
    synchronized List<String> aged(Duration maxAge, int maxCount, long nanoTime) {
        List<String> keys = new ArrayList<>();
        for (Slot slot : bySince.values()) {
            if (keys.size() >= maxCount || nanoTime - slot.sinceNanos < maxAge.toNanos()) {
                break;
            }
            if (!slot.leaving && !slot.isCooling(nanoTime)) {
                slot.leaving = true;
                keys.add(slot.key);
            }
        }
        return keys;
    }

    /** Since when there is something dirty; null if nothing is. */
    synchronized @Nullable Long dirtySinceNanos() {
        return bySince.isEmpty() ? null : bySince.firstEntry().getValue().sinceNanos;
    }

    /** A victim's turn is over, however it ended. */
    synchronized void stays(String key) {
        Slot slot = slots.get(key);
        if (slot != null) {
            slot.leaving = false;
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized WriteBackStats stats(long waitingWrites, long keysInDoubt) {
        return new WriteBackStats(
                hits,
                misses,
                slots.size(),
                bytes,
                byWrite.size(),
                dirtyBytes,
                waitingWrites,
                keysInDoubt,
                flushed,
                failed,
                evictions);
    }

    private void place(@Nullable Slot present, Entry write, long size, long nanoTime) {
        Slot slot = present;
        if (slot == null) {
            slot = slots.add(write);
        } else {
            bytes -= slot.size;
            if (slot.dirty) {
                dirtyBytes -= slot.size;
            }
        }
        if (!slot.dirty) {
            slot.since = write.sequence();
            slot.sinceNanos = nanoTime;
            bySince.put(slot.since, slot);
        } else if (slot.attempt != 0 && slot.nextSince == 0) {
            slot.nextSince = write.sequence();
            slot.nextSinceNanos = nanoTime;
        }
        slot.dirty = true;
        slot.setEntry(write);
        slot.size = size;
        bytes += size;
        dirtyBytes += size;
        byWrite.append(slot);
        if (slot.place == null || !dirty.replace(slot.place, write)) {
            slot.place = dirty.put(slot.key, write);
        }
        byUse.append(slot);
    }

    private void unmarkDirty(Slot slot) {
        slot.dirty = false;
        slot.cooling = false;
        byWrite.remove(slot);
        bySince.remove(slot.since);
        dirtyBytes -= slot.size;
        dirty.remove(slot.key);
        slot.place = null;
    }

    private void drop(Slot slot) {
        byUse.remove(slot);
        slots.remove(slot);
        bytes -= slot.size;
        if (budget != null) {
            budget.release(slot.size);
        }
    }

    /** Evicts the least used clean copy before the first dirty entry that could be flushed. */
    private boolean evictLeastUsed(@Nullable Slot except, long nanoTime) {
        for (Slot slot : byUse) {
            if (slot == except || (slot.dirty && slot.isCooling(nanoTime))) {
                continue;
            }
            if (slot.dirty) {
                return false;
            }
            drop(slot);
            evictions++;
            return true;
        }
        return false;
    }
}
