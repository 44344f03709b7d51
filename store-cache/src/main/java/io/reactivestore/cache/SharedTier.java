package io.reactivestore.cache;

import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Copies in a store that other caches of the same source write to as well. */
final class SharedTier implements Tier {
    /*
     * How it works. The index and the ledger know the copies that we put there, as in a StoreTier; those of others are in neither. A copy
     * that is read is ours if it carries the generation that the index names. Another one takes the place of ours in the books' eyes: ours
     * is gone, and is no longer counted.
     *
     *   copy of ours, in the index             served, unless its epoch is over: then suspect
     *   copy of ours, not in the index         lost a race: deleted, a miss
     *   copy of another, key never written     served: who wrote the key has removed what was older
     *     in this process
     *   copy of another, key written or        suspect: it may come from a load that began before the write
     *     dropped in this process
     *
     * A write removes the copy whoever put it there, before it is sent to the source; the removal is owed until the store has confirmed it,
     * also at the close. A copy that the source has confirmed is put again, so that all caches see its new age; one of ours need not be,
     * since the index knows it better.
     *
     *   state   written by    guard      seen by others
     *   off     open, close   volatile   at once; reads find nothing, fills do nothing, while it is set; removals are owed all the same
     */

    private static final String NOT_OPEN = "not opened yet";
    private static final String CLOSED = "closed";

    private final StoreCopies copies;
    private final StoreTier.Shared shared;
    private final CopyIndex index;
    private final CopyRequests requests;
    private final CopyReader reader;
    private final StoreTierLedger ledger;
    private volatile @Nullable String off = NOT_OPEN;

    SharedTier(
            String name, Store store, long maxBytes, long maxPendingBytes, Duration timeout, StoreTier.Shared shared) {
        this.copies = StoreCopies.in(store, name, maxBytes, maxPendingBytes, timeout, shared);
        this.shared = shared;
        this.index = copies.index();
        this.requests = copies.requests();
        this.reader = copies.reader();
        this.ledger = copies.ledger();
    }

    @Override
    public String name() {
        return copies.name();
    }

    @Override
    public @Nullable String offReason() {
        return off;
    }

    @Override
    public Mono<Void> open() {
        return requests.open()
                .doOnSuccess(done -> off = null)
                .doOnError(error -> off = String.valueOf(error.getMessage()));
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            off = CLOSED;
            return shared.works().settled().then(Mono.defer(ledger::close));
        });
    }

    @Override
    public boolean mayHold(String key) {
        return off == null && index.get(key) != null;
    }

    @Override
    public boolean contradicts(String key, @Nullable String etag) {
        Copy copy = index.get(key);
        return copy != null && !copy.isOf(etag);
    }

    @Override
    public Mono<TierCopy> read(String key) {
        return Mono.defer(() -> {
            if (off != null) {
                return Mono.empty();
            }
            Copy ours = index.get(key);
            Pass pass = shared.fence().pass(key);
            long epoch = shared.freshness().epoch();
            return copies.read(
                    key,
                    answer -> answer.flatMap(object -> serve(key, object, ours, pass, epoch))
                            .switchIfEmpty(Mono.fromRunnable(() -> lost(key, ours))));
        });
    }

    private Mono<TierCopy> serve(String key, StoredObject object, @Nullable Copy ours, Pass pass, long epoch) {
        CopyFacts facts = CopyFacts.of(object.info());
        if (ours != null && ours.matches(facts)) {
            return reader.entry(object, facts, ours.filledAtNanos(), epoch).map(entry -> {
                ledger.touch(key);
                return new TierCopy(entry, ours.epoch() != epoch);
            });
        }
        lost(key, ours);
        if (index.isOurs(facts.generation())) {
            ledger.deleteUnknown(key);
            return Mono.empty();
        }
        return object.info().size() > shared.maxEntryBytes()
                ? Mono.empty()
                : reader.entry(object, facts, null, epoch).map(entry -> new TierCopy(entry, !pass.isFirst()));
    }

    private void lost(String key, @Nullable Copy ours) {
        if (ours != null) {
            ledger.lost(key, ours);
        }
    }

    @Override
    public void fill(String key, CachedEntry entry, Pass pass) {
        if (Manifest.isReserved(key) || entry.isOutline()) {
            return;
        }
        if (off != null) {
            shared.stats().failedFills.increment();
            return;
        }
        ledger.fill(key, entry, pass, entry.epoch());
    }

    @Override
    public void renew(String key, CachedEntry entry, Pass pass) {
        Copy ours = index.get(key);
        if (ours != null && ours.isOf(entry.info().etag())) {
            index.update(key, ours, ours.renewed(entry.filledAtNanos(), entry.epoch()));
        } else {
            fill(key, entry, pass);
        }
    }

    /** Nothing is missed while it is off: removals are owed then too, and no copy of before is in the index. */
    @Override
    public Mono<Void> drop(String key, Pass begun) {
        ledger.drop(key);
        if (!Manifest.isReserved(key)) {
            ledger.deleteUnknown(key);
        }
        return Mono.empty();
    }

    /** Whoever wrote the key has removed what was there, and may have put the new one there since. */
    @Override
    public Mono<Void> dropAfterOther(String key, Pass begun) {
        lost(key, index.get(key));
        return Mono.empty();
    }

    /** Of others, what they know; the rest is suspect to us from now on. */
    @Override
    public Mono<Void> dropPrefix(String prefix, long begun) {
        index.removePrefix(prefix);
        ledger.dropPrefix(prefix);
        return Mono.empty();
    }

    @Override
    public Mono<TierInfo> info() {
        return copies.info(off);
    }

    @Override
    public TierStats stats() {
        return copies.ledger().tierStats();
    }

    /** Of others nothing is known: their copies are checked as they are read. */
    @Override
    public Mono<TierCheck> verify() {
        return Mono.defer(() -> {
            Checkup checkup = new Checkup(name(), shared, () -> off);
            return new CopyCheck(copies, shared, checkup, this::lost).run();
        });
    }

    @Override
    public String toString() {
        return copies.toString();
    }
}
