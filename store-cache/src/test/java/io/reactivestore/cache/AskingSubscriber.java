package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** A subscriber that asks for so many at a time, must get no more than it has asked for, and knows how it has ended. */
abstract class AskingSubscriber<T> extends BaseSubscriber<T> {

    private final long first;
    private long outstanding;
    private boolean done;
    private boolean left;

    @Nullable Throwable error;

    /** @param first how many it asks for at first */
    AskingSubscriber(long first) {
        this.first = first;
    }

    abstract void take(T value);

    /** Got more than it has asked for. */
    abstract void gotTooMany();

    final void ask(long count) {
        if (count > 0) {
            outstanding = count == Long.MAX_VALUE ? count : outstanding + count;
            request(count);
        }
    }

    /** Asks for all the rest. */
    final void hurry() {
        if (!done && !left && error == null && outstanding != Long.MAX_VALUE) {
            ask(Long.MAX_VALUE);
        }
    }

    /** Whether it has got all that it has asked for. */
    final boolean isServed() {
        return outstanding == 0;
    }

    final boolean isDone() {
        return done;
    }

    final boolean hasLeft() {
        return left;
    }

    @Override
    protected final void hookOnSubscribe(Subscription subscription) {
        ask(first);
    }

    @Override
    protected final void hookOnNext(T value) {
        if (outstanding == 0) {
            gotTooMany();
        }
        outstanding -= outstanding == Long.MAX_VALUE ? 0 : 1;
        take(value);
    }

    @Override
    protected final void hookOnComplete() {
        done = true;
    }

    @Override
    protected final void hookOnError(Throwable failure) {
        error = failure;
    }

    @Override
    protected final void hookOnCancel() {
        left = true;
    }
}
