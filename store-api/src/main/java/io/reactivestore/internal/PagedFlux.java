package io.reactivestore.internal;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The items of pages that are fetched one after the other, and only when they are wanted: the first with the first demand, the
 * next when there is demand and nothing left to give. With read-ahead, so many pages are fetched beyond the current one once half
 * of that is taken: whoever has read so far will most likely read on. Not so who has asked once, and for no more than is there.
 *
 * <p>The end, and an error, come without demand, after the items before them.
 */
public final class PagedFlux<T> extends Flux<T> {

    /**
     * One page.
     *
     * @param items may be computed when asked for
     * @param next the page after it, or null if there is none
     */
    public record Page<T>(List<T> items, @Nullable Mono<Page<T>> next) {}

    private final Mono<Page<T>> first;
    private final int readAhead;

    public PagedFlux(Mono<Page<T>> first, int readAhead) {
        this.first = first;
        this.readAhead = readAhead;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Reading<>(actual, first, readAhead));
    }

    private static final class Reading<T> extends Emission<T> {
        /*
         * How it works. A page that arrives is left in `arrived` for the next round. There is one fetch at a time, so one place is enough.
         *
         *   idle --demand, or half of the page taken--> fetching --page--> idle
         *                                               fetching --error--> ending
         *
         *   state       written by           guard           seen by others
         *   arrived     the fetch, rounds    atomic          in the next round, and between two items
         *   all else    rounds               see Emission    -
         */

        private final int readAhead;
        private final AtomicReference<@Nullable Arrival<T>> arrived = new AtomicReference<>();
        private final Queue<Page<T>> ready = new ArrayDeque<>();
        private List<T> items = List.of();
        private int taken;
        private long given;
        private long firstDemand;
        private boolean asksAgain;
        private @Nullable Mono<Page<T>> next;
        private @Nullable Fetch fetch;
        private @Nullable Throwable failure;

        Reading(CoreSubscriber<? super T> actual, Mono<Page<T>> first, int readAhead) {
            super(actual);
            this.next = first;
            this.readAhead = readAhead;
        }

        @Override
        protected void round() {
            noteDemand();
            takeArrived();
            giveItems();
            if (isCancelled()) {
                return;
            }
            if (isDrained() && fetch == null && next == null) {
                end();
            } else {
                fetchIfWanted(demand());
            }
        }

        private void noteDemand() {
            long all = Operators.addCap(given, demand());
            firstDemand = firstDemand == 0 ? all : firstDemand;
            asksAgain |= all > firstDemand;
        }

        private void takeArrived() {
            Arrival<T> arrival = arrived.getAndSet(null);
            if (arrival == null) {
                return;
            }
            fetch = null;
            failure = arrival.error;
            next = null;
            if (arrival.page != null) {
                next = arrival.page.next();
                ready.add(arrival.page);
            }
        }

        private void giveItems() {
            while (demand() > 0 && !isCancelled() && !isDrained()) {
                T item = items.get(taken++);
                // Before the item, so that the next page travels while the subscriber works on this one.
                takeArrived();
                fetchIfWanted(demand() - 1);
                given++;
                give(item);
            }
        }

        /** Whether there is nothing to give; moves on to the next page that is ready. */
        private boolean isDrained() {
            while (taken == items.size()) {
                Page<T> page = ready.poll();
                if (page == null) {
                    return true;
                }
                items = page.items();
                taken = 0;
            }
            return false;
        }

        private void fetchIfWanted(long demand) {
            Mono<Page<T>> page = next;
            if (fetch != null || page == null || isCancelled()) {
                return;
            }
            boolean isNeeded = taken == items.size() && ready.isEmpty() && demand > 0;
            boolean isHalfTaken = !items.isEmpty() && taken * 2L >= items.size();
            if (isNeeded || (isHalfTaken && ready.size() < readAhead && readsOn(demand))) {
                Fetch begun = new Fetch();
                fetch = begun;
                page.subscribe(begun);
            }
        }

        /** Of the pages that are ready nobody has counted the items so far. */
        private boolean readsOn(long demand) {
            noteDemand();
            long there = items.size() - taken + (long) ready.size() * items.size();
            return asksAgain || demand > there;
        }

        private void end() {
            if (failure == null) {
                complete();
            } else {
                fail(failure);
            }
        }

        @Override
        protected void release() {
            if (fetch != null) {
                fetch.cancel();
            }
            ready.clear();
            items = List.of();
            taken = 0;
            next = null;
            arrived.set(null);
        }

        private final class Fetch extends BaseSubscriber<Page<T>> {

            private boolean answered;

            @Override
            public Context currentContext() {
                return context();
            }

            @Override
            protected void hookOnNext(Page<T> page) {
                arrive(new Arrival<>(page, null));
            }

            @Override
            protected void hookOnError(Throwable error) {
                arrive(new Arrival<>(null, error));
            }

            @Override
            protected void hookOnComplete() {
                if (!answered) {
                    arrive(new Arrival<>(null, new IllegalStateException("there is no page")));
                }
            }

            private void arrive(Arrival<T> arrival) {
                answered = true;
                arrived.set(arrival);
                drain();
            }
        }
    }

    private record Arrival<T>(
            @Nullable Page<T> page, @Nullable Throwable error) {}
}
