package io.reactivestore.cache.writeback;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Slots in the order of their last use, least recent first. The neighbours are fields of the slot, since each read and write moves one:
 * a linked set of the JDK would look it up twice and make a new link each time. Guarded by the table's lock.
 */
final class UseOrder implements Iterable<Slot> {

    private @Nullable Slot oldest;
    private @Nullable Slot newest;

    /** Moves a slot to the young end; one that is not there yet comes in. */
    void use(Slot slot) {
        if (slot == newest) {
            return;
        }
        remove(slot);
        Slot before = newest;
        slot.older = before;
        if (before == null) {
            oldest = slot;
        } else {
            before.newer = slot;
        }
        newest = slot;
    }

    /** One that is not there is fine. */
    void remove(Slot slot) {
        Slot older = slot.older;
        Slot newer = slot.newer;
        if (older != null) {
            older.newer = newer;
        } else if (slot == oldest) {
            oldest = newer;
        }
        if (newer != null) {
            newer.older = older;
        } else if (slot == newest) {
            newest = older;
        }
        slot.older = null;
        slot.newer = null;
    }

    void clear() {
        oldest = null;
        newest = null;
    }

    /** From the oldest one on; the present one may be removed meanwhile. */
    @Override
    public Iterator<Slot> iterator() {
        return new Iterator<>() {
            private @Nullable Slot next = oldest;

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Slot next() {
                Slot slot = next;
                if (slot == null) {
                    throw new NoSuchElementException();
                }
                next = slot.newer;
                return slot;
            }
        };
    }
}
