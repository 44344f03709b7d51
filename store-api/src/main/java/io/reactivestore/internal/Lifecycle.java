package io.reactivestore.internal;

import io.reactivestore.error.StoreClosedException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Opens a store once, on its first use, and closes it once. */
public final class Lifecycle {
    /*
     * How it works. Many may ask for the opening; one runs, all wait for it. A failed one is forgotten, and the next asks again.
     *
     *   new --first use--> opening --done--> open --close--> closed
     *                      opening --error--> new
     *                      opening --close--> closed (the opening is let finish, then closed)
     *   new --close--> closed
     *
     *   state     written by                       guard   seen by others
     *   opening   first use, its end, close        CAS     at once; CLOSED is never taken back
     *
     * One field for the opening and for the close, so that no opening can begin that the close did not see.
     */

    /** In the place of the opening, once it is done: nobody has to wait for it any more. */
    private static final Mono<Void> OPENED = Mono.empty();

    /** In the place of the opening, from the close on. */
    private static final Mono<Void> CLOSED = Mono.never();

    private final Supplier<Mono<Void>> open;
    private final Mono<Void> close;
    private final AtomicReference<@Nullable Mono<Void>> opening = new AtomicReference<>();

    /**
     * @param open the work of opening, asked for once each time it is tried
     * @param close the work of closing; runs once, after an opening that was begun
     */
    public Lifecycle(Supplier<Mono<Void>> open, Supplier<Mono<Void>> close) {
        this.open = open;
        this.close = Mono.defer(() -> {
                    Mono<Void> begun = opening.getAndSet(CLOSED);
                    Mono<Void> opened = begun == null ? Mono.empty() : begun.onErrorComplete();
                    return opened.then(Mono.defer(close));
                })
                .contextWrite(context -> Context.empty())
                .cache();
    }

    /** A store that has nothing to open and nothing to close. */
    public static Lifecycle trivial() {
        return new Lifecycle(Mono::empty, Mono::empty);
    }

    /** Opens the store if it is not; fails if it is closed. */
    public Mono<Void> open() {
        return whenOpen("open", null, Mono::empty);
    }

    /** Runs an operation on the open store. */
    public <T> Mono<T> whenOpen(String operation, @Nullable String key, Supplier<Mono<T>> work) {
        return Mono.defer(() -> {
            Mono<Void> opened = opened();
            if (opened == OPENED) {
                return work.get();
            }
            Mono<T> checked = Mono.defer(() -> {
                requireOpen(operation, key);
                return work.get();
            });
            return opened == CLOSED ? checked : opened.then(checked);
        });
    }

    /** Runs an operation of many elements on the open store. */
    public <T> Flux<T> whenOpenMany(String operation, @Nullable String key, Supplier<Flux<T>> work) {
        return Flux.defer(() -> {
            Mono<Void> opened = opened();
            if (opened == OPENED) {
                return work.get();
            }
            Flux<T> checked = Flux.defer(() -> {
                requireOpen(operation, key);
                return work.get();
            });
            return opened == CLOSED ? checked : opened.thenMany(checked);
        });
    }

    /** Fails if the store was closed: for work that goes on, such as the next chunk of a body. */
    public void requireOpen(String operation, @Nullable String key) {
        if (isClosed()) {
            throw new StoreClosedException(operation, key);
        }
    }

    public boolean isClosed() {
        return opening.get() == CLOSED;
    }

    /** Closes the store; the second time it only waits for the first. */
    public Mono<Void> close() {
        return close;
    }

    /** The opening, begun now if it is the first; {@link #OPENED} if it is done, {@link #CLOSED} if it is too late for one. */
    private Mono<Void> opened() {
        Mono<Void> present = opening.get();
        if (present != null) {
            return present;
        }
        // cache() keeps a waiter's cancel from the shared work; a failure takes itself out before anybody hears of it.
        // Shared work is nobody's own, so it sees nobody's Context.
        AtomicReference<@Nullable Mono<Void>> self = new AtomicReference<>();
        Mono<Void> mine = Mono.defer(open)
                .doOnError(e -> opening.compareAndSet(self.get(), null))
                .doOnSuccess(done -> opening.compareAndSet(self.get(), OPENED))
                .contextWrite(context -> Context.empty())
                .cache();
        self.set(mine);
        return opening.compareAndSet(null, mine) ? mine : opened();
    }
}
