package io.reactivestore.cache.writeback;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A number of bytes that several write-back stores share. When it is used up, the store that holds the most makes room. */
public final class WriteBackBudget {
    /*
     * How it works. A table reserves bytes before it takes an entry and gives them back after it let go of one.
     *
     *   state     written by        guard           seen by others
     *   used      reserve, release  CAS             at once; above maxBytes only by one entry that is larger than all of it, or by
     *                                                   what came back from journals
     *   members   join, leave       copy on write   at once
     */

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();
    private final List<Room> members = new CopyOnWriteArrayList<>();

    private WriteBackBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A budget of this many bytes of keys and values. */
    public static WriteBackBudget ofBytes(long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("budget: need 1 byte or more, was " + maxBytes);
        }
        return new WriteBackBudget(maxBytes);
    }

    /** The bytes that all stores together may hold. */
    public long maxBytes() {
        return maxBytes;
    }

    /** The bytes that they hold now. */
    public long usedBytes() {
        return used.get();
    }

    /** Takes more bytes if there are as many, or if nobody has any. */
    boolean reserve(long bytes) {
        while (true) {
            long before = used.get();
            if (before > 0 && before + bytes > maxBytes) {
                return false;
            }
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    /** Counts what is there already. */
    void add(long bytes) {
        used.addAndGet(bytes);
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    void join(Room room) {
        members.add(room);
    }

    void leave(Room room) {
        members.remove(room);
    }

    /** Asks the member that holds the most to let go of this many bytes. */
    void makeRoom(long bytes) {
        members.stream().max(Comparator.comparingLong(Room::heldBytes)).ifPresent(largest -> largest.giveBack(bytes));
    }

    /** Tells those who wait that there may be room now. */
    void wake() {
        members.forEach(Room::pumpIfWanted);
    }

    @Override
    public String toString() {
        return "WriteBackBudget[" + used + " of " + maxBytes + " bytes, " + members.size() + " stores]";
    }
}
