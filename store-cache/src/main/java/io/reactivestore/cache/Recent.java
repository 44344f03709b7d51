package io.reactivestore.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** What the source has said of keys: so many answers, the latest ones, each for a while. Any thread. */
final class Recent<T> {
    /*
     * How it works. Like copies in memory: answers are added under the fence's stripe, and dropped after a mutation has moved the stamp.
     * Looking one up takes no lock.
     *
     *   state   written by           guard        seen by others
     *   known   add, remove*         concurrent   at once
     *   order   add                  this         at once; has those that are gone until they are the oldest, or too many
     */

    private final long max;
    private final long lifetimeNanos;
    private final Freshness freshness;
    private final ConcurrentMap<String, Answer<T>> known = new ConcurrentHashMap<>();
    private final Deque<Answer<T>> order = new ArrayDeque<>();

    /** Compared by identity, since a later one may have taken its place. */
    private static final class Answer<T> {
        final String key;
        final T value;
        final long toldAtNanos;
        final long epoch;

        Answer(String key, T value, long toldAtNanos, long epoch) {
            this.key = key;
            this.value = value;
            this.toldAtNanos = toldAtNanos;
            this.epoch = epoch;
        }
    }

    Recent(FreshnessSpec.Memo limits, Freshness freshness) {
        this.max = limits.most();
        this.lifetimeNanos = Limits.nanos(limits.lifetime());
        this.freshness = freshness;
    }

    /** What a reader may be told; null if that is not known. */
    @Nullable T get(String key) {
        if (max == 0) {
            return null;
        }
        Answer<T> answer = known.get(key);
        if (answer == null || answer.epoch != freshness.epoch()) {
            return null;
        }
        return freshness.nanoTime() - answer.toldAtNanos < lifetimeNanos ? answer.value : null;
    }

    /** What was told later than that, in the same epoch; null if nothing. */
    @Nullable T later(String key, long nanos, long epoch) {
        Answer<T> answer = max == 0 ? null : known.get(key);
        return answer != null && answer.epoch == epoch && answer.toldAtNanos - nanos > 0 ? answer.value : null;
    }

    /**
     * Remembers an answer, unless a later one is known.
     *
     * @param toldAtNanos when the source was asked
     * @param epoch the cache's epoch then
     */
    void add(String key, T value, long toldAtNanos, long epoch) {
        if (max == 0) {
            return;
        }
        Answer<T> present = known.get(key);
        if (present != null && present.toldAtNanos - toldAtNanos > 0) {
            return;
        }
        Answer<T> answer = new Answer<>(key, value, toldAtNanos, epoch);
        synchronized (this) {
            known.put(key, answer);
            order.add(answer);
            if (order.size() > 2 * max) {
                order.removeIf(old -> known.get(old.key) != old);
            }
            while (known.size() > max) {
                Answer<T> oldest = order.poll();
                if (oldest == null) {
                    break; // those that are just being removed are counted a moment longer
                }
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
