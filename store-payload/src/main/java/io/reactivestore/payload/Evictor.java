package io.reactivestore.payload;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.error.StoreException;
import io.reactivestore.payload.Eviction.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Removes what is oldest until enough is gone. */
final class Evictor {

    /** Enough to hide the time that a delete takes in a store that is far away. */
    private static final int CONCURRENCY = 16;

    private final Store store;
    private final Turns turns;
    private final Function<PayloadKey, Mono<Void>> delete;

    /** @param delete removes both halves, in the key's turn */
    Evictor(Store store, Turns turns, Function<PayloadKey, Mono<Void>> delete) {
        this.store = store;
        this.turns = turns;
        this.delete = delete;
    }

    /**
     * Removes the first ones, and those after them in the place of what cannot be removed.
     *
     * @param bytes how many are too many, 1 or more
     */
    Mono<Eviction> evict(List<Halves> oldestFirst, long bytes) {
        return Mono.defer(() -> {
            Progress progress = new Progress(oldestFirst, bytes);
            return Flux.defer(() -> Flux.fromIterable(progress.victims()))
                    .flatMapSequential(this::remove, CONCURRENCY, 1)
                    .doOnNext(progress::add)
                    .repeat(progress::goesOn)
                    .then(Mono.fromSupplier(progress::eviction));
        });
    }

    private Mono<Removal> remove(Halves victim) {
        return turns.inTurn(victim.key(), () -> deleteIfStill(victim))
                .map(gone -> new Removal(victim, gone, null))
                .onErrorResume(StoreException.class, error -> Mono.just(new Removal(victim, false, error)));
    }

    /** One that was written again since it was listed is young now, and stays; its old bytes are gone all the same. */
    private Mono<Boolean> deleteIfStill(Halves listed) {
        ObjectInfo dated = listed.dated();
        return store.head(dated.key())
                .map(now -> now.lastModified().isAfter(dated.lastModified()))
                .defaultIfEmpty(false)
                .flatMap(renewed ->
                        renewed ? Mono.just(false) : delete.apply(listed.key()).thenReturn(true));
    }

    /**
     * What became of one.
     *
     * @param gone whether it was removed, and not written again meanwhile
     * @param error why it could not be removed, or null
     */
    private record Removal(
            Halves of, boolean gone, @Nullable StoreException error) {}

    /** How far an eviction has come; used by one thread at a time. */
    private static final class Progress {

        private final List<Halves> oldestFirst;
        private final List<PayloadKey> dropped = new ArrayList<>();
        private final List<Skipped> skipped = new ArrayList<>();
        private long bytesLeft;
        private int chosen;

        Progress(List<Halves> oldestFirst, long bytes) {
            this.oldestFirst = oldestFirst;
            this.bytesLeft = bytes;
        }

        /** The next ones, no more than are needed if all of them can be removed. */
        List<Halves> victims() {
            int from = chosen;
            for (long bytes = 0; bytes < bytesLeft && chosen < oldestFirst.size(); chosen++) {
                bytes += oldestFirst.get(chosen).bytes();
            }
            return oldestFirst.subList(from, chosen);
        }

        void add(Removal removal) {
            PayloadKey key = removal.of.key();
            if (removal.error != null) {
                skipped.add(new Skipped(key, removal.error));
                return;
            }
            bytesLeft -= removal.of.bytes();
            if (removal.gone) {
                dropped.add(key);
            }
        }

        boolean goesOn() {
            return bytesLeft > 0 && chosen < oldestFirst.size();
        }

        Eviction eviction() {
            return new Eviction(dropped, skipped);
        }
    }
}
