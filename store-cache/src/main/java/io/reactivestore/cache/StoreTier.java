package io.reactivestore.cache;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.internal.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Copies in a store that only we write: any store that can delete and keeps attributes. */
final class StoreTier implements Tier {
    /*
     * How it works. The index says which copies may be served; the ledger decides what is put and deleted; this class reads. A copy
     * that lies in the store but not in the index was put there by somebody else, or before this process: it is adopted when found,
     * at opening or by a read. One that carries a generation of this process and is not in the index lost a race, and is deleted.
     *
     *   state     written by    guard     seen by others
     *   off       open, close   volatile  at once; reads find nothing, fills do nothing, while it is set
     *   missed    missRemoval   this      by the end of open, which then makes every copy suspect
     *   mark      missRemoval   this      one write of the mark, which all wait for whose removal is missed; forgotten if it fails
     *   suspicion open          volatile  at once; part of the epoch of a copy
     *   failed    open          -         whether an opening has failed; openings come one after the other
     *
     * At opening the manifest of a clean close tells which copies can be trusted; all others are suspect. Without manifest and mark no
     * cache was here, or a late request has taken them away: copies of somebody else are trusted, and what turns out to be a copy of
     * ours when it is read is suspect. With the mark of an opening the last process was killed, or wrote past the tier: everything is
     * suspect, and in doubt. What was installed before that was known becomes suspect too. A cache that listens to others has missed
     * what they said while it was down, so that it trusts no copy that it finds. An opening that fails tells nothing, so that the worst is
     * taken for true, the first time. A copy that is suspect at the close is not in the manifest, so that it stays suspect.
     */

    private static final String NOT_OPEN = "not opened yet";
    private static final String CLOSED = "closed";
    private static final Duration MARK_WAIT = Duration.ofSeconds(1);
    private static final Duration MANIFEST_WAIT = Duration.ofSeconds(15);
    private static final int ADOPTION_BATCH = 1000;

    private final StoreCopies copies;
    private final Shared shared;
    private final StoreRuntime runtime;
    private final Fence fence;
    private final StatsRecorder stats;
    private final Freshness freshness;
    private final long maxEntryBytes;
    private final boolean listens;
    private final Duration timeout;
    private final CopyIndex index;
    private final CopyRequests requests;
    private final CopyReader reader;
    private final StoreTierLedger ledger;
    private final Manifest manifest;
    private volatile @Nullable String off = NOT_OPEN;
    private volatile long suspicion;
    private boolean failed;
    private boolean missed;
    private @Nullable Mono<Void> mark;

    /**
     * What all tiers of a cache share.
     *
     * @param listens whether other caches tell what they write, which is missed while none of ours is open
     */
    record Shared(
            StoreRuntime runtime,
            Fence fence,
            Lifecycle lifecycle,
            StatsRecorder stats,
            Works works,
            Scheduler serial,
            Freshness freshness,
            SourcePace pace,
            ByteBudget budget,
            Duration inDoubt,
            long maxEntryBytes,
            boolean listens) {

        /** What the process before has sent may still be applied, to any key; what was read so far is suspect. */
        void doubtAll() {
            fence.doubtAll();
            freshness.newEpoch();
        }
    }

    StoreTier(String name, Store store, long maxBytes, long maxPendingBytes, Duration timeout, Shared shared) {
        this.copies = StoreCopies.in(store, name, maxBytes, maxPendingBytes, timeout, shared);
        this.shared = shared;
        this.runtime = shared.runtime();
        this.fence = shared.fence();
        this.stats = shared.stats();
        this.freshness = shared.freshness();
        this.maxEntryBytes = shared.maxEntryBytes();
        this.listens = shared.listens();
        this.timeout = timeout;
        this.index = copies.index();
        this.requests = copies.requests();
        this.reader = copies.reader();
        this.ledger = copies.ledger();
        this.manifest = new Manifest(store, runtime, timeout);
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
        return Mono.defer(() -> {
                    forgetMark();
                    return requests.open();
                })
                .then(manifest.read())
                .flatMap(found -> {
                    if (found.marked()) {
                        shared.doubtAll();
                    }
                    return adoptAll(found);
                })
                .then(manifest.begin())
                .doOnSuccess(done -> turnOn())
                .doOnError(this::openingFailed);
    }

    /** Batch by batch, so that the ledger keeps up, and all of it is in the index when the tier is turned on. */
    private Mono<Void> adoptAll(Manifest.Found found) {
        return Flux.defer(() -> copies.store().list(ListOptions.defaults()))
                .timeout(timeout, noAnswerToList(), runtime.timers())
                .filter(info -> !Manifest.isReserved(info.key()))
                .buffer(ADOPTION_BATCH)
                .concatMap(batch -> ledger.adoptAll(inBatch(batch, found)), 0)
                .then(ledger.order(
                        found.lines() == null ? Set.of() : found.lines().keySet()));
    }

    private Map<String, Copy> inBatch(List<ObjectInfo> listed, Manifest.Found named) {
        Map<String, Copy> found = new LinkedHashMap<>();
        for (ObjectInfo info : listed) {
            Manifest.Line line = named.line(info.key());
            Long filledAt = line == null ? null : line.filledAtMillis();
            // In doubt only what is confirmed before it is served has a place in the index.
            boolean trusted = !listens && named.isTrusted(info.key()) && fence.isQuiet(info.key());
            Copy copy = new Copy(
                    line == null ? null : line.generation(),
                    line == null ? null : line.etag(),
                    info.size(),
                    filledAt == null ? null : reader.nanosOf(Instant.ofEpochMilli(filledAt)),
                    trusted ? epochOf(freshness.epoch()) : Copy.NO_EPOCH,
                    fence.pass(info.key()));
            found.put(info.key(), copy);
        }
        return found;
    }

    private <T> Mono<T> noAnswerToList() {
        return Mono.error(() -> new StoreTimeoutException("list", null, "no answer within " + timeout, null));
    }

    private void openingFailed(Throwable reason) {
        off = String.valueOf(reason.getMessage());
        if (!failed) {
            failed = true;
            shared.doubtAll();
        }
    }

    private synchronized void turnOn() {
        if (missed) {
            missed = false;
            suspicion = suspicion + 1;
        }
        off = null;
    }

    /** The next removal that is missed writes it again. */
    private synchronized void forgetMark() {
        mark = null;
    }

    /** Completes when the mark is there, or has been waited for long enough; at once while the tier is on. */
    private Mono<Void> missRemoval() {
        Mono<Void> written;
        synchronized (this) {
            if (off == null || off.equals(CLOSED)) {
                return Mono.empty();
            }
            missed = true;
            if (mark == null) {
                mark = writeMark();
            }
            written = mark;
        }
        written.subscribe(done -> {}, error -> {});
        return written;
    }

    /** Ends after a second at most, for all who wait; the request itself goes on until it is answered or its time is over. */
    private Mono<Void> writeMark() {
        Mono<Void> request = manifest.mark()
                .doOnError(error -> forgetMark())
                .onErrorComplete()
                .cache();
        return request.timeout(MARK_WAIT, Mono.empty(), runtime.timers()).cache();
    }

    /** What a copy must have been installed in to be trusted, from the cache's epoch at that time. */
    private long epochOf(long cacheEpoch) {
        return cacheEpoch + suspicion;
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            // A mutation that is still under way, or may still be applied, is the business of the next process too: it
            // finds the mark.
            boolean clean = off == null && fence.isQuiet();
            off = CLOSED;
            Mono<Void> last = clean
                    ? ledger.kept().flatMap(this::writeManifest).timeout(MANIFEST_WAIT, Mono.empty(), runtime.timers())
                    : Mono.empty();
            return ledger.close().then(last).onErrorComplete();
        });
    }

    @Override
    public boolean mayHold(String key) {
        return off == null && index.get(key) != null;
    }

    @Override
    public boolean contradicts(String key, @Nullable String etag) {
        Copy copy = index.get(key);
        return copy != null
                && (etag == null || (copy.etag() != null && !copy.etag().equals(etag)));
    }

    @Override
    public Mono<TierCopy> read(String key) {
        return Mono.defer(() -> {
            if (off != null) {
                return Mono.empty();
            }
            Copy copy = index.get(key);
            Pass pass = fence.pass(key);
            long epoch = freshness.epoch();
            return copies.read(
                    key,
                    answer -> answer.flatMap(object ->
                                    copy == null ? adopt(key, object, pass, epoch) : serve(key, object, copy, epoch))
                            .switchIfEmpty(Mono.fromRunnable(() -> vanished(key, copy))));
        });
    }

    @Override
    public void fill(String key, CachedEntry entry, Pass pass) {
        if (Manifest.isReserved(key) || entry.isOutline()) {
            return;
        }
        if (off != null) {
            stats.failedFills.increment();
            return;
        }
        ledger.fill(key, entry, pass, epochOf(entry.epoch()));
    }

    @Override
    public void renew(String key, CachedEntry entry, Pass pass) {
        Copy copy = index.get(key);
        // The confirmed copy may have been another tier's; this one's may be older.
        if (copy != null && copy.isOf(entry.info().etag())) {
            index.update(key, copy, copy.renewed(entry.filledAtNanos(), epochOf(entry.epoch())));
        }
    }

    @Override
    public Mono<Void> drop(String key, Pass begun) {
        ledger.drop(key);
        return missRemoval();
    }

    @Override
    public Mono<Void> dropPrefix(String prefix, long begun) {
        index.removePrefix(prefix);
        ledger.dropPrefix(prefix);
        return missRemoval();
    }

    @Override
    public String toString() {
        return copies.toString();
    }

    @Override
    public Mono<TierInfo> info() {
        return copies.info(off);
    }

    @Override
    public TierStats stats() {
        return copies.ledger().tierStats();
    }

    @Override
    public Mono<TierCheck> verify() {
        return Mono.defer(() -> {
            Checkup checkup = new Checkup(name(), shared, () -> off);
            return new CopyCheck(copies, shared, checkup, this::vanished).run();
        });
    }

    private Mono<TierCopy> serve(String key, StoredObject object, Copy copy, long epoch) {
        CopyFacts facts = CopyFacts.of(object.info());
        if (!copy.matches(facts)) {
            return Mono.empty();
        }
        // One of ours that no manifest has named by its generation.
        boolean unnamed = copy.generation() == null && facts.generation() != null;
        boolean suspect = unnamed || copy.epoch() != epochOf(epoch);
        return reader.entry(object, facts, copy.filledAtNanos(), epoch).map(entry -> {
            if (unnamed || copy.etag() == null) {
                long known = unnamed ? Copy.NO_EPOCH : copy.epoch();
                index.update(key, copy, copy.identified(facts, entry.filledAtNanos(), known));
            }
            ledger.touch(key);
            return new TierCopy(entry, suspect);
        });
    }

    private Mono<TierCopy> adopt(String key, StoredObject object, Pass pass, long epoch) {
        CopyFacts facts = CopyFacts.of(object.info());
        if (index.isOurs(facts.generation()) || object.info().size() > maxEntryBytes) {
            ledger.deleteUnknown(key);
            return Mono.empty();
        }
        // One of ours from an earlier process came late. One of somebody else's may be older than a write of ours, or
        // of another cache, which could not remove what the index does not know.
        boolean suspect = listens || facts.generation() != null || !pass.isFirst();
        return reader.entry(object, facts, null, epoch).map(entry -> {
            Copy copy = new Copy(
                    facts.generation(),
                    facts.info().etag(),
                    entry.length(),
                    entry.filledAtNanos(),
                    suspect ? Copy.NO_EPOCH : epochOf(epoch),
                    pass);
            ledger.adopt(key, copy);
            return new TierCopy(entry, suspect);
        });
    }

    private void vanished(String key, @Nullable Copy copy) {
        if (copy != null) {
            ledger.drop(key, copy);
        }
    }

    private Mono<Void> writeManifest(Map<String, Copy> kept) {
        long trusted = epochOf(freshness.epoch());
        kept.values().removeIf(copy -> copy.epoch() != trusted);
        return manifest.write(kept, copy -> {
            long age = copy.filledAtNanos() == null ? 0 : runtime.nanoTime() - copy.filledAtNanos();
            return runtime.clock().instant().minusNanos(Math.max(0, age)).toEpochMilli();
        });
    }
}
