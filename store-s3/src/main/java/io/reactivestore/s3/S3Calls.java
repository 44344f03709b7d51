package io.reactivestore.s3;

import io.reactivestore.Attempts;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/** Turns calls of the SDK into Monos. Errors are still those of the SDK; {@link S3Errors} maps them. */
final class S3Calls {

    private final Supplier<S3Clients.Made> made;
    private final S3Call.Means means;
    private final RequestLine line;
    private final Hedging hedging;
    private final LongAdder throttles = new LongAdder();

    S3Calls(Supplier<S3Clients.Made> made, StoreRuntime runtime, Alarms alarms, RequestLine line, Hedging hedging) {
        this.made = made;
        this.means = new S3Call.Means(made, runtime, alarms, line, this::throttled);
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
        return new S3Call<>(means, timeout, mayBeRefused, time, request);
    }

    /**
     * Makes a call that changes objects, and tells whoever listens of each try that ended without an answer.
     *
     * @param tries learns of the tries; a new one for each call
     */
    <R extends S3Request, T> Mono<T> mutate(
            Duration timeout, Tries tries, R request, BiFunction<S3AsyncClient, R, CompletableFuture<T>> send) {
        return Mono.deferContextual(context -> call(timeout, client -> send.apply(client, observed(request, tries)))
                .doOnTerminate(() -> {
                    for (int i = tries.unanswered(); i > 0; i--) {
                        Attempts.unanswered(context);
                    }
                }));
    }

    /**
     * The same request, of which these learn.
     *
     * @param tries knows all when the future of the call ends
     */
    @SuppressWarnings("unchecked")
    <R extends S3Request> R observed(R request, Tries tries) {
        return (R) request.toBuilder()
                .overrideConfiguration(override -> {
                    made.get().metrics().forEach(override::addMetricPublisher);
                    override.addMetricPublisher(tries);
                })
                .build();
    }
}
