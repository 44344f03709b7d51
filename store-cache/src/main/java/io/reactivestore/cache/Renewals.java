package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/** Asks the source about copies behind their readers: one request a key, and so many at once. */
final class Renewals {
    /*
     * How it works. A key is in the set from when its copy is to be renewed until it may be again.
     *
     *   none --reader, a permit is free--> under way --answer--> none
     *                                      under way --error, or too late--> resting --REST--> none
     *
     * A renewal waits for a flight like a reader does, so it shares a load that is under way, and one that it has begun can be joined. If
     * it gives up it leaves the flight, which ends with its last waiter. There is nobody to tell of a failure: the copy stays what its age
     * makes it.
     *
     * The copy for which a key came into the set is marked, so that its next readers need not look into the set. The mark is set after the
     * key was added and taken back before it is removed, by whoever does that, so a marked copy has its key in the set, and nothing but the
     * set decides. Every way out of it takes the mark back: an answer, whether it was kept or not, an error, the time limit, and the close,
     * which fails the flight. A renewal that finds no permit never was in it. Another copy of the key, as one that came back from
     * a tier meanwhile, has no mark: its readers look.
     *
     *   state            written by               guard                        seen by others
     *   keys             renew, end of each       concurrent                   at once
     *   permits          the same                 semaphore                    at once
     *   mark of a copy   the same                 volatile; only by the one    at once
     *                                             that has the key in the set
     */

    /** How long a copy is left alone after it could not be renewed. */
    private static final Duration REST = Duration.ofSeconds(1);

    private final Flights flights;
    private final StoreRuntime runtime;
    private final Duration timeout;
    private final Semaphore permits;
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    Renewals(Flights flights, StoreRuntime runtime, int atOnce, Duration timeout) {
        this.flights = flights;
        this.runtime = runtime;
        this.timeout = timeout;
        this.permits = new Semaphore(atOnce);
    }

    /** Begins one soon, on another thread, unless one is under way or has just failed, or too many are under way. */
    void renew(String key, CachedEntry copy) {
        if (claim(key, copy)) {
            runtime.delivery().schedule(() -> begin(key, copy));
        }
    }

    /** The same at once: what the caller waits for, and is about to leave, goes on. */
    void renewNow(String key, CachedEntry copy) {
        if (claim(key, copy)) {
            begin(key, copy);
        }
    }

    private boolean claim(String key, CachedEntry copy) {
        // Looked at first, since most readers of such a copy find it marked, or else there.
        if (copy.isBeingRenewed() || keys.contains(key) || !permits.tryAcquire()) {
            return false;
        }
        if (!keys.add(key)) {
            permits.release();
            return false;
        }
        copy.setBeingRenewed(true);
        return true;
    }

    private void begin(String key, CachedEntry copy) {
        flights.renew(new Question.Whole(key))
                .timeout(Mono.delay(timeout, runtime.timers()))
                .subscribe(loaded -> {}, error -> failed(key, copy), () -> ended(key, copy));
    }

    private void ended(String key, CachedEntry copy) {
        forget(key, copy);
        permits.release();
    }

    private void failed(String key, CachedEntry copy) {
        permits.release();
        runtime.timers().schedule(() -> forget(key, copy), REST.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void forget(String key, CachedEntry copy) {
        copy.setBeingRenewed(false);
        keys.remove(key);
    }
}
