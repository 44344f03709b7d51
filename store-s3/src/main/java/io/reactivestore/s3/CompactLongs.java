package io.reactivestore.s3;

/** Numbers that lie near each other or have a common measure, in as few bytes each as the greatest of them needs. Immutable. */
final class CompactLongs {
    /*
     * How it works. A number is the least of all, plus a multiple of the greatest unit that all their distances to it are multiples of: times
     * in microseconds that are whole seconds are counted in seconds. Only the multiples are kept, big-endian, all in the same number of
     * bytes; none if all numbers are the same. Distances of more than a long can tell, which no server has, are as good as others: they are
     * added and taken away modulo 2^64.
     */

    private final int size;
    private final long least;
    private final long unit;
    private final int width;
    private final byte[] multiples;

    private CompactLongs(int size, long least, long unit, int width) {
        this.size = size;
        this.least = least;
        this.unit = unit;
        this.width = width;
        this.multiples = new byte[size * width];
    }

    /** The first ones of some numbers. */
    static CompactLongs of(long[] numbers, int size) {
        long least = size == 0 ? 0 : numbers[0];
        long greatest = least;
        for (int i = 1; i < size; i++) {
            least = Math.min(least, numbers[i]);
            greatest = Math.max(greatest, numbers[i]);
        }
        long span = greatest - least;
        long unit = span < 0 ? 1 : unit(numbers, size, least, span);
        int width = span == 0 ? 0 : (Long.SIZE - Long.numberOfLeadingZeros(span / unit) + Byte.SIZE - 1) / Byte.SIZE;
        CompactLongs compact = new CompactLongs(size, least, unit, width);
        for (int i = 0; i < size; i++) {
            compact.set(i, (numbers[i] - least) / unit);
        }
        return compact;
    }

    /** The greatest common divisor of all distances to the least one; at least 1. */
    private static long unit(long[] numbers, int size, long least, long span) {
        long unit = span;
        for (int i = 0; i < size && unit > 1; i++) {
            long rest = (numbers[i] - least) % unit;
            while (rest != 0) {
                long divisor = rest;
                rest = unit % rest;
                unit = divisor;
            }
        }
        return Math.max(1, unit);
    }

    private void set(int index, long multiple) {
        long rest = multiple;
        for (int at = (index + 1) * width - 1; at >= index * width; at--) {
            multiples[at] = (byte) rest;
            rest >>>= Byte.SIZE;
        }
    }

    int size() {
        return size;
    }

    long get(int index) {
        long multiple = 0;
        for (int at = index * width; at < (index + 1) * width; at++) {
            multiple = (multiple << Byte.SIZE) | (multiples[at] & 0xff);
        }
        return least + multiple * unit;
    }

    /** How many bytes they take, all in all. */
    int bytes() {
        return multiples.length;
    }
}
