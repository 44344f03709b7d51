package io.reactivestore.s3;

import io.reactivestore.Attempts;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
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
     * Whoever waits is told on the delivery scheduler. The SDK completes its futures on its own threads, with our client on the
     * event loop itself, and no code of the caller's may hold those up.
     */

    private final Supplier<S3Clients.Made> made;
    private final StoreRuntime runtime;
    private final Hedging hedging;

    S3Calls(Supplier<S3Clients.Made> made, StoreRuntime runtime, Hedging hedging) {
        this.made = made;
        this.runtime = runtime;
        this.hedging = hedging;
    }

    /** Makes a call that changes nothing, perhaps more than once: see {@link Hedging}. */
    <T> Mono<T> read(Hedging.Kind kind, Duration timeout, Function<S3AsyncClient, CompletableFuture<T>> request) {
        return hedged(kind, call(timeout, request));
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
        return Mono.<Outcome<T>>create(sink -> begin(sink, request))
                .timeout(timeout, Mono.fromSupplier(() -> new Outcome<>(null, noAnswer(timeout))), runtime.timers())
                .publishOn(runtime.delivery())
                .handle((outcome, sink) -> {
                    if (outcome.error != null) {
                        Throwable error = unwrap(outcome.error);
                        if (S3Errors.isThrottling(error)) {
                            hedging.throttled();
                        }
                        sink.error(error);
                    } else if (outcome.answer != null) {
                        sink.next(outcome.answer);
                    }
                });
    }

    private <T> void begin(MonoSink<Outcome<T>> sink, Function<S3AsyncClient, CompletableFuture<T>> request) {
        Disposable.Swap cancel = Disposables.swap();
        sink.onCancel(cancel);
        try {
            S3Clients.Made present = made.get();
            AsyncCredentials credentials = present.credentials();
            if (credentials == null) {
                send(sink, cancel, () -> request.apply(present.client()));
                return;
            }
            CompletableFuture<AwsCredentialsIdentity> asked = credentials.get();
            cancel.update(() -> asked.cancel(false));
            var unused = asked.whenComplete((identity, error) -> {
                if (error != null) {
                    sink.success(new Outcome<>(null, error));
                } else {
                    send(sink, cancel, () -> credentials.with(identity, () -> request.apply(present.client())));
                }
            });
        } catch (RuntimeException e) {
            sink.success(new Outcome<>(null, e));
        }
    }

    private static <T> void send(
            MonoSink<Outcome<T>> sink, Disposable.Swap cancel, Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> future;
        try {
            future = call.get();
        } catch (RuntimeException e) {
            sink.success(new Outcome<>(null, e));
            return;
        }
        cancel.update(() -> future.cancel(true));
        var unused = future.whenComplete((answer, error) -> sink.success(new Outcome<>(answer, error)));
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
