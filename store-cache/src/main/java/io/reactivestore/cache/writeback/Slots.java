package io.reactivestore.cache.writeback;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The slots by their keys, and by small numbers that are given again when a slot is gone. Guarded by the table's lock. */
final class Slots {

    private static final int FIRST_CAPACITY = 64;

    private final Map<String, Slot> byKey = new HashMap<>();
    private @Nullable Slot[] byNumber = new Slot[FIRST_CAPACITY];

    /** The numbers that were given and came back, in the first {@code freeCount} places. */
    private int[] free = new int[FIRST_CAPACITY];

    private int freeCount;

    /** All numbers from this one on were never given. */
    private int unused;

    @Nullable Slot get(String key) {
        return byKey.get(key);
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
        return byKey.size();
    }

    /** A new slot for a key that has none. */
    Slot add(Entry entry) {
        int number = freeCount > 0 ? free[--freeCount] : unused++;
        if (number == byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, 2 * number);
        }
        Slot slot = new Slot(entry, number);
        byNumber[number] = slot;
        byKey.put(slot.key, slot);
        return slot;
    }

    void remove(Slot slot) {
        byKey.remove(slot.key);
        byNumber[slot.number] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot.number;
    }

    void clear() {
        byKey.clear();
        byNumber = new Slot[FIRST_CAPACITY];
        free = new int[FIRST_CAPACITY];
        freeCount = 0;
        unused = 0;
    }
}
