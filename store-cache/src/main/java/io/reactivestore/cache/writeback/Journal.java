package io.reactivestore.cache.writeback;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What writes go through on their way into the table, so that they outlive the process. */
interface Journal {

    /** Whether it outlives the process. */
    boolean isLasting();

    /**
     * Opens it.
     *
     * @param takeOver given what a former process has left, before anything is taken
     */
    Mono<Void> open(Consumer<Recovered> takeOver);

    /**
     * Takes a write into the table, if there is room for it.
     *
     * @param taken told when it is there; may be told before the method returns
     * @param failed told if it cannot be written down; then it has left no trace
     * @return null if one of the two is told or will be, else what there is too little of
     */
    @Nullable Shortage take(Entry write, Runnable taken, Consumer<Throwable> failed);

    /**
     * Notes that all is to be cleared.
     *
     * @param begin run when that is noted, in its place among the writes, with the number of that place: empties the table
     * @return what {@code begin} returned
     */
    <T> Mono<T> clear(LongFunction<T> begin);

    /** The inner store has a write: it, and those of its key before it, need not be kept. */
    void acknowledged(Entry write);

    /** The inner store was emptied for a clear, and for those before it. */
    void cleared(long sequence);

    /**
     * Completes when all that was told by {@link #acknowledged} and {@link #cleared} is noted: from then on no older write of the key
     * can come back after a crash.
     *
     * @param operation that of the caller, for errors
     */
    Mono<Void> settled(String operation, @Nullable String key);

    /** Completes when the writes that were taken are in the table, or failed. */
    Mono<Void> drained();

    /**
     * Lets go of everything. What is not acknowledged stays for the next opening.
     *
     * @param calm whether no request to the inner store is under way or in doubt
     */
    Mono<Void> close(BooleanSupplier calm);
}
