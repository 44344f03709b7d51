package io.reactivestore.cache;

import io.reactivestore.error.StoreRejectedException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Looks through the copies of one tier, once: one after another, and each when there is room for it beside what readers load. */
final class Checkup {
    /*
     * How it works. A copy is asked for when the one before it is done with, so that one at a time is in memory. The figures are changed
     * at the end of each, in that order, and told at the end of all.
     *
     * These reads pass by the tier's breaker: how long they take is no reason to keep readers away, and they are not to take the place of
     * the one read that tries whether it is well again. In its place, a tier that fails so often in a row is left.
     */

    private static final int MAX_UNREAD_IN_A_ROW = 10;

    /** How often, and how long each time, a copy waits for readers to need less. */
    private static final int MAX_PAUSES = 100;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final String name;
    private final StoreTier.Shared shared;
    private final Supplier<@Nullable String> off;
    private long copies;
    private long bytes;
    private long damaged;
    private long unread;
    private int unreadInARow;
    private @Nullable Throwable lastFailure;

    /** @param off why the tier is off by now, or null if it is on */
    Checkup(String name, StoreTier.Shared shared, Supplier<@Nullable String> off) {
        this.name = name;
        this.shared = shared;
        this.off = off;
    }

    /** A copy that was read, and whether it was what was written. */
    record Found(long bytes, boolean sound) {}

    /**
     * Looks through these copies.
     *
     * @param check reads one: empty if it is gone, or another one has its place; an error if it cannot be read
     * @return never an error of {@code check}
     */
    <C> Mono<TierCheck> of(Flux<C> present, Function<C, Mono<Found>> check) {
        return present.takeWhile(copy -> goesOn())
                .concatMap(copy -> inItsTurn(check.apply(copy)), 0)
                .then(Mono.fromSupplier(this::result));
    }

    /** What cannot be read, or, for a tier that fails at telling its copies, cannot even be told. */
    <T> Mono<T> unread(Throwable failure) {
        return Mono.fromRunnable(() -> {
            if (off.get() == null) {
                shared.stats().tierFailures.increment();
                unread++;
                unreadInARow++;
                lastFailure = failure;
            }
        });
    }

    private Mono<Void> inItsTurn(Mono<Found> check) {
        return check.retryWhen(Retry.fixedDelay(MAX_PAUSES, PAUSE)
                        .scheduler(shared.runtime().timers())
                        .filter(failure -> failure instanceof StoreRejectedException)
                        .onRetryExhaustedThrow((pauses, last) -> last.failure()))
                .doOnNext(this::count)
                .onErrorResume(this::unread)
                .then();
    }

    private void count(Found found) {
        copies++;
        bytes += found.bytes;
        damaged += found.sound ? 0 : 1;
        unreadInARow = 0;
    }

    private boolean goesOn() {
        return off.get() == null && unreadInARow < MAX_UNREAD_IN_A_ROW;
    }

    private TierCheck result() {
        return new TierCheck(name, copies, bytes, damaged, unread, reason());
    }

    private @Nullable String reason() {
        String reason = off.get();
        if (reason != null || unreadInARow < MAX_UNREAD_IN_A_ROW) {
            return reason;
        }
        return "left after " + unreadInARow + " copies in a row that could not be read: " + lastFailure;
    }
}
