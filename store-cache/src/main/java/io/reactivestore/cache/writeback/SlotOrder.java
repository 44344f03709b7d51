package io.reactivestore.cache.writeback;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Slots in the order in which they were last put at its end. Guarded by the table's lock. */
final class SlotOrder implements Iterable<Slot> {
    /*
     * How it works. A list in both directions, whose links are numbers of slots in arrays: each read and write moves a slot, and links
     * between objects would each time be noted by the garbage collector.
     *
     * Slots come in at the end only, so whoever goes through from the front on misses none that is there all the while, and meets one
     * that is put at the end meanwhile once more. A bookmark stays valid while others move slots: if its slot goes away, it falls back on
     * the one before.
     */

    /** The neighbour of the first and of the last one. */
    private static final int NONE = -1;

    /** In the place of the neighbour before: the slot is not in the order. */
    private static final int OUT = -2;

    private final Slots slots;
    private int[] before = new int[0];
    private int[] after = new int[0];
    private int first = NONE;
    private int last = NONE;
    private int size;
    private final List<Bookmark> bookmarks = new ArrayList<>();

    SlotOrder(Slots slots) {
        this.slots = slots;
    }

    int size() {
        return size;
    }

    /** Puts a slot at the end; one that is not there yet comes in. */
    void append(Slot slot) {
        int number = slot.number;
        growTo(number);
        remove(slot);
        before[number] = last;
        after[number] = NONE;
        if (last == NONE) {
            first = number;
        } else {
            after[last] = number;
        }
        last = number;
        size++;
    }

    /** One that is not there is fine. */
    void remove(Slot slot) {
        int number = slot.number;
        if (number >= before.length || before[number] == OUT) {
            return;
        }
        for (int i = 0; i < bookmarks.size(); i++) {
            bookmarks.get(i).fallBackFrom(number);
        }
        int left = before[number];
        int right = after[number];
        if (left == NONE) {
            first = right;
        } else {
            after[left] = right;
        }
        if (right == NONE) {
            last = left;
        } else {
            before[right] = left;
        }
        before[number] = OUT;
        size--;
    }

    void clear() {
        before = new int[0];
        after = new int[0];
        first = NONE;
        last = NONE;
        size = 0;
        bookmarks.forEach(Bookmark::rewind);
    }

    /** From the first one on; the present one may be removed meanwhile. */
    @Override
    public Iterator<Slot> iterator() {
        return new Iterator<>() {
            private int next = first;

            @Override
            public boolean hasNext() {
                return next != NONE;
            }

            @Override
            public Slot next() {
                if (next == NONE) {
                    throw new NoSuchElementException();
                }
                Slot slot = slots.get(next);
                next = after[next];
                return slot;
            }
        };
    }

    /** A bookmark before the first slot, to be closed by whoever opens it. */
    Bookmark open() {
        Bookmark bookmark = new Bookmark();
        bookmarks.add(bookmark);
        return bookmark;
    }

    private void growTo(int number) {
        int length = before.length;
        if (number >= length) {
            int longer = Math.max(number + 1, 2 * length);
            before = Arrays.copyOf(before, longer);
            after = Arrays.copyOf(after, longer);
            Arrays.fill(before, length, longer, OUT);
        }
    }

    /** How far somebody has gone through the order. */
    final class Bookmark {

        /** The one in front of the first is none. */
        private int passed = NONE;

        /** Goes on to the next slot; null if there is none now. */
        @Nullable Slot next() {
            int next = passed == NONE ? first : after[passed];
            if (next == NONE) {
                return null;
            }
            passed = next;
            return slots.get(next);
        }

        void close() {
            bookmarks.remove(this);
        }

        private void fallBackFrom(int number) {
            if (passed == number) {
                passed = before[number];
            }
        }

        private void rewind() {
            passed = NONE;
        }
    }
}
