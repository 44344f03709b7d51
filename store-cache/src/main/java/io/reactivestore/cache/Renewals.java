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
     *   state     written by               guard        seen by others
     *   keys      renew, end of each       concurrent   at once
     *   permits   the same                 semaphore    at once
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
    void renew(String key) {
        if (claim(key)) {
            runtime.delivery().schedule(() -> begin(key));
        }
    }

    /** The same at once: what the caller waits for, and is about to leave, goes on. */
    void renewNow(String key) {
        if (claim(key)) {
            begin(key);
        }
    }

    private boolean claim(String key) {
        // Looked up first, since most readers of such a copy find it there.
        if (keys.contains(key) || !permits.tryAcquire()) {
            return false;
        }
        if (!keys.add(key)) {
            permits.release();
            return false;
        }
        return true;
    }

    private void begin(String key) {
        flights.renew(new Question.Whole(key))
                .timeout(Mono.delay(timeout, runtime.timers()))
                .subscribe(loaded -> {}, error -> failed(key), () -> ended(key));
    }

    private void ended(String key) {
        keys.remove(key);
        permits.release();
    }

    private void failed(String key) {
        permits.release();
        runtime.timers().schedule(() -> keys.remove(key), REST.toNanos(), TimeUnit.NANOSECONDS);
    }
}
