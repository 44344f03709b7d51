package io.reactivestore.cache;

import io.reactivestore.StoredObject;
import io.reactivestore.cache.Checkup.Found;
import io.reactivestore.error.StoreCorruptException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks through the copies of a tier in a store that are in its index, in no order. */
final class CopyCheck {

    private final StoreCopies copies;
    private final StoreTier.Shared shared;
    private final Checkup checkup;
    private final BiConsumer<String, Copy> lost;

    /** @param lost is told of a copy that is not there any more, or is another one */
    CopyCheck(StoreCopies copies, StoreTier.Shared shared, Checkup checkup, BiConsumer<String, Copy> lost) {
        this.copies = copies;
        this.shared = shared;
        this.checkup = checkup;
        this.lost = lost;
    }

    Mono<TierCheck> run() {
        return checkup.of(Flux.fromIterable(copies.index().keys()), this::check);
    }

    /** Begun on the I/O scheduler, whoever answered the one before: a store that answers at once would never let go of its thread. */
    private Mono<Found> check(String key) {
        return Mono.defer(() -> {
                    Copy copy = copies.index().get(key);
                    return copy == null ? Mono.<Found>empty() : check(key, copy);
                })
                .subscribeOn(shared.runtime().io());
    }

    private Mono<Found> check(String key, Copy copy) {
        return copies.requests()
                .get(key)
                .flatMap(object -> isSound(object, copy))
                .flatMap(sound -> sound ? Mono.just(new Found(copy.bytes(), true)) : drop(key, copy))
                .switchIfEmpty(Mono.fromRunnable(() -> lost.accept(key, copy)))
                .onErrorResume(StoreCorruptException.class, failure -> {
                    shared.stats().corrupt.increment();
                    return drop(key, copy);
                })
                .onErrorResume(failure -> present(key, copy) == null ? Mono.empty() : Mono.error(failure));
    }

    /** Empty if it is another one. */
    private Mono<Boolean> isSound(StoredObject object, Copy copy) {
        CopyFacts facts = CopyFacts.of(object.info());
        if (!copy.matches(facts)) {
            return Mono.empty();
        }
        return copies.reader()
                .entry(object, facts, copy.filledAtNanos(), shared.freshness().epoch())
                .hasElement();
    }

    private Mono<Found> drop(String key, Copy copy) {
        Copy present = present(key, copy);
        boolean dropped = present != null && copies.ledger().drop(key, present);
        return dropped ? Mono.just(new Found(copy.bytes(), false)) : Mono.empty();
    }

    /** What the index says by now of the same copy: it may have been confirmed meanwhile. Null if it is gone. */
    private @Nullable Copy present(String key, Copy copy) {
        Copy present = copies.index().get(key);
        return present != null && Objects.equals(present.generation(), copy.generation()) ? present : null;
    }
}
