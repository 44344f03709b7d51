package io.reactivestore.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The keys of which the source has said that there is no such object: so many, the latest ones. Any thread. */
final class Absences {
    /*
     * How it works. Like copies in memory: they are added under the fence's stripe, and dropped after a mutation has moved the stamp. Looking
     * one up takes no lock.
     *
     *   state   written by           guard        seen by others
     *   known   add, remove*         concurrent   at once
     *   order   add                  this         at once; has those that are gone until they are the oldest, or too many
     */

    private final int max;
    private final long lifetimeNanos;
    private final Freshness freshness;
    private final ConcurrentMap<String, Absence> known = new ConcurrentHashMap<>();
    private final Deque<Absence> order = new ArrayDeque<>();

    /** Compared by identity, since a later one may have taken its place. */
    private static final class Absence {
        final String key;
        final long toldAtNanos;
        final long epoch;

        Absence(String key, long toldAtNanos, long epoch) {
            this.key = key;
            this.toldAtNanos = toldAtNanos;
            this.epoch = epoch;
        }
    }

    /** @param max 0 to know none */
    Absences(int max, long lifetimeNanos, Freshness freshness) {
        this.max = max;
        this.lifetimeNanos = lifetimeNanos;
        this.freshness = freshness;
    }

    /** Whether a reader may be told that there is no such object. */
    boolean has(String key) {
        if (known.isEmpty()) {
            return false;
        }
        Absence absence = known.get(key);
        return absence != null
                && absence.epoch == freshness.epoch()
                && freshness.nanoTime() - absence.toldAtNanos < lifetimeNanos;
    }

    /**
     * @param toldAtNanos when the source was asked
     * @param epoch the cache's epoch then
     */
    void add(String key, long toldAtNanos, long epoch) {
        if (max == 0) {
            return;
        }
        Absence absence = new Absence(key, toldAtNanos, epoch);
        synchronized (this) {
            known.put(key, absence);
            order.add(absence);
            if (order.size() > 2 * max) {
                order.removeIf(old -> known.get(old.key) != old);
            }
            while (known.size() > max) {
                Absence oldest = order.remove();
                known.remove(oldest.key, oldest);
            }
        }
    }

    void remove(String key) {
        known.remove(key);
    }

    void removePrefix(String prefix) {
        known.keySet().removeIf(key -> key.startsWith(prefix));
    }
}
