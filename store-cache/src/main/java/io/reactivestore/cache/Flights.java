package io.reactivestore.cache;

import io.reactivestore.ReadMode;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** The loads under way, by key: readers of a key join the one there is, if nothing was written since it began. */
final class Flights {
    /*
     * How it works. The map holds at most one flight per key that may be joined. A flight enters it before its load is started and
     * leaves it, by identity, before its waiters are told: whoever comes after that finds what it installed in memory, and whoever
     * tries again after an error starts anew. A flight that was written past stays with its waiters but is replaced in the map; `underWay` has
     * it until it is over.
     *
     * Close sets `closed` and then gives up what is under way; who starts one looks at `closed` after putting it there.
     */

    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ConcurrentMap<String, Flight> byKey = new ConcurrentHashMap<>();
    private final Set<Flight> underWay = ConcurrentHashMap.newKeySet();
    private final Fence fence;
    private final StoreRuntime runtime;
    private final boolean finishAlone;
    private final BiFunction<Flight, ReadMode, Mono<Loaded>> loader;
    private final LongAdder joined = new LongAdder();
    private volatile boolean closed;

    /**
     * @param finishAlone whether a load that everybody has left is finished and kept
     * @param loader asks tiers and source; may complete on the caller's thread
     */
    Flights(Fence fence, StoreRuntime runtime, boolean finishAlone, BiFunction<Flight, ReadMode, Mono<Loaded>> loader) {
        this.fence = fence;
        this.runtime = runtime;
        this.finishAlone = finishAlone;
        this.loader = loader;
    }

    /**
     * Joins or starts the load of a key. A caller that cancels hurts nobody else.
     *
     * @param maxWait after which whoever lets copies serve gets {@link Loaded.Late}, if there is one; null for never
     * @return gives {@link Loaded.Failed} in the place of an error
     */
    Mono<Loaded> load(String key, ReadMode mode, @Nullable Duration maxWait) {
        boolean mayJoin = mode == ReadMode.CACHED_OK;
        return Mono.create(waiter -> board(key, mode, mayJoin, mayJoin ? maxWait : null, waiter));
    }

    /** Asks the source about a key, or joins a load under way. */
    Mono<Loaded> renew(String key) {
        return Mono.<Loaded>create(waiter -> board(key, ReadMode.REVALIDATE, true, null, waiter))
                .flatMap(loaded ->
                        loaded instanceof Loaded.Failed failed ? Mono.error(failed.error()) : Mono.just(loaded));
    }

    /** How many readers have shared a load that another began. */
    long joined() {
        return joined.sum();
    }

    /** How many loads are under way. */
    int underWay() {
        return underWay.size();
    }

    /** Ends every load; those who wait are told that the store is closed. */
    void close() {
        closed = true;
        underWay.forEach(Flights::giveUp);
    }

    private static void giveUp(Flight flight) {
        flight.giveUp(new StoreClosedException("get", flight.key));
    }

    private void board(
            String key, ReadMode mode, boolean mayJoin, @Nullable Duration maxWait, MonoSink<Loaded> waiter) {
        while (true) {
            Flight present = byKey.get(key);
            if (present != null && mayJoin && join(present, maxWait, waiter)) {
                joined.increment();
                return;
            }
            Flight mine = new Flight(key, fence.pass(key), runtime.delivery(), finishAlone);
            mine.add(waiter);
            if (replace(key, present, mine)) {
                stay(mine, maxWait, waiter);
                underWay.add(mine);
                mine.start(loader.apply(mine, mode), () -> {
                    byKey.remove(key, mine);
                    underWay.remove(mine);
                });
                if (closed) {
                    giveUp(mine);
                }
                return;
            }
        }
    }

    private boolean join(Flight flight, @Nullable Duration maxWait, MonoSink<Loaded> waiter) {
        if (!fence.isCurrent(flight.key, flight.pass) || !flight.add(waiter)) {
            return false;
        }
        stay(flight, maxWait, waiter);
        return true;
    }

    private void stay(Flight flight, @Nullable Duration maxWait, MonoSink<Loaded> waiter) {
        if (maxWait == null) {
            waiter.onDispose(() -> flight.leave(waiter));
            return;
        }
        // Again and again, since a slow tier may find the copy later than that.
        long wait = Limits.nanos(maxWait);
        Disposable patience = runtime.timers()
                .schedulePeriodically(
                        () -> {
                            Loaded.Held instead = flight.instead();
                            if (instead != null) {
                                waiter.success(new Loaded.Late(instead));
                            }
                        },
                        wait,
                        Math.max(wait, LEAST_WAIT_NANOS),
                        TimeUnit.NANOSECONDS);
        waiter.onDispose(() -> {
            patience.dispose();
            flight.leave(waiter);
        });
    }

    private boolean replace(String key, @Nullable Flight present, Flight mine) {
        return present == null ? byKey.putIfAbsent(key, mine) == null : byKey.replace(key, present, mine);
    }
}
