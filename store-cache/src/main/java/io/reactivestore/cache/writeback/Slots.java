package io.reactivestore.cache.writeback;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The slots by their keys, and by small numbers that are given again when a slot is gone. Guarded by the table's lock. */
final class Slots {
    /*
     * How it works. A key's hash names its home among the cells; the key has the first cell from there on that was free when it came, and
     * at most MAX_STEPS away: where so many cells are taken, it is among the crowded ones, in a map that keeps its pace also for keys
     * that were made to collide. A cell is the hash of the key and the number of its slot, so that looking a key up touches no slot but
     * its own. The cell of a slot that is gone stays taken, since what came later may lie behind it, until a key is put there or all
     * are placed anew: at least a third of the cells were never taken.
     */

    private static final int FIRST_CAPACITY = 64;
    private static final int MAX_STEPS = 32;
    private static final int HASH_SHIFT = 32;

    /** Spreads hashes that differ in few bits over all cells. */
    private static final int SPREAD = 0x9e3779b9;

    /** No cell of a slot: their lower halves are a number plus one, greater than zero. */
    private static final long NEVER_TAKEN = 0;

    private static final long GONE = 0xffffffffL;

    private long[] cells = new long[2 * FIRST_CAPACITY];

    /** How many cells are not {@link #NEVER_TAKEN}. */
    private int taken;

    private final Map<String, Slot> crowded = new HashMap<>();
    private @Nullable Slot[] byNumber = new Slot[FIRST_CAPACITY];

    /** The numbers that were given and came back, in the first {@code freeCount} places. */
    private int[] free = new int[FIRST_CAPACITY];

    private int freeCount;

    /** All numbers from this one on were never given. */
    private int unused;

    @Nullable Slot get(String key) {
        int hash = key.hashCode();
        int at = home(hash);
        for (int step = 0; step < MAX_STEPS; step++) {
            long cell = cells[at];
            if (cell == NEVER_TAKEN) {
                break;
            }
            if ((int) (cell >>> HASH_SHIFT) == hash && cell != GONE) {
                Slot slot = get((int) cell - 1);
                if (slot.key.equals(key)) {
                    return slot;
                }
            }
            at = next(at);
        }
        return crowded.isEmpty() ? null : crowded.get(key);
    }

    /** The slot with a number that is in use. */
    Slot get(int number) {
        Slot slot = byNumber[number];
        if (slot == null) {
            throw new IllegalStateException("there is no slot " + number);
        }
        return slot;
    }

    int size() {
        return unused - freeCount;
    }

    /** A new slot for a key that has none. */
    Slot add(Entry entry) {
        int number = freeCount > 0 ? free[--freeCount] : unused++;
        if (number == byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, 2 * number);
        }
        Slot slot = new Slot(entry, number);
        byNumber[number] = slot;
        if (3L * (taken + 1) > 2L * cells.length) {
            placeAll();
        } else {
            place(slot);
        }
        return slot;
    }

    void remove(Slot slot) {
        if (!removeCell(slot)) {
            crowded.remove(slot.key);
        }
        byNumber[slot.number] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot.number;
    }

    void clear() {
        cells = new long[2 * FIRST_CAPACITY];
        taken = 0;
        crowded.clear();
        byNumber = new Slot[FIRST_CAPACITY];
        free = new int[FIRST_CAPACITY];
        freeCount = 0;
        unused = 0;
    }

    private void placeAll() {
        // More than two for each slot: a third as many slots as there are now can come before it is done again.
        cells = new long[2 * Integer.highestOneBit(Math.max(FIRST_CAPACITY, 2 * size()))];
        taken = 0;
        crowded.clear();
        for (Slot slot : byNumber) {
            if (slot != null) {
                place(slot);
            }
        }
    }

    private void place(Slot slot) {
        int hash = slot.key.hashCode();
        int at = home(hash);
        for (int step = 0; step < MAX_STEPS; step++) {
            if (cells[at] == NEVER_TAKEN || cells[at] == GONE) {
                taken += cells[at] == NEVER_TAKEN ? 1 : 0;
                cells[at] = ((long) hash << HASH_SHIFT) | (slot.number + 1);
                return;
            }
            at = next(at);
        }
        crowded.put(slot.key, slot);
    }

    /** Tells whether it had a cell. */
    private boolean removeCell(Slot slot) {
        int at = home(slot.key.hashCode());
        for (int step = 0; step < MAX_STEPS; step++) {
            if ((int) cells[at] == slot.number + 1) {
                cells[at] = GONE;
                return true;
            }
            at = next(at);
        }
        return false;
    }

    private int home(int hash) {
        return (hash * SPREAD) >>> Integer.numberOfLeadingZeros(cells.length - 1);
    }

    private int next(int at) {
        return (at + 1) & (cells.length - 1);
    }
}
