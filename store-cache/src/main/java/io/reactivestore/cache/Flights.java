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

/** The loads under way, by what they ask: readers who ask the same join the one there is, if nothing was written since it began. */
final class Flights {
    /*
     * How it works. The map holds at most one flight per question that may be joined. A flight enters it before its load is started and
     * leaves it, by identity, before its waiters are told: whoever comes after that finds what it installed in memory, and whoever
     * tries again after an error starts anew. A flight that was written past stays with its waiters but is replaced in the map; `underWay` has
     * it until it is over.
     *
     * Close sets `closed` and then gives up what is under way; who starts one looks at `closed` after putting it there.
     */

    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ConcurrentMap<Question, Flight> byQuestion = new ConcurrentHashMap<>();
    private final Set<Flight> underWay = ConcurrentHashMap.newKeySet();
    private final StoreRuntime runtime;
    private final boolean finishAlone;
    private final @Nullable LoadListener listener;
    private final BiFunction<Question, ReadMode, Load> loads;
    private final LongAdder joined = new LongAdder();
    private volatile boolean closed;

    /**
     * @param finishAlone whether a load that everybody has left is finished and kept
     * @param listener hears of loads; null if nobody does
     * @param loads begins one: what it knows of writes is from before anything is asked
     */
    Flights(
            StoreRuntime runtime,
            boolean finishAlone,
            @Nullable LoadListener listener,
            BiFunction<Question, ReadMode, Load> loads) {
        this.runtime = runtime;
        this.finishAlone = finishAlone;
        this.listener = listener;
        this.loads = loads;
    }

    /**
     * Joins or starts a load. A caller that cancels hurts nobody else.
     *
     * @param maxWait after which whoever lets copies serve gets {@link Loaded.Late}, if there is one; null for never
     * @return gives {@link Loaded.Failed} in the place of an error
     */
    Mono<Loaded> load(Question question, ReadMode mode, @Nullable Duration maxWait) {
        boolean mayJoin = mode == ReadMode.CACHED_OK;
        return Mono.create(waiter -> board(question, mode, mayJoin, mayJoin ? maxWait : null, waiter));
    }

    /** Asks the source, or joins a load under way. */
    Mono<Loaded> renew(Question question) {
        return Mono.<Loaded>create(waiter -> board(question, ReadMode.REVALIDATE, true, null, waiter))
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
        flight.giveUp(new StoreClosedException(flight.question.operation(), flight.question.subject()));
    }

    private void board(
            Question question, ReadMode mode, boolean mayJoin, @Nullable Duration maxWait, MonoSink<Loaded> waiter) {
        while (true) {
            Flight present = byQuestion.get(question);
            if (present != null && mayJoin && join(present, maxWait, waiter)) {
                joined.increment();
                return;
            }
            Flight mine = new Flight(question, loads.apply(question, mode), runtime.delivery(), finishAlone);
            mine.add(waiter);
            if (replace(question, present, mine)) {
                stay(mine, maxWait, waiter);
                underWay.add(mine);
                mine.start(listener, () -> over(mine));
                if (closed) {
                    giveUp(mine);
                }
                return;
            }
            mine.load.over();
        }
    }

    private void over(Flight flight) {
        byQuestion.remove(flight.question, flight);
        underWay.remove(flight);
        flight.load.over();
    }

    private boolean join(Flight flight, @Nullable Duration maxWait, MonoSink<Loaded> waiter) {
        if (!flight.load.isCurrent() || !flight.add(waiter)) {
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
                            Loaded.Held instead = flight.load.instead();
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

    private boolean replace(Question question, @Nullable Flight present, Flight mine) {
        return present == null
                ? byQuestion.putIfAbsent(question, mine) == null
                : byQuestion.replace(question, present, mine);
    }
}
