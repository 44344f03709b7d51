package io.reactivestore.s3;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * Gathers the elements of a publisher into groups: one each time it is asked, in order. Elements are asked for only on behalf of a
 * group that somebody waits for.
 *
 * @param <E> the elements
 * @param <G> the groups
 */
abstract class Gatherer<E, G> implements CoreSubscriber<E> {
    /*
     * How it works. drain() runs once at a time, as in PagedFlux; the methods to be overridden are called from it only, except for
     * begin().
     *
     *   idle --next()--> gathering --group is full, or flushed, or source ends--> idle
     *   any  --close()--> closed: the source is cancelled, what waits is let go
     *
     *   state       written by               guard      seen by others
     *   waiter      next, drain              atomic     at the next drain
     *   queue       onNext, drain            one producer, one consumer
     *   done        onError, onComplete      volatile   after the last element and error
     *   flushed     any thread, drain        volatile   at the next drain
     *   asked, used drain                    wip
     */

    private final Publisher<? extends E> source;
    private final int prefetch;
    private final Queue<E> queue;
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();
    private final AtomicReference<@Nullable MonoSink<G>> waiter = new AtomicReference<>();
    private volatile boolean done;
    private volatile boolean flushed;
    private volatile boolean closed;
    private @Nullable Throwable error;
    private Context context = Context.empty();
    private boolean subscribed;
    private boolean topUp;
    private long asked;
    private long used;

    /** @param prefetch the most elements to have asked for and not used */
    Gatherer(Publisher<? extends E> source, int prefetch) {
        this.source = source;
        this.prefetch = prefetch;
        this.queue = Queues.<E>get(prefetch).get();
    }

    /** Prepares for a group. */
    abstract void begin();

    /** Whether the group may be filled; if not, {@link #drain} is called when it may. */
    abstract boolean isReady();

    /** Takes an element, or part of it, into the group; false if it does not fit and belongs to the next one. */
    abstract boolean add(E element);

    /** Whether the group is complete whatever comes. */
    abstract boolean isFull();

    /** Whether there is something in the group that is worth telling before an error of the source. */
    abstract boolean precedesError();

    /** @param last whether nothing comes after it, as far as is known */
    abstract G end(boolean last);

    /** The next group. To be subscribed to once at a time. */
    final Mono<G> next() {
        return Mono.create(sink -> {
            begin();
            topUp = true;
            flushed = false;
            waiter.set(sink);
            if (!subscribed) {
                subscribed = true;
                context = Context.of(sink.contextView());
                source.subscribe(this);
            }
            drain();
        });
    }

    /** Whether the source has completed and everything was gathered. */
    final boolean isExhausted() {
        return done && error == null && queue.isEmpty();
    }

    final boolean isClosed() {
        return closed;
    }

    /** Ends the present group as it is, unless it is empty. */
    final void flush() {
        flushed = true;
        drain();
    }

    /** Lets go of everything; nobody is told. */
    void close() {
        closed = true;
        Subscription subscription = upstream.getAndSet(Operators.cancelledSubscription());
        if (subscription != null) {
            subscription.cancel();
        }
        drain();
    }

    @Override
    public final Context currentContext() {
        return context;
    }

    @Override
    public final void onSubscribe(Subscription subscription) {
        if (upstream.compareAndSet(null, subscription)) {
            drain();
        } else {
            subscription.cancel();
        }
    }

    @Override
    public final void onNext(E element) {
        if (!closed && !queue.offer(element)) {
            onError(new IllegalStateException("the publisher emitted more than was asked for"));
            return;
        }
        drain();
    }

    @Override
    public final void onError(Throwable failure) {
        if (!done) {
            error = failure;
            done = true;
            drain();
        }
    }

    @Override
    public final void onComplete() {
        done = true;
        drain();
    }

    final void drain() {
        if (wip.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            if (closed) {
                queue.clear();
                waiter.set(null);
            } else {
                gather();
            }
            missed = wip.addAndGet(-missed);
        }
    }

    private void gather() {
        while (waiter.get() != null && isReady()) {
            boolean ended = done;
            E element = queue.peek();
            if (element != null) {
                if (!add(element)) {
                    tell(false);
                    return;
                }
                queue.poll();
                used++;
                if (isFull()) {
                    tell(isExhausted());
                    return;
                }
            } else if (ended) {
                tellTheEnd();
                return;
            } else if (flushed && precedesError()) {
                tell(false);
                return;
            } else if (!ask()) {
                return;
            }
        }
    }

    private void tellTheEnd() {
        if (error == null || precedesError()) {
            tell(error == null);
            return;
        }
        MonoSink<G> sink = waiter.getAndSet(null);
        if (sink != null) {
            sink.error(Objects.requireNonNull(error));
        }
    }

    private void tell(boolean last) {
        MonoSink<G> sink = waiter.getAndSet(null);
        if (sink != null) {
            sink.success(end(last));
        }
    }

    /** @return whether something may have come already */
    private boolean ask() {
        Subscription subscription = upstream.get();
        long open = asked - used;
        if (subscription == null || (open > 0 && !topUp) || open >= prefetch) {
            return false;
        }
        topUp = false;
        asked += prefetch - open;
        subscription.request(prefetch - open);
        return !queue.isEmpty() || done;
    }
}
