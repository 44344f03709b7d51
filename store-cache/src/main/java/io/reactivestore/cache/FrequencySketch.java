package io.reactivestore.cache;

/**
 * Remembers of keys whether they were seen of late, those seen often for longer. It may take a key for seen that was not, about one in
 * forty, and forgets none too early. For one thread at a time.
 *
 * @source G. Cormode, S. Muthukrishnan, "An improved data stream summary: the count-min sketch" (2005); aged by halving as in G. Einziger
 *     et al., "TinyLFU" (2017)
 */
final class FrequencySketch {
    /*
     * How it works. Counters of four bits, four for each key. To see a key adds two to each, to 15 at most; once as many were seen as are
     * to be remembered, all are halved. So a key that was seen once is known until as many others were seen once to twice, one that was
     * seen seven times until three to four times.
     */

    /** For each key to be remembered. There are twice as many in it at the end, and their counters fill half of it at most. */
    private static final int COUNTERS_PER_KEY = 16;

    private static final int PROBES = 4;
    private static final int COUNTERS_PER_WORD = 16;
    private static final int BITS = 4;
    private static final int MOST = 15;
    private static final int STEP = 2;

    /** The upper bit of each counter, which a shift takes from its neighbour. */
    private static final long HALVES = 0x7777_7777_7777_7777L;

    private final long[] words;
    private final long counters;
    private final int keys;
    private int seen;

    /** @param keys how many other keys are to be seen before one is forgotten */
    FrequencySketch(int keys) {
        this.keys = keys;
        this.counters = (long) COUNTERS_PER_KEY * keys;
        this.words = new long[Math.toIntExact(counters / COUNTERS_PER_WORD)];
    }

    /**
     * Sees a key.
     *
     * @param hash of the key; nobody outside may foresee it
     * @return whether it was seen before, as far as that is remembered
     */
    boolean see(long hash) {
        boolean known = true;
        long probe = hash;
        for (int i = 0; i < PROBES; i++) {
            int counter = (int) (((probe >>> Integer.SIZE) * counters) >>> Integer.SIZE);
            int word = counter / COUNTERS_PER_WORD;
            int shift = counter % COUNTERS_PER_WORD * BITS;
            int count = (int) (words[word] >>> shift) & MOST;
            known &= count > 0;
            words[word] += (long) (Math.min(MOST, count + STEP) - count) << shift;
            probe = mix(probe);
        }
        if (++seen == keys) {
            age();
        }
        return known;
    }

    private void age() {
        seen = 0;
        for (int i = 0; i < words.length; i++) {
            words[i] = (words[i] >>> 1) & HALVES;
        }
    }

    /** @source D. Lea, G. Steele, C. Flood, "Fast splittable pseudorandom number generators" (2014): the mix of SplitMix64 */
    private static long mix(long hash) {
        long z = hash + 0x9e37_79b9_7f4a_7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }
}
