package io.reactivestore.cache.disk.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where entries and blocks lie, by the hash of what they are found by, in some forty bytes of heap for each. */
final class Index {
    /*
     * How it works. Many shards, chosen by the low bits of the hash, each with a lock and open addressing over primitive arrays. The place
     * of an entry in its shard grows with the upper bits of its hash, so that capacities need not be powers of two, and a shard grows by
     * a fifth only, and alone: what is empty and what is copied at a time stays little. An entry that goes lets those behind it move up.
     *
     *   nothing, removal --put, recover--> entry --put--> another entry of the same hash
     *   entry --remove, hide--> nothing, or a removal while recovery is under way
     *   removal --forgetRemovals--> nothing
     *
     * What recovery finds of a key is older than what the index has or had of it. So an entry that goes leaves a removal of the highest
     * version behind as long as recovery is under way: otherwise an older entry would take its place.
     *
     * A slot is empty if its place is 0: segments are counted from 1. Flags are below the place, which leaves the bits for them.
     * A removal has its version where an entry has its length and its etag. A block is an entry here, that is counted apart and never
     * suspect.
     *
     *   state               written by   guard              seen by others
     *   a shard's arrays    anybody      the shard's lock   at once
     *   recovering          the log      volatile           a removal that comes later leaves nothing behind
     *   entries, blocks,    anybody      adders             about
     *   liveBytes
     *
     * Accounts hear of each change under the lock of the shard.
     */

    private static final int SHARDS = 1024;
    private static final int FIRST_CAPACITY = 8;

    /** Of the slots of a shard so many are taken at most. */
    private static final double LOAD = 0.85;

    private static final double GROWTH = 1.2;

    /** Three longs and an int. */
    private static final int SLOT_BYTES = 28;

    /** The shard and the heads of its arrays. */
    private static final int SHARD_BYTES = 48 + 4 * 16;

    private static final int FLAG_BITS = 4;
    private static final int READ = 1;
    private static final int SUSPECT = 2;
    private static final int REMOVAL = 4;
    private static final int BLOCK = 8;

    /** Hides all that recovery can still find. */
    private static final long ANY_VERSION = Long.MAX_VALUE;

    private final Shard[] shards;
    private final Accounts accounts;
    private final LongAdder entries = new LongAdder();
    private final LongAdder blocks = new LongAdder();
    private final LongAdder liveBytes = new LongAdder();
    private volatile boolean recovering = true;

    /** Hears what an entry's segment gains and loses. */
    interface Accounts {

        /** The index points at a record now, or ({@code sign} -1) no longer. */
        void live(long segment, int recordBytes, int sign);

        /** The same of a record that was read. */
        void read(long segment, int recordBytes, int sign);
    }

    Index(Accounts accounts) {
        this(accounts, SHARDS);
    }

    /** @param shards a power of two */
    Index(Accounts accounts, int shards) {
        this.accounts = accounts;
        this.shards = new Shard[shards];
        Arrays.setAll(this.shards, i -> new Shard());
    }

    /** Not counting blocks. */
    long entries() {
        return entries.sum();
    }

    long blocks() {
        return blocks.sum();
    }

    long liveBytes() {
        return liveBytes.sum();
    }

    @Nullable Place find(long hash) {
        Shard shard = shard(hash);
        synchronized (shard) {
            int slot = shard.slotOf(hash);
            return slot < 0 || shard.is(slot, REMOVAL) ? null : shard.place(slot);
        }
    }

    boolean isCurrent(Place place) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            return shard.slotAt(place) >= 0;
        }
    }

    /** Notes a read; whether it has the entry there. */
    boolean touch(Place place) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            int slot = shard.slotAt(place);
            if (slot >= 0 && !shard.is(slot, READ)) {
                shard.places[slot] |= READ;
                accounts.read(place.segment(), place.recordBytes(), 1);
            }
            return slot >= 0;
        }
    }

    void put(Place place) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            shard.put(shard.slotOf(place.hash()), place, flags(place));
        }
    }

    /** Puts a place, or the facts of the same one, where the index has the expected one. */
    boolean replace(Place expected, Place place, boolean keepSuspicion) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            int slot = shard.slotAt(expected);
            if (slot < 0) {
                return false;
            }
            int kept = (keepSuspicion ? SUSPECT : 0) | (expected.isAt(place) ? READ : 0) | BLOCK;
            shard.put(slot, place, (int) shard.places[slot] & kept);
            return true;
        }
    }

    boolean remove(Place place) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            int slot = shard.slotAt(place);
            if (slot < 0) {
                return false;
            }
            shard.drop(slot);
            return true;
        }
    }

    @Nullable Place remove(long hash) {
        Shard shard = shard(hash);
        synchronized (shard) {
            int slot = shard.slotOf(hash);
            if (slot < 0 || shard.is(slot, REMOVAL)) {
                return null;
            }
            Place place = shard.place(slot);
            shard.drop(slot);
            return place;
        }
    }

    /** A removal was written: whatever there is of the key goes. */
    void hide(long hash, long version) {
        Shard shard = shard(hash);
        synchronized (shard) {
            int slot = shard.slotOf(hash);
            if (slot >= 0 && !shard.is(slot, REMOVAL)) {
                shard.drop(slot);
            } else if (recovering) {
                shard.putRemoval(slot, hash, version);
            }
        }
    }

    /**
     * An entry was found, older than all that the index has.
     *
     * @return whether it is in the index now
     */
    boolean recover(Place place, long version) {
        Shard shard = shard(place.hash());
        synchronized (shard) {
            int slot = shard.slotOf(place.hash());
            if (slot >= 0 && !(shard.is(slot, REMOVAL) && shard.version(slot) < version)) {
                return false;
            }
            shard.put(slot, place, flags(place));
            return true;
        }
    }

    /**
     * A removal was found, older than all that the index has, or was appended once more.
     *
     * @return whether it is the newest that is known of the key
     */
    boolean recoverRemoval(long hash, long version) {
        Shard shard = shard(hash);
        synchronized (shard) {
            int slot = shard.slotOf(hash);
            boolean newest = recovering && (slot < 0 || (shard.is(slot, REMOVAL) && shard.version(slot) < version));
            if (newest) {
                shard.putRemoval(slot, hash, version);
            }
            return newest;
        }
    }

    /** Recovery is done: no removal needs to be known any more. */
    void forgetRemovals() {
        recovering = false;
        for (Shard shard : shards) {
            synchronized (shard) {
                shard.removeIf(slot -> shard.is(slot, REMOVAL));
            }
        }
    }

    void suspectAll() {
        for (Shard shard : shards) {
            synchronized (shard) {
                for (int slot = 0; slot < shard.places.length; slot++) {
                    shard.places[slot] |= shard.places[slot] == 0 || shard.is(slot, BLOCK) ? 0 : SUSPECT;
                }
            }
        }
    }

    /** What the index has of a segment goes. */
    void removeSegment(long segment) {
        for (Shard shard : shards) {
            synchronized (shard) {
                shard.removeIf(slot -> segmentOf(shard.places[slot]) == segment);
            }
        }
    }

    /** What the index has of a segment, and was read and is not suspect. */
    void forEachRead(long segment, Consumer<Place> each) {
        for (Shard shard : shards) {
            synchronized (shard) {
                for (int slot = 0; slot < shard.places.length; slot++) {
                    if (segmentOf(shard.places[slot]) == segment
                            && (shard.places[slot] & (READ | SUSPECT | REMOVAL)) == READ) {
                        each.accept(shard.place(slot));
                    }
                }
            }
        }
    }

    /** What it takes: the arrays, and some for each shard. */
    long heapBytes() {
        long bytes = 0;
        for (Shard shard : shards) {
            synchronized (shard) {
                bytes += SHARD_BYTES + (long) SLOT_BYTES * shard.places.length;
            }
        }
        return bytes;
    }

    private Shard shard(long hash) {
        return shards[(int) hash & (shards.length - 1)];
    }

    private static int flags(Place place) {
        return (place.suspect() ? SUSPECT : 0) | (place.isBlock() ? BLOCK : 0);
    }

    private static long segmentOf(long flagged) {
        return Place.segmentOf(flagged >>> FLAG_BITS);
    }

    private interface SlotTest {
        boolean test(int slot);
    }

    /** All under its own lock. */
    private final class Shard {
        private long[] hashes = {};
        private long[] places = {};
        private long[] facts = {};
        private int[] filledAt = {};
        private int used;

        int home(long hash) {
            return (int) (((hash >>> Integer.SIZE) * places.length) >>> Integer.SIZE);
        }

        int next(int slot) {
            return slot + 1 == places.length ? 0 : slot + 1;
        }

        boolean is(int slot, int flag) {
            return (places[slot] & flag) != 0;
        }

        long version(int slot) {
            return facts[slot];
        }

        int slotOf(long hash) {
            if (used == 0) {
                return -1;
            }
            for (int slot = home(hash); places[slot] != 0; slot = next(slot)) {
                if (hashes[slot] == hash) {
                    return slot;
                }
            }
            return -1;
        }

        int slotAt(Place place) {
            int slot = slotOf(place.hash());
            boolean there = slot >= 0 && !is(slot, REMOVAL) && places[slot] >>> FLAG_BITS == place.packed();
            return there ? slot : -1;
        }

        Place place(int slot) {
            long packed = places[slot] >>> FLAG_BITS;
            return new Place(
                    hashes[slot],
                    Place.segmentOf(packed),
                    Place.offsetOf(packed),
                    recordBytes(slot),
                    (int) facts[slot],
                    Integer.toUnsignedLong(filledAt[slot]),
                    is(slot, SUSPECT),
                    is(slot, BLOCK));
        }

        private int recordBytes(int slot) {
            return (int) (facts[slot] >>> Integer.SIZE);
        }

        /** @param slot where its hash is, or -1 */
        void put(int slot, Place place, int flags) {
            int target = emptied(slot, place.hash());
            places[target] = (place.packed() << FLAG_BITS) | flags;
            facts[target] = ((long) place.recordBytes() << Integer.SIZE) | Integer.toUnsignedLong(place.etagHash());
            filledAt[target] = (int) place.filledAtSeconds();
            account(target, 1);
        }

        /** @param slot where its hash is, or -1 */
        void putRemoval(int slot, long hash, long version) {
            long known = slot >= 0 && is(slot, REMOVAL) ? Math.max(version, version(slot)) : version;
            int target = emptied(slot, hash);
            places[target] = REMOVAL;
            facts[target] = known;
            filledAt[target] = 0;
        }

        /** A slot for this hash: the one it has, or a new one. */
        private int emptied(int slot, long hash) {
            if (slot >= 0) {
                account(slot, -1);
                return slot;
            }
            if (used + 1 > places.length * LOAD) {
                grow();
            }
            used++;
            int free = home(hash);
            while (places[free] != 0) {
                free = next(free);
            }
            hashes[free] = hash;
            return free;
        }

        /** Lets an entry or a removal go. */
        void drop(int slot) {
            if (recovering) {
                putRemoval(slot, hashes[slot], ANY_VERSION);
            } else {
                clear(slot);
            }
        }

        private void clear(int slot) {
            account(slot, -1);
            used--;
            int hole = slot;
            for (int i = next(slot); places[i] != 0; i = next(i)) {
                // It may move up unless its home lies behind the hole.
                int home = home(hashes[i]);
                boolean behind = hole < i ? home > hole && home <= i : home > hole || home <= i;
                if (!behind) {
                    move(i, hole);
                    hole = i;
                }
            }
            places[hole] = 0;
        }

        /** Removes all that pass, whatever moves meanwhile. */
        void removeIf(SlotTest test) {
            for (int slot = 0; slot < places.length; slot++) {
                while (places[slot] != 0 && test.test(slot)) {
                    drop(slot);
                }
            }
        }

        private void move(int from, int to) {
            hashes[to] = hashes[from];
            places[to] = places[from];
            facts[to] = facts[from];
            filledAt[to] = filledAt[from];
        }

        private void grow() {
            long[] oldHashes = hashes;
            long[] oldPlaces = places;
            long[] oldFacts = facts;
            int[] oldFilledAt = filledAt;
            int capacity = Math.max(FIRST_CAPACITY, (int) Math.ceil(oldPlaces.length * GROWTH));
            hashes = new long[capacity];
            places = new long[capacity];
            facts = new long[capacity];
            filledAt = new int[capacity];
            for (int i = 0; i < oldPlaces.length; i++) {
                if (oldPlaces[i] != 0) {
                    int slot = home(oldHashes[i]);
                    while (places[slot] != 0) {
                        slot = next(slot);
                    }
                    hashes[slot] = oldHashes[i];
                    places[slot] = oldPlaces[i];
                    facts[slot] = oldFacts[i];
                    filledAt[slot] = oldFilledAt[i];
                }
            }
        }

        private void account(int slot, int sign) {
            if (!is(slot, REMOVAL)) {
                long segment = segmentOf(places[slot]);
                (is(slot, BLOCK) ? blocks : entries).add(sign);
                liveBytes.add((long) sign * recordBytes(slot));
                accounts.live(segment, recordBytes(slot), sign);
                if (is(slot, READ)) {
                    accounts.read(segment, recordBytes(slot), sign);
                }
            }
        }
    }
}
