package io.reactivestore.decorate;

import io.reactivestore.error.StoreRejectedException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** One operation of a {@link LimitedStore}: waits for a permit, subscribes to the work, and gives the permit back. */
final class Limited<T> implements CoreSubscriber<T>, Subscription, Permits.Claimant {
    /*
     * How it works. The subscriber may ask and cancel from the start; what it asks for before the work has begun is kept.
     *
     *   state       written by                            guard      seen by others
     *   upstream    onSubscribe, once                     volatile   at once
     *   requested   request, before there is an upstream  CAS        whoever sees the upstream takes it to 0 and passes it on
     *   cancelled   cancel                                volatile   at once
     *
     * A cancel gives the permit back only when the work is known to be cancelled: before there is an upstream, onSubscribe and start
     * see `cancelled` and do it. Each side writes its own field before it reads the other's, so one of them does; both is harmless.
     */

    private final Publisher<? extends T> work;
    private final CoreSubscriber<? super T> actual;
    private final Permits permits;
    private final String operation;
    private final @Nullable String key;
    private final boolean single;
    private final Permits.Claim claim = new Permits.Claim(this);
    private final AtomicLong requested = new AtomicLong();
    private volatile @Nullable Subscription upstream;
    private volatile boolean cancelled;

    /** @param single whether a value is the end of the work already, as it is in a {@code Mono} */
    Limited(
            Publisher<? extends T> work,
            CoreSubscriber<? super T> actual,
            Permits permits,
            String operation,
            @Nullable String key,
            boolean single) {
        this.work = work;
        this.actual = actual;
        this.permits = permits;
        this.operation = operation;
        this.key = key;
        this.single = single;
    }

    /** Called once, first. */
    void enter() {
        actual.onSubscribe(this);
        if (cancelled) {
            return;
        }
        switch (permits.enter(claim)) {
            case RUNNING -> start();
            case WAITING -> {
                // A cancel that came before there was a place to leave has not left it.
                if (cancelled) {
                    permits.leaveLine(claim);
                }
            }
            case REFUSED ->
                fail(true, "all " + permits.maxConcurrent() + " permits are taken and the line is full", null);
        }
    }

    @Override
    public void start() {
        if (cancelled) {
            permits.giveBack(claim);
        } else {
            work.subscribe(this);
        }
    }

    @Override
    public void refuse(RejectedExecutionException cause) {
        fail(false, "the scheduler that starts what waited is shut down", cause);
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            if (cancelled) {
                cancel();
            } else {
                passOn(subscription);
            }
        }
    }

    // The permit is given back before the subscriber hears of it, so that what it does next finds the permit free.

    @Override
    public void onNext(T value) {
        if (single) {
            permits.giveBack(claim);
        }
        actual.onNext(value);
    }

    @Override
    public void onError(Throwable error) {
        permits.giveBack(claim);
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        permits.giveBack(claim);
        actual.onComplete();
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            requested.getAndAccumulate(n, Operators::addCap);
            Subscription begun = upstream;
            if (begun != null) {
                passOn(begun);
            }
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (permits.leaveLine(claim)) {
            return;
        }
        Subscription begun = upstream;
        if (begun != null) {
            begun.cancel();
            permits.giveBack(claim);
        }
    }

    private void passOn(Subscription begun) {
        long n = requested.getAndSet(0);
        if (n != 0) {
            begun.request(n);
        }
    }

    private void fail(boolean retryable, String what, @Nullable Throwable cause) {
        if (!cancelled) {
            actual.onError(new StoreRejectedException(operation, key, what, retryable, cause));
        }
    }
}
