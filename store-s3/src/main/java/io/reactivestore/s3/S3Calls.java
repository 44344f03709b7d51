package io.reactivestore.s3;

import io.reactivestore.Attempts;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/** Turns calls of the SDK into Monos. Errors are still those of the SDK; {@link S3Errors} maps them. */
final class S3Calls {
    /*
     * How it works. The very future that the SDK gave out is kept and cancelled, since cancelling one derived from it would not
     * reach the wire. Its outcome, also a failure, travels as a value up to the last step: the failure of a call that nobody
     * waits for any more is then dropped without a word.
     *
     * Credentials are got before the SDK is called, for it would wait for them on the thread that calls it.
     *
     * Every call has its turn in the line from when it is sent until its future ends, the body of the answer and the SDK's own tries
     * included. Nothing that a call needs to end is another call, or demand of a reader: a part is gathered whole.
     *
     * Whoever waits is told on the delivery scheduler. The SDK completes its futures on its own threads, with our client on the
     * event loop itself, and no code of the caller's may hold those up.
     */

    private final Supplier<S3Clients.Made> made;
    private final StoreRuntime runtime;
    private final RequestLine line;
    private final Hedging hedging;
    private final LongAdder throttles = new LongAdder();

    S3Calls(Supplier<S3Clients.Made> made, StoreRuntime runtime, RequestLine line, Hedging hedging) {
        this.made = made;
        this.runtime = runtime;
        this.line = line;
        this.hedging = hedging;
    }

    /** The service has asked for fewer requests. */
    void throttled() {
        throttles.increment();
        line.refused();
        hedging.throttled();
    }

    /** How often it has. */
    long throttles() {
        return throttles.sum();
    }

    /** The first byte of an answer came so long after its request. */
    void firstByte(Hedging.Kind kind, long nanos) {
        line.firstByte(kind, nanos);
    }

    /** Makes a call that changes nothing, perhaps more than once: see {@link Hedging}. */
    <T> Mono<T> read(Hedging.Kind kind, Duration timeout, Function<S3AsyncClient, CompletableFuture<T>> request) {
        return hedged(kind, call(timeout, true, nanos -> line.firstByte(kind, nanos), request));
    }

    /** The same for a read that is made of several calls. */
    <T> Mono<T> hedged(Hedging.Kind kind, Mono<T> read) {
        return hedging.hedged(kind, read);
    }

    /**
     * Makes one call, with all the tries that the SDK gives it.
     *
     * @fails {@link TimeoutException} if there is no answer in time, and as the SDK does
     * @cancel cancels the future that {@code request} returned
     */
    <T> Mono<T> call(Duration timeout, Function<S3AsyncClient, CompletableFuture<T>> request) {
        return call(timeout, true, nanos -> {}, request);
    }

    /** The same for a call that tidies up: it waits for its turn, but is not refused however many wait. */
    <T> Mono<T> tidy(Duration timeout, Function<S3AsyncClient, CompletableFuture<T>> request) {
        return call(timeout, false, nanos -> {}, request);
    }

    private <T> Mono<T> call(
            Duration timeout,
            boolean mayBeRefused,
            LongConsumer time,
            Function<S3AsyncClient, CompletableFuture<T>> request) {
        return Mono.<Outcome<T>>create(sink -> begin(new Call<>(sink, mayBeRefused, time), request))
                .timeout(timeout, Mono.fromSupplier(() -> new Outcome<>(null, noAnswer(timeout))), runtime.timers())
                .publishOn(runtime.delivery())
                .handle((outcome, sink) -> {
                    if (outcome.error != null) {
                        Throwable error = unwrap(outcome.error);
                        if (S3Errors.isThrottling(error)) {
                            throttled();
                        }
                        sink.error(error);
                    } else if (outcome.answer != null) {
                        sink.next(outcome.answer);
                    }
                });
    }

    private <T> void begin(Call<T> call, Function<S3AsyncClient, CompletableFuture<T>> request) {
        try {
            S3Clients.Made present = made.get();
            AsyncCredentials credentials = present.credentials();
            if (credentials == null) {
                call.enter(() -> request.apply(present.client()));
                return;
            }
            CompletableFuture<AwsCredentialsIdentity> asked = credentials.get();
            call.awaits(asked);
            var unused = asked.whenComplete((identity, error) -> {
                if (error != null) {
                    call.tell(null, error);
                } else {
                    call.enter(() -> credentials.with(identity, () -> request.apply(present.client())));
                }
            });
        } catch (RuntimeException e) {
            call.tell(null, e);
        }
    }

    /** One call on its way: it gets credentials, then waits in line, then is sent. */
    private final class Call<T> implements RequestLine.Waiter {
        /*
         * How it works. A cancel may come at any time. It first says so, and then looks for what it has to end; whoever has made something
         * that would have to be ended first notes it, and then looks for a cancel. One of them sees the other.
         */

        private final MonoSink<Outcome<T>> sink;
        private final boolean mayBeRefused;
        private final LongConsumer time;
        private volatile @Nullable Supplier<CompletableFuture<T>> request;
        private volatile @Nullable CompletableFuture<?> awaited;
        private volatile RequestLine.@Nullable Turn turn;
        private volatile boolean cancelled;

        /** @param time is told how long an answer took, without the wait before it was asked for */
        Call(MonoSink<Outcome<T>> sink, boolean mayBeRefused, LongConsumer time) {
            this.sink = sink;
            this.mayBeRefused = mayBeRefused;
            this.time = time;
            sink.onCancel(this::cancel);
        }

        void tell(@Nullable T answer, @Nullable Throwable error) {
            sink.success(new Outcome<>(answer, error));
        }

        void awaits(CompletableFuture<?> future) {
            awaited = future;
            if (cancelled) {
                future.cancel(true);
            }
        }

        void enter(Supplier<CompletableFuture<T>> send) {
            request = send;
            RequestLine.Turn got = line.enter(this, mayBeRefused);
            turn = got;
            if (cancelled) {
                got.end();
            } else if (got.startsAtOnce()) {
                start(got);
            }
        }

        @Override
        public void start(RequestLine.Turn got) {
            Supplier<CompletableFuture<T>> send = request;
            if (cancelled || send == null) {
                got.end();
                return;
            }
            long begin = runtime.nanoTime();
            CompletableFuture<T> future;
            // A cancel interrupts the thread that delivers what is cancelled. The next request may be about to begin on
            // it, and the SDK refuses to make one on an interrupted thread. Nothing blocks here, so that it can wait.
            boolean isInterrupted = Thread.interrupted();
            try {
                future = send.get();
            } catch (RuntimeException e) {
                got.end();
                tell(null, e);
                return;
            } finally {
                if (isInterrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            var unused = future.whenComplete((answer, error) -> {
                if (error == null) {
                    time.accept(runtime.nanoTime() - begin);
                }
                if (error == null || S3Errors.isAnswer(unwrap(error))) {
                    got.answered();
                } else {
                    got.end();
                }
                tell(answer, error);
            });
            awaits(future);
        }

        @Override
        public void refuse(RuntimeException reason) {
            tell(null, reason);
        }

        private void cancel() {
            cancelled = true;
            RequestLine.Turn entered = turn;
            if (entered != null) {
                entered.end();
            }
            CompletableFuture<?> future = awaited;
            if (future != null) {
                future.cancel(true);
            }
        }
    }

    /**
     * Makes a call that changes objects, and tells whoever listens of each try that ended without an answer.
     *
     * @param tries learns of the tries; a new one for each call
     */
    @SuppressWarnings("unchecked")
    <R extends S3Request, T> Mono<T> mutate(
            Duration timeout, Tries tries, R request, BiFunction<S3AsyncClient, R, CompletableFuture<T>> send) {
        return Mono.deferContextual(context -> call(timeout, client -> {
                    R observed = (R) request.toBuilder()
                            .overrideConfiguration(override -> {
                                made.get().metrics().forEach(override::addMetricPublisher);
                                override.addMetricPublisher(tries);
                            })
                            .build();
                    return send.apply(client, observed);
                })
                .doOnTerminate(() -> {
                    for (int i = tries.unanswered(); i > 0; i--) {
                        Attempts.unanswered(context);
                    }
                }));
    }

    private static Throwable unwrap(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static TimeoutException noAnswer(Duration timeout) {
        return new TimeoutException("no answer within " + timeout.toMillis() + " ms");
    }

    private record Outcome<T>(@Nullable T answer, @Nullable Throwable error) {}
}
