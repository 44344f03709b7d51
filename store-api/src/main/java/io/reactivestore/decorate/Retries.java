package io.reactivestore.decorate;

import io.reactivestore.Attempts;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreThrottledException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;
import reactor.util.retry.Retry.RetrySignal;

/** When, how often and after what pause something is tried again. */
final class Retries {

    private final int maxAttempts;
    private final Duration minPause;
    private final Duration maxPause;
    private final StoreRuntime runtime;
    private final LongAdder count = new LongAdder();

    Retries(int maxAttempts, Duration minPause, Duration maxPause, StoreRuntime runtime) {
        this.maxAttempts = maxAttempts;
        this.minPause = minPause;
        this.maxPause = maxPause;
        this.runtime = runtime;
    }

    static boolean isTransient(Throwable error) {
        return error instanceof StoreException failure && failure.retryable();
    }

    /** Whether the request was not carried out for sure. */
    private static boolean isRefused(Throwable error) {
        return error instanceof StoreThrottledException || error instanceof StoreRejectedException;
    }

    long count() {
        return count.sum();
    }

    <T> Mono<T> ofRead(Mono<T> work) {
        return work.retryWhen(again(Retries::isTransient));
    }

    /** @param conditional whether a second attempt could be refused for what the first has done */
    <T> Mono<T> ofWrite(Mono<T> work, boolean conditional) {
        return Mono.deferContextual(context -> work.retryWhen(again(
                error -> isTransient(error) && (!conditional || isRefused(error)),
                error -> tellIfUnanswered(error, context))));
    }

    /** Work whose first attempt has failed already. */
    <T> Mono<T> afterFirst(Throwable error, Mono<T> work) {
        if (maxAttempts == 1) {
            return Mono.error(error);
        }
        return Mono.deferContextual(context -> {
            count.increment();
            tellIfUnanswered(error, context);
            return pause(1).then(work);
        });
    }

    /** Work that can be begun anew as long as nothing of it was told. */
    <T> Flux<T> untilFirst(Flux<T> work) {
        return Flux.defer(() -> {
            boolean[] begun = {false};
            return goingOn(work.doOnNext(element -> begun[0] = true), () -> !begun[0]);
        });
    }

    /** Work that goes on where it was if that can be; attempts are counted from the last element on. */
    <T> Flux<T> goingOn(Flux<T> work, BooleanSupplier possible) {
        return work.retryWhen(again(error -> isTransient(error) && possible.getAsBoolean()));
    }

    private Retry again(Predicate<Throwable> admitted) {
        return again(admitted, error -> {});
    }

    private Retry again(Predicate<Throwable> admitted, Consumer<Throwable> onAgain) {
        return new Retry() {
            @Override
            public Publisher<?> generateCompanion(Flux<RetrySignal> failures) {
                return failures.concatMap(signal -> {
                    Throwable error = signal.failure();
                    int failed = (int) Math.min(Integer.MAX_VALUE, signal.totalRetriesInARow() + 1);
                    if (failed >= maxAttempts || !admitted.test(error)) {
                        return Mono.error(error);
                    }
                    onAgain.accept(error);
                    count.increment();
                    return pause(failed);
                });
            }
        };
    }

    private static void tellIfUnanswered(Throwable error, ContextView context) {
        if (!isRefused(error)) {
            Attempts.unanswered(context);
        }
    }

    private Mono<Long> pause(int failed) {
        long longest = Math.min(maxPause.toNanos(), saturated(minPause.toNanos(), failed - 1));
        long half = longest / 2;
        Duration pause = Duration.ofNanos(half + runtime.random().nextLong(longest - half + 1));
        // The next attempt is somebody's work, and the timers' thread is everybody's.
        return Mono.delay(pause, runtime.timers()).publishOn(runtime.delivery());
    }

    private static long saturated(long nanos, int doublings) {
        return doublings >= Long.numberOfLeadingZeros(nanos) - 1 ? Long.MAX_VALUE : nanos << doublings;
    }

    @Override
    public String toString() {
        return maxAttempts + " attempts, pauses of " + minPause + " to " + maxPause;
    }
}
