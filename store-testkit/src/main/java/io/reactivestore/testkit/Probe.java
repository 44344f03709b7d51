package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SignalType;

/** A subscriber driven step by step, which notes every signal and every breach of demand. */
final class Probe<T> extends BaseSubscriber<T> {
    /*
     * How it works. The test's thread requests and cancels, the store's threads signal; the test waits until a condition on what
     * was noted holds.
     *
     *   state      written by            seen by others
     *   received   the store's signals   at once
     *   requested  the test, before it requests
     *   end        onComplete, onError   at once
     */

    private final Duration patience;
    private final AtomicLong requested = new AtomicLong();
    private final List<T> received = new CopyOnWriteArrayList<>();
    private final List<String> breaches = new CopyOnWriteArrayList<>();
    private volatile @Nullable SignalType end;
    private volatile @Nullable Throwable error;

    private Probe(Duration patience) {
        this.patience = patience;
    }

    /** Subscribes without asking for anything yet. */
    static <T> Probe<T> of(StoreContract contract, Publisher<T> publisher) {
        Probe<T> probe = new Probe<>(contract.patience());
        publisher.subscribe(probe);
        return probe;
    }

    Probe<T> ask(long n) {
        requested.accumulateAndGet(n, Operators::addCap);
        request(n);
        return this;
    }

    /** Waits until so many elements have come in all. */
    Probe<T> awaitReceived(int n) {
        if (received.size() < n) {
            await().atMost(patience)
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> assertThat(received.size())
                            .as("elements received (ended with %s, %s)", end, error)
                            .isGreaterThanOrEqualTo(n));
        }
        return this;
    }

    Probe<T> awaitEnd() {
        if (end == null) {
            await().atMost(patience)
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> assertThat(end).as("the end").isNotNull());
        }
        return this;
    }

    Probe<T> awaitCompletion() {
        awaitEnd();
        if (error != null) {
            throw new AssertionError("failed, but should have completed: " + error, error);
        }
        return this;
    }

    <E extends Throwable> E awaitError(Class<E> type) {
        awaitEnd();
        Throwable found = error;
        assertThat(found).as("the error, after %s", end).isInstanceOf(type);
        return type.cast(Objects.requireNonNull(found));
    }

    List<T> received() {
        assertThat(breaches).as("breaches of demand").isEmpty();
        return received;
    }

    boolean hasFailed() {
        return error != null;
    }

    boolean hasEnded() {
        return end != null;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        // Nothing is asked for until the test does.
    }

    @Override
    protected void hookOnNext(T value) {
        received.add(value);
        if (received.size() > requested.get()) {
            breaches.add("element " + received.size() + " after a demand of " + requested);
        }
    }

    @Override
    protected void hookOnComplete() {
        end = SignalType.ON_COMPLETE;
    }

    @Override
    protected void hookOnError(Throwable throwable) {
        error = throwable;
        end = SignalType.ON_ERROR;
    }
}
