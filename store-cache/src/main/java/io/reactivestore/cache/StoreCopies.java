package io.reactivestore.cache;

import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.StoreTier.Shared;
import io.reactivestore.cache.Tier.TierCopy;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What a tier in a store is made of, whoever else writes to that store.
 *
 * @param maxBytes of the copies that are ours
 * @param index which of them may be served
 * @param ledger decides which of them are put and deleted
 */
record StoreCopies(
        String name,
        Store store,
        long maxBytes,
        CopyIndex index,
        CopyRequests requests,
        CopyReader reader,
        ReadBreaker breaker,
        StoreTierLedger ledger,
        StatsRecorder stats) {

    static StoreCopies in(
            Store store, String name, long maxBytes, long maxPendingBytes, Duration timeout, Shared shared) {
        String process = Long.toHexString(shared.runtime().random().nextLong());
        CopyIndex index = new CopyIndex(process, shared.fence());
        CopyRequests requests = new CopyRequests(store, shared.runtime(), timeout, shared.maxEntryBytes());
        StoreTierLedger ledger = new StoreTierLedger(
                index,
                requests,
                shared.serial(),
                shared.runtime(),
                shared.works(),
                shared.stats(),
                maxBytes,
                shared.maxEntryBytes(),
                maxPendingBytes,
                shared.inDoubt());
        return new StoreCopies(
                name,
                store,
                maxBytes,
                index,
                requests,
                new CopyReader(requests, shared),
                new ReadBreaker(shared.runtime(), shared.pace()),
                ledger,
                shared.stats());
    }

    /**
     * A read of a key, or empty if reads pass by; one that fails is empty too.
     *
     * @param serve makes a copy of the answer
     */
    Mono<TierCopy> read(String key, Function<Mono<StoredObject>, Mono<TierCopy>> serve) {
        if (Manifest.isReserved(key) || !breaker.lets()) {
            return Mono.empty();
        }
        return serve.apply(breaker.watched(requests.get(key))).onErrorResume(error -> {
            stats.tierFailures.increment();
            return Mono.empty();
        });
    }

    /** @param off why the tier is off, or null if it is on */
    Mono<TierInfo> info(@Nullable String off) {
        return ledger.figures()
                .map(figures -> new TierInfo(
                        name,
                        store.getClass().getSimpleName(),
                        maxBytes,
                        figures.bytes(),
                        figures.bytes(),
                        figures.trackedKeys(),
                        figures.cachedKeys(),
                        off == null ? breaker.reason() : off));
    }

    @Override
    public String toString() {
        StoreTierLedger.Figures figures = ledger.approximately();
        return name + ": " + figures.bytes() + " bytes in " + figures.cachedKeys();
    }
}
