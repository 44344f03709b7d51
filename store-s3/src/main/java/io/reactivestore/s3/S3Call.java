package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * One call of the SDK. It begins with demand, gets credentials, waits in line, is sent, and is answered within a time that counts from its
 * begin.
 */
final class S3Call<T> extends Mono<T> {

    /**
     * What calls of one store share.
     *
     * @param throttled told of each answer for which the service asks for fewer requests
     */
    record Means(
            Supplier<S3Clients.Made> made, StoreRuntime runtime, Alarms alarms, RequestLine line, Runnable throttled) {}

    private final Means means;
    private final Duration timeout;
    private final boolean mayBeRefused;
    private final LongConsumer time;
    private final Function<S3AsyncClient, CompletableFuture<T>> request;

    /** @param time is told how long an answer took, without the wait before it was asked for */
    S3Call(
            Means means,
            Duration timeout,
            boolean mayBeRefused,
            LongConsumer time,
            Function<S3AsyncClient, CompletableFuture<T>> request) {
        this.means = means;
        this.timeout = timeout;
        this.mayBeRefused = mayBeRefused;
        this.time = time;
        this.request = request;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Call(actual));
    }

    private enum State {
        NEW,
        BEGUN,
        ENDED,
        CANCELLED
    }

    private final class Call implements Subscription, RequestLine.Waiter, Runnable {
        /*
         * How it works.
         *
         *   NEW --demand--> BEGUN --answer, failure, refusal, timeout--> ENDED: the subscriber is told, by a task of its own
         *   any --cancel--> CANCELLED: nobody is told any more
         *
         *   state                            written by                          guard      seen by others
         *   state                            demand, outcome, timeout, cancel    atomic     at once
         *   answer, error                    who ended it                        -          in the task that tells them
         *   alarm, sending, turn, awaited    begin, who sends                    volatile   at once
         *
         * A cancel, or the timeout, may come at any time. It first says so, and then looks for what it has to stop; whoever has made something
         * that would have to be stopped first notes it, and then looks whether the call is over. One of them sees the other.
         *
         * What is cancelled is the very future that the SDK gave out, since to cancel one derived from it would not reach the wire. It is
         * cancelled before a timeout is told, so that who is told knows of all tries.
         *
         * Credentials are got before the SDK is called, for it would wait for them on the thread that calls it. The turn in the line lasts from
         * when the call is sent until its future ends, the body of the answer and the SDK's own tries included. Nothing that a call needs to
         * end is another call, or demand of a reader: a part is gathered whole.
         *
         * Whoever waits is told on the delivery scheduler. The SDK completes its futures on its own threads, with our client on the
         * event loop itself, and no code of the caller's may hold those up.
         */

        private final CoreSubscriber<? super T> actual;
        private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
        private volatile @Nullable Disposable alarm;
        private volatile @Nullable Supplier<CompletableFuture<T>> sending;
        private volatile RequestLine.@Nullable Turn turn;
        private volatile @Nullable CompletableFuture<?> awaited;
        private @Nullable T answer;
        private @Nullable Throwable error;

        Call(CoreSubscriber<? super T> actual) {
            this.actual = actual;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n) && state.compareAndSet(State.NEW, State.BEGUN)) {
                begin();
            }
        }

        private void begin() {
            try {
                alarm = means.alarms.set(timeout, this::timedOut);
                if (isOver()) {
                    stop();
                    return;
                }
                S3Clients.Made made = means.made.get();
                AsyncCredentials credentials = made.credentials();
                if (credentials == null) {
                    enter(() -> request.apply(made.client()));
                    return;
                }
                CompletableFuture<AwsCredentialsIdentity> asked = credentials.get();
                awaits(asked);
                var unused = asked.whenComplete((identity, failure) -> {
                    if (failure != null) {
                        end(null, failure);
                    } else {
                        enter(() -> credentials.with(identity, () -> request.apply(made.client())));
                    }
                });
            } catch (RuntimeException e) {
                end(null, e);
            }
        }

        private void enter(Supplier<CompletableFuture<T>> send) {
            sending = send;
            RequestLine.Turn got = means.line.enter(this, mayBeRefused);
            turn = got;
            if (isOver()) {
                stop();
            } else if (got.startsAtOnce()) {
                start(got);
            }
        }

        @Override
        public void start(RequestLine.Turn got) {
            Supplier<CompletableFuture<T>> send = sending;
            if (isOver() || send == null) {
                got.end();
                return;
            }
            long begin = means.runtime.nanoTime();
            CompletableFuture<T> future;
            // A cancel may interrupt the thread that delivers what is cancelled. The next request may be about to begin
            // on
            // it, and the SDK refuses to make one on an interrupted thread. Nothing blocks here, so that it can wait.
            boolean isInterrupted = Thread.interrupted();
            try {
                future = send.get();
            } catch (RuntimeException e) {
                got.end();
                end(null, e);
                return;
            } finally {
                if (isInterrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            var unused = future.whenComplete((value, failure) -> {
                if (failure == null) {
                    time.accept(means.runtime.nanoTime() - begin);
                }
                if (failure == null || S3Errors.isAnswer(unwrap(failure))) {
                    got.answered();
                } else {
                    got.end();
                }
                end(value, failure);
            });
            awaits(future);
        }

        private void awaits(CompletableFuture<?> future) {
            awaited = future;
            if (isOver()) {
                stop();
            }
        }

        @Override
        public void refuse(RuntimeException reason) {
            end(null, reason);
        }

        private void timedOut() {
            if (state.compareAndSet(State.BEGUN, State.ENDED)) {
                stop();
                tell(null, new TimeoutException("no answer within " + timeout.toMillis() + " ms"));
            }
        }

        private void end(@Nullable T value, @Nullable Throwable failure) {
            if (state.compareAndSet(State.BEGUN, State.ENDED)) {
                silence();
                tell(value, failure);
            }
        }

        private void tell(@Nullable T value, @Nullable Throwable failure) {
            answer = value;
            error = failure == null ? null : unwrap(failure);
            try {
                means.runtime.delivery().schedule(this);
            } catch (RejectedExecutionException shutDown) {
                actual.onError(shutDown);
            }
        }

        @Override
        public void run() {
            if (state.get() == State.CANCELLED) {
                return;
            }
            if (error != null) {
                if (S3Errors.isThrottling(error)) {
                    means.throttled.run();
                }
                actual.onError(error);
                return;
            }
            if (answer != null) {
                actual.onNext(answer);
            }
            actual.onComplete();
        }

        @Override
        public void cancel() {
            if (state.getAndSet(State.CANCELLED) != State.ENDED) {
                stop();
            }
        }

        private boolean isOver() {
            return state.get() != State.BEGUN;
        }

        private void stop() {
            silence();
            RequestLine.Turn entered = turn;
            if (entered != null) {
                entered.end();
            }
            CompletableFuture<?> future = awaited;
            if (future != null) {
                future.cancel(true);
            }
        }

        private void silence() {
            Disposable set = alarm;
            if (set != null) {
                set.dispose();
            }
        }
    }

    private static Throwable unwrap(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
