package io.reactivestore.cache;

import io.reactivestore.Store;
import io.reactivestore.cache.StoreTier.Shared;
import java.time.Duration;
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
        StoreTierLedger ledger) {

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
                ledger);
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
