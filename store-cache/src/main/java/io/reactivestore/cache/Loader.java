package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Freshness.State;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Lifecycle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Does the work of a flight: asks memory once more, the tiers in order, then the source, and installs what it found. */
final class Loader {

    private final Store source;
    private final Memory memory;
    private final List<Tier> tiers;
    private final Fence fence;
    private final Freshness freshness;
    private final Removals removals;
    private final StatsRecorder stats;
    private final StoreRuntime runtime;
    private final Lifecycle lifecycle;
    private final long maxEntryBytes;
    private final ByteBudget budget;

    Loader(
            Store source,
            Memory memory,
            List<Tier> tiers,
            Fence fence,
            Freshness freshness,
            Removals removals,
            StatsRecorder stats,
            StoreRuntime runtime,
            Lifecycle lifecycle,
            long maxEntryBytes,
            ByteBudget budget) {
        this.source = source;
        this.memory = memory;
        this.tiers = tiers;
        this.fence = fence;
        this.freshness = freshness;
        this.removals = removals;
        this.stats = stats;
        this.runtime = runtime;
        this.lifecycle = lifecycle;
        this.maxEntryBytes = maxEntryBytes;
        this.budget = budget;
    }

    /** A copy that may be served once the source has confirmed it, or at once. */
    private record Candidate(CachedEntry entry, String tier, boolean suspect) {}

    Mono<Loaded> load(Flight flight, ReadMode mode) {
        return Mono.defer(() -> {
            if (mode == ReadMode.SOURCE_ONLY) {
                return fromSource(flight, null);
            }
            CachedEntry present = memory.get(flight.key);
            if (present != null) {
                return decide(flight, mode, new Candidate(present, Served.MEMORY, false), -1);
            }
            return Flux.range(0, tiers.size())
                    .concatMap(i -> tiers.get(i).read(flight.key).map(copy -> new Asked(i, copy)), 0)
                    .next()
                    .flatMap(asked -> decide(flight, mode, asked))
                    .switchIfEmpty(Mono.defer(() -> fromSource(flight, null)));
        });
    }

    private record Asked(int tier, Tier.TierCopy copy) {}

    private Mono<Loaded> decide(Flight flight, ReadMode mode, Asked asked) {
        Candidate candidate =
                new Candidate(asked.copy.entry(), tiers.get(asked.tier).name(), asked.copy.suspect());
        return decide(flight, mode, candidate, asked.tier);
    }

    private Mono<Loaded> decide(Flight flight, ReadMode mode, Candidate candidate, int foundIn) {
        State state = candidate.suspect ? State.DEAD : freshness.stateOf(candidate.entry);
        Loaded.Held copy = new Loaded.Held(candidate.entry, candidate.tier, true);
        if (mode == ReadMode.CACHED_OK && state.isServed()) {
            install(flight.key, flight.pass, candidate.entry, foundIn);
            return Mono.just(copy);
        }
        if (!freshness.isYoung(candidate.entry)) {
            stats.expired.increment();
        }
        if (state != State.DEAD) {
            flight.found(copy);
        }
        return fromSource(flight, candidate);
    }

    private Mono<Loaded> fromSource(Flight flight, @Nullable Candidate candidate) {
        Asking asking = new Asking(runtime.nanoTime(), freshness.epoch());
        long least = Math.min(maxEntryBytes, ReadOptions.defaults().firstPartBytes());
        // Taken before the source is asked, since the first part is in memory when it answers.
        ByteBudget.Share share = budget.takeUpTo(maxEntryBytes, least);
        ReadOptions plain = ReadOptions.defaults()
                .withMode(ReadMode.SOURCE_ONLY)
                .withFirstPartBytes(Math.max(share.bytes(), least))
                .withMaxBufferedBytes(maxEntryBytes);
        ReadOptions options = candidate == null
                ? plain
                : plain.withIfNoneMatch(candidate.entry.info().etag());
        stats.loads.increment();
        return source.get(flight.key, options)
                .flatMap(object -> candidate != null && object.status() == StoredObject.Status.NOT_MODIFIED
                        ? Mono.just(confirmed(flight, candidate, object.info(), asking))
                        : keep(flight, candidate, object, asking, share))
                .switchIfEmpty(Mono.fromSupplier(() -> absent(flight, candidate, asking)))
                .doOnError(error -> stats.loadFailures.increment())
                .doFinally(signal -> share.release());
    }

    /** When the source was asked: what it says is as old as that, and suspect if an epoch begins meanwhile. */
    private record Asking(long nanos, long epoch) {}

    private Loaded confirmed(Flight flight, Candidate candidate, ObjectInfo info, Asking asking) {
        stats.revalidated.increment();
        CachedEntry renewed = candidate.entry.renewed(info, asking.nanos, asking.epoch);
        if (fence.ifAdmitted(flight.key, flight.pass, () -> memory.put(flight.key, renewed))) {
            tiers.forEach(tier -> tier.renew(flight.key, renewed, flight.pass));
        }
        return new Loaded.Held(renewed, candidate.tier, false);
    }

    private Mono<Loaded> keep(
            Flight flight, @Nullable Candidate candidate, StoredObject object, Asking asking, ByteBudget.Share share) {
        long size = object.info().size();
        if (size > maxEntryBytes || !share.resize(size)) {
            dropOlder(flight, candidate, object.info().etag());
            return stream(object);
        }
        return object.byteArray().map(bytes -> {
            CachedEntry entry = new CachedEntry(
                    object.info(), Buffers.wrap(bytes), asking.nanos, asking.epoch, freshness, lifecycle);
            if (!install(flight.key, flight.pass, entry, tiers.size())) {
                dropOlder(flight, candidate, object.info().etag());
            }
            return new Loaded.Held(entry, Served.SOURCE, false);
        });
    }

    private Mono<Loaded> stream(StoredObject object) {
        stats.streamed.increment();
        return Mono.just(new Loaded.Streamed(object));
    }

    private Loaded absent(Flight flight, @Nullable Candidate candidate, Asking asking) {
        dropOlder(flight, candidate, null);
        // Not if a copy was dropped: that has outdated what was asked before.
        fence.ifAdmitted(flight.key, flight.pass, () -> memory.putAbsent(flight.key, asking.nanos, asking.epoch));
        return new Loaded.Absent();
    }

    private void dropOlder(Flight flight, @Nullable Candidate candidate, @Nullable String etag) {
        removals.dropIfKept(flight.key, flight.pass, etag, candidate == null ? null : candidate.entry);
    }

    /** Puts a copy into memory and into the tiers above the one it was found in, unless it may be old. */
    private boolean install(String key, Pass pass, CachedEntry entry, int foundIn) {
        if (!fence.ifAdmitted(key, pass, () -> memory.put(key, entry))) {
            stats.outdated.increment();
            return false;
        }
        for (int i = 0; i < foundIn; i++) {
            tiers.get(i).fill(key, entry, pass);
        }
        return true;
    }
}
