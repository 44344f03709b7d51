package io.reactivestore.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a policy would make of a trace.
 *
 * @param requests how many there were
 * @param hits how many of them found their object held
 * @param writtenBytes of the objects that came in
 */
record Simulated(long requests, long hits, double writtenBytes) {

    /** In points: of a hundred requests so many. */
    double misses() {
        return 100.0 * (requests - hits) / requests;
    }

    double writtenPerRequest() {
        return writtenBytes / requests;
    }

    /** What was used least recently goes. */
    static Simulated lru(Trace trace, int[] bytes, long maxBytes) {
        LinkedHashMap<Integer, Integer> held = new LinkedHashMap<>(16, 0.75f, true);
        long used = 0;
        long hits = 0;
        long written = 0;
        for (int key : trace.keys) {
            if (held.get(key) != null) {
                hits++;
            } else if (bytes[key] <= maxBytes) {
                held.put(key, bytes[key]);
                used += bytes[key];
                written += bytes[key];
                Iterator<Map.Entry<Integer, Integer>> oldest = held.entrySet().iterator();
                while (used > maxBytes) {
                    used -= oldest.next().getValue();
                    oldest.remove();
                }
            }
        }
        return new Simulated(trace.keys.length, hits, (double) written);
    }

    /**
     * Belady's: what is asked for again last goes, or is not taken at all. No policy has more hits if all objects are alike; if not, it is
     * near that.
     */
    static Simulated optimum(Trace trace, int[] bytes, long maxBytes) {
        int[] next = trace.nextUses();
        boolean[] isHeld = new boolean[bytes.length];
        TreeSet<Long> held = new TreeSet<>(); // by the next use, then the key
        long used = 0;
        long hits = 0;
        long written = 0;
        for (int i = 0; i < next.length; i++) {
            int key = trace.keys[i];
            boolean hit = isHeld[key];
            if (hit) {
                hits++;
                held.remove(held(i, key));
                isHeld[key] = false;
                used -= bytes[key];
            }
            if (next[i] == Integer.MAX_VALUE) {
                continue;
            }
            held.add(held(next[i], key));
            isHeld[key] = true;
            used += bytes[key];
            while (used > maxBytes) {
                int last = (int) (long) held.pollLast();
                isHeld[last] = false;
                used -= bytes[last];
            }
            written += !hit && isHeld[key] ? bytes[key] : 0;
        }
        return new Simulated(next.length, hits, (double) written);
    }

    private static long held(int next, int key) {
        return ((long) next << Integer.SIZE) | key;
    }

    /** W-TinyLFU, by Caffeine. */
    static Simulated tinyLfu(Trace trace, int[] bytes, long maxBytes) {
        Cache<Integer, Integer> cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((Integer key, Integer weight) -> weight)
                .executor(Runnable::run)
                .build();
        long hits = 0;
        long written = 0;
        for (int key : trace.keys) {
            if (cache.getIfPresent(key) != null) {
                hits++;
            } else {
                cache.put(key, bytes[key]);
                written += bytes[key];
            }
        }
        return new Simulated(trace.keys.length, hits, (double) written);
    }
}
