package io.reactivestore.internal;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The items of pages that are fetched one after the other, and only when they are wanted: the first with the first demand, the
 * next when there is demand and nothing left to give. With read-ahead, so many pages are fetched beyond the current one once half
 * of that is taken: whoever has read so far will most likely read on.
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

    private static final class Reading<T> implements Subscription {
        /*
         * How it works. All that is not an atomic is touched only in drain(), which runs once at a time: whoever raises wip from
         * 0 drains until it is back at 0. A page that arrives is left in `arrived` and drained like new demand is. There is one
         * fetch at a time, so one place is enough.
         *
         *   idle --demand, or half of the page taken--> fetching --page--> idle
         *                                               fetching --error--> ending
         *   any --cancel--> cancelled: wip is never brought back to 0, so nothing runs any more
         *
         *   state       written by            guard     seen by others
         *   requested   subscriber, drain     atomic    at the next drain
         *   arrived     the fetch, drain      atomic    at the next drain
         *   fetch       drain                 atomic    cancel() reads it; drain looks at cancelled after it wrote it
         */

        private final CoreSubscriber<? super T> actual;
        private final int readAhead;
        private final AtomicInteger wip = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private final AtomicReference<@Nullable Arrival<T>> arrived = new AtomicReference<>();
        private final AtomicReference<@Nullable Fetch> fetch = new AtomicReference<>();
        private volatile boolean cancelled;

        private final Queue<Page<T>> ready = new ArrayDeque<>();
        private List<T> items = List.of();
        private int taken;
        private @Nullable Mono<Page<T>> next;
        private boolean fetching;
        private @Nullable Throwable failure;

        Reading(CoreSubscriber<? super T> actual, Mono<Page<T>> first, int readAhead) {
            this.actual = actual;
            this.next = first;
            this.readAhead = readAhead;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.accumulateAndGet(n, Operators::addCap);
                drain();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            Fetch running = fetch.get();
            if (running != null) {
                running.cancel();
            }
            if (wip.getAndIncrement() == 0) {
                forget();
            }
        }

        private void drain() {
            if (wip.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            while (missed != 0) {
                takeArrived();
                emit();
                if (cancelled) {
                    forget();
                    return;
                }
                if (isDrained() && !fetching && next == null) {
                    cancelled = true;
                    end();
                    return;
                }
                fetchIfWanted(requested.get());
                missed = wip.addAndGet(-missed);
            }
        }

        private void takeArrived() {
            Arrival<T> arrival = arrived.get();
            if (arrival == null) {
                return;
            }
            arrived.set(null);
            fetching = false;
            failure = arrival.error;
            next = null;
            if (arrival.page != null) {
                next = arrival.page.next();
                ready.add(arrival.page);
            }
        }

        private void emit() {
            long wanted = requested.get();
            long emitted = 0;
            while (emitted != wanted && !cancelled && !isDrained()) {
                T item = items.get(taken++);
                emitted++;
                // Before the item, so that the next page travels while the subscriber works on this one.
                takeArrived();
                fetchIfWanted(wanted - emitted);
                actual.onNext(item);
            }
            if (wanted != Long.MAX_VALUE && emitted != 0) {
                requested.addAndGet(-emitted);
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
            if (fetching || page == null || cancelled) {
                return;
            }
            boolean isNeeded = taken == items.size() && ready.isEmpty() && demand > 0;
            boolean isLikely = !items.isEmpty() && taken * 2L >= items.size() && ready.size() < readAhead;
            if (!isNeeded && !isLikely) {
                return;
            }
            fetching = true;
            Fetch begun = new Fetch();
            fetch.set(begun);
            if (cancelled) {
                return;
            }
            page.subscribe(begun);
        }

        private void end() {
            if (failure == null) {
                actual.onComplete();
            } else {
                actual.onError(failure);
            }
        }

        private void forget() {
            ready.clear();
            items = List.of();
            taken = 0;
            next = null;
            arrived.set(null);
        }

        private final class Fetch extends AtomicReference<@Nullable Subscription> implements CoreSubscriber<Page<T>> {

            private static final long serialVersionUID = 1L;

            private boolean answered;

            @Override
            public Context currentContext() {
                return actual.currentContext();
            }

            @Override
            public void onSubscribe(Subscription subscription) {
                if (compareAndSet(null, subscription)) {
                    subscription.request(Long.MAX_VALUE);
                } else {
                    subscription.cancel();
                }
            }

            @Override
            public void onNext(Page<T> page) {
                arrive(new Arrival<>(page, null));
            }

            @Override
            public void onError(Throwable error) {
                arrive(new Arrival<>(null, error));
            }

            @Override
            public void onComplete() {
                if (!answered) {
                    onError(new IllegalStateException("there is no page"));
                }
            }

            void cancel() {
                Subscription subscription = getAndSet(Operators.cancelledSubscription());
                if (subscription != null) {
                    subscription.cancel();
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
