package io.reactivestore.s3;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** The law by which the number of requests at a time follows the service. Not safe for threads: its owner sees to that. */
final class AdaptiveLimit {
    /*
     * How it works. The limit begins at the most there may be, grows by one for as many answers as it allows at a time, if that many were
     * needed, and shrinks for two reasons.
     *
     * The service asks for fewer requests: the limit shrinks by a fifth, which is enough if it was one too many; if more than an eighth of
     * those that were under way by then are refused, it is halved. Down to one. All of that is one burst: the next one begins when as many
     * events have come as requests were under way.
     *
     * The first byte is late: the median of a window is more than so many times the lowest median of that kind of request, and later by more
     * than anybody would mind. Then requests queue somewhere, and the limit shrinks by a tenth, once a window. Only down to a quarter of the most, since a service may become slower
     * for reasons of its own, and fewer requests do not make it faster then; and the lowest median grows a little with each late window, so
     * that what stays is taken for usual after a while. Medians, since a few requests are a hundred times slower than the others without
     * any reason; by kind, since a page of a listing and a head are not alike. Bodies are not looked at: how long they take tells their
     * length.
     *
     *   event                  limit
     *   answer, limit in use   + 1 / limit
     *   refusal                * 0.8, at least 1; once for all that were under way
     *   many of them           * 0.5 instead
     *   late window            * 0.9, at least a quarter of the most
     */

    private static final double SOME_REFUSED = 0.8;
    private static final double MANY_REFUSED = 0.5;
    private static final int MANY_SHARE = 8;
    private static final double LATE = 0.9;

    /** Below it, a service that is merely busier than it was at its best is taken for one that queues. */
    private static final double TOLERANCE = 2.5;

    /** A server close by answers in a fraction of a millisecond while nobody else asks it; waiting for ten of them is no reason to wait here. */
    private static final long NOTICEABLE_NANOS = 10_000_000;

    private static final double FORGETTING = 1.05;
    private static final int LATENCY_FLOOR_SHARE = 4;

    /** So many that the medians of a law with a long tail differ by less than the tolerance. */
    private static final int WINDOW = 200;

    private final int min;
    private final int max;
    private final Map<Hedging.Kind, Window> windows = new EnumMap<>(Hedging.Kind.class);
    private double limit;

    /** Of the present burst: the limit before it, how many were under way, are to come, and were refused. */
    private double before;

    private int burst;
    private int stale;
    private int refused;

    AdaptiveLimit(int max) {
        this(1, max);
    }

    private AdaptiveLimit(int min, int max) {
        this.min = min;
        this.max = max;
        this.limit = max;
        for (Hedging.Kind kind : Hedging.Kind.values()) {
            windows.put(kind, new Window());
        }
    }

    /** One that stays what it is. */
    static AdaptiveLimit fixed(int limit) {
        return new AdaptiveLimit(limit, limit);
    }

    int limit() {
        return (int) limit;
    }

    /** @param running requests that were under way, this one among them */
    void answered(int running) {
        passed();
        if (running >= (int) limit) {
            limit = Math.min(max, limit + 1 / limit);
        }
    }

    /** @param running requests under way, this one among them */
    void refused(int running) {
        if (stale == 0) {
            before = limit;
            burst = running;
            stale = running;
            refused = 1;
            limit = Math.max(min, before * SOME_REFUSED);
            return;
        }
        passed();
        refused++;
        if (refused > burst / MANY_SHARE) {
            limit = Math.min(limit, Math.max(min, before * MANY_REFUSED));
        }
    }

    private void passed() {
        stale = Math.max(0, stale - 1);
    }

    /** The first byte of an answer came so long after the request was sent. */
    void firstByte(Hedging.Kind kind, long nanos) {
        Window window = windows.get(kind);
        if (window != null && window.isLate(nanos)) {
            limit = Math.min(limit, Math.max(Math.max(min, max / LATENCY_FLOOR_SHARE), limit * LATE));
        }
    }

    /** The latest first bytes of one kind. */
    private static final class Window {

        private final long[] nanos = new long[WINDOW];
        private int count;
        private double lowest = Double.MAX_VALUE;

        /** Whether this one completes a window that is late. */
        boolean isLate(long time) {
            nanos[count++] = time;
            if (count < WINDOW) {
                return false;
            }
            count = 0;
            Arrays.sort(nanos);
            double median = Math.max(1, nanos[WINDOW / 2]);
            lowest = Math.min(lowest, median);
            boolean late = median > lowest * TOLERANCE && median > lowest + NOTICEABLE_NANOS;
            if (late) {
                lowest *= FORGETTING;
            }
            return late;
        }
    }
}
