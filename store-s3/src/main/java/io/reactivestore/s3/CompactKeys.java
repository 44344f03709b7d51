package io.reactivestore.s3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The keys of a page in order, each without what it has in common with the one before. Immutable. */
final class CompactKeys {
    /*
     * How it works. What all keys begin with is there once. Of the rest, a key has only the bytes from the first one on that differs from
     * the key before; but every BLOCK-th has all of its rest, so that no key is looked for in more than a block. All of it is counted in
     * bytes of UTF-8: characters may be cut.
     */

    private static final int BLOCK = 16;
    private static final int USUAL_REST_BYTES = 64;

    private final byte[] start;

    /** How many bytes of its rest each has in common with the one before. */
    private final CompactLongs shared;

    /** All other bytes, and where those of each end. */
    private final byte[] tails;

    private final CompactLongs tailEnds;
    private final boolean ascending;

    private CompactKeys(byte[] start, CompactLongs shared, byte[] tails, CompactLongs tailEnds, boolean ascending) {
        this.start = start;
        this.shared = shared;
        this.tails = tails;
        this.tailEnds = tailEnds;
        this.ascending = ascending;
    }

    /**
     * @param bytes all keys in UTF-8, one after the other; copied
     * @param ends where each ends
     * @param count of the keys; there may be more room in the arrays
     */
    static CompactKeys of(byte[] bytes, int[] ends, int count) {
        int start = common(bytes, ends, count);
        byte[] tails = new byte[count == 0 ? 0 : ends[count - 1]];
        long[] shared = new long[count];
        long[] tailEnds = new long[count];
        int at = 0;
        boolean ascending = true;
        for (int i = 0, before = 0, from = 0; i < count; i++) {
            int end = ends[i];
            int same = Arrays.mismatch(bytes, before, from, bytes, from, end);
            ascending &= i == 0
                    || (same >= 0
                            && from + same < end
                            && (before + same == from
                                    || Byte.compareUnsigned(bytes[before + same], bytes[from + same]) < 0));
            shared[i] = i % BLOCK == 0 ? 0 : (same < 0 ? end - from : same) - start;
            int tail = from + start + (int) shared[i];
            System.arraycopy(bytes, tail, tails, at, end - tail);
            at += end - tail;
            tailEnds[i] = at;
            before = from;
            from = end;
        }
        return new CompactKeys(
                Arrays.copyOf(bytes, start),
                CompactLongs.of(shared, count),
                Arrays.copyOf(tails, at),
                CompactLongs.of(tailEnds, count),
                ascending);
    }

    /** How many bytes all keys begin with. */
    private static int common(byte[] bytes, int[] ends, int count) {
        int common = count == 0 ? 0 : ends[0];
        for (int i = 1; i < count && common > 0; i++) {
            int from = ends[i - 1];
            int mismatch = Arrays.mismatch(bytes, 0, common, bytes, from, Math.min(ends[i], from + common));
            common = mismatch < 0 ? common : mismatch;
        }
        return common;
    }

    int size() {
        return tailEnds.size();
    }

    /** Whether each key is greater than the one before it, by the bytes of UTF-8. */
    boolean isAscending() {
        return ascending;
    }

    String get(int index) {
        return from(index).next();
    }

    /** The keys from one on. */
    Cursor from(int index) {
        Cursor cursor = new Cursor(index - index % BLOCK);
        while (cursor.index < index) {
            cursor.move();
        }
        return cursor;
    }

    /** Tells one key after the other, each made from the one before. */
    final class Cursor {

        private int index;
        private byte[] key;
        private int length;
        private int tailStart;

        /** @param index of a key that has all of its rest */
        private Cursor(int index) {
            this.index = index;
            this.key = Arrays.copyOf(start, start.length + USUAL_REST_BYTES);
            this.tailStart = index == 0 ? 0 : (int) tailEnds.get(index - 1);
        }

        String next() {
            move();
            return new String(key, 0, length, StandardCharsets.UTF_8);
        }

        private void move() {
            int before = start.length + (int) shared.get(index);
            int tailEnd = (int) tailEnds.get(index);
            int tail = tailEnd - tailStart;
            length = before + tail;
            if (length > key.length) {
                key = Arrays.copyOf(key, 2 * length);
            }
            System.arraycopy(tails, tailStart, key, before, tail);
            tailStart = tailEnd;
            index++;
        }
    }

    /** How many bytes they take, all in all. */
    int bytes() {
        return start.length + shared.bytes() + tails.length + tailEnds.bytes();
    }
}
