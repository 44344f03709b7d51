package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Freshness.State;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Lifecycle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** Loads objects: asks memory once more, the tiers in order, then the source, and installs what it found. */
final class Loader {

    private final Store source;
    private final Memory memory;
    private final List<Tier> tiers;
    private final Fence fence;
    private final Freshness freshness;
    private final SourcePace pace;
    private final Removals removals;
    private final StatsRecorder stats;
    private final StoreRuntime runtime;
    private final Lifecycle lifecycle;
    private final long maxEntryBytes;
    private final ByteBudget budget;
    private final @Nullable BlockLoads blocks;

    /** @param blocks keep large objects; null if they are not kept */
    Loader(
            Store source,
            Memory memory,
            List<Tier> tiers,
            Fence fence,
            Freshness freshness,
            SourcePace pace,
            Removals removals,
            StatsRecorder stats,
            StoreRuntime runtime,
            Lifecycle lifecycle,
            long maxEntryBytes,
            ByteBudget budget,
            @Nullable BlockLoads blocks) {
        this.source = source;
        this.memory = memory;
        this.tiers = tiers;
        this.fence = fence;
        this.freshness = freshness;
        this.pace = pace;
        this.removals = removals;
        this.stats = stats;
        this.runtime = runtime;
        this.lifecycle = lifecycle;
        this.maxEntryBytes = maxEntryBytes;
        this.budget = budget;
        this.blocks = blocks;
    }

    /** A copy that may be served once the source has confirmed it, or at once. */
    private record Candidate(CachedEntry entry, String tier, boolean suspect) {}

    /**
     * A copy that the first tier has at hand, for a reader that finds none in memory and lets it serve: nobody needs to share that, so it is
     * no load. Null if there is to be one.
     */
    Loaded.@Nullable Held atHand(String key) {
        if (tiers.isEmpty()) {
            return null;
        }
        Tier first = tiers.get(0);
        Pass pass = fence.pass(key);
        CachedEntry copy = first.readAtHand(key);
        // An outline that is of no use here is dropped by the load that comes then.
        if (copy == null || copy.isOutlineWithin(maxEntryBytes) || (copy.isOutline() && blocks == null)) {
            return null;
        }
        install(key, pass, copy, 0);
        return new Loaded.Held(copy, first.name(), true);
    }

    Load begin(String key, ReadMode mode) {
        return new WholeLoad(key, mode, fence.pass(key), null);
    }

    /** Asks for some blocks of an object of which nothing is held. */
    Load begin(Question.Part part, ReadMode mode) {
        return new WholeLoad(part.key(), mode, fence.pass(part.key()), part.blocks());
    }

    private final class WholeLoad implements Load {

        final String key;
        final ReadMode mode;
        final Pass pass;
        /** What of it is asked for; null for all, or as much as is kept whole. */
        final @Nullable Span part;

        private volatile Loaded.@Nullable Held instead;

        WholeLoad(String key, ReadMode mode, Pass pass, @Nullable Span part) {
            this.key = key;
            this.mode = mode;
            this.pass = pass;
            this.part = part;
        }

        @Override
        public Mono<Loaded> ask() {
            return load(this);
        }

        @Override
        public boolean isCurrent() {
            return fence.isCurrent(key, pass);
        }

        @Override
        public Loaded.@Nullable Held instead() {
            return instead;
        }
    }

    private Mono<Loaded> load(WholeLoad load) {
        if (load.mode == ReadMode.SOURCE_ONLY) {
            return fromSource(load, null);
        }
        CachedEntry present = memory.get(load.key);
        if (present != null && !isTooLittle(load, present)) {
            return decide(load, new Candidate(present, Served.MEMORY, false), -1);
        }
        if (present != null && freshness.stateOf(present) != State.DEAD) {
            load.instead = new Loaded.Held(present, Served.MEMORY, true);
        }
        if (load.mode == ReadMode.CACHED_OK && memory.isAbsent(load.key)) {
            return Mono.just(new Loaded.Absent()); // a load that has just ended has told it
        }
        return Flux.range(0, tiers.size())
                .concatMap(
                        i -> tiers.get(i)
                                .read(load.key)
                                .filter(copy -> isOfUse(load, copy.entry()))
                                .map(copy -> new Asked(i, copy)),
                        0)
                .next()
                .flatMap(asked -> decide(load, asked))
                .switchIfEmpty(Mono.defer(() -> fromSource(load, null)));
    }

    /** Not for a renewal: that confirms what there is, and asks for no bytes. */
    private boolean isTooLittle(WholeLoad load, CachedEntry present) {
        return load.part == null && load.mode == ReadMode.CACHED_OK && present.isOutlineWithin(maxEntryBytes);
    }

    /** An outline that another process has left may be none: all of the object can be kept now, or nothing is in blocks any more. */
    private boolean isOfUse(WholeLoad load, CachedEntry copy) {
        if (copy.isOutline() && blocks == null) {
            removals.drop(load.key); // else each reader of a range would come here first
            return false;
        }
        return !isTooLittle(load, copy);
    }

    private record Asked(int tier, Tier.TierCopy copy) {}

    private Mono<Loaded> decide(WholeLoad load, Asked asked) {
        Candidate candidate =
                new Candidate(asked.copy.entry(), tiers.get(asked.tier).name(), asked.copy.suspect());
        return decide(load, candidate, asked.tier);
    }

    private Mono<Loaded> decide(WholeLoad load, Candidate candidate, int foundIn) {
        State state = candidate.suspect ? State.DEAD : freshness.stateOf(candidate.entry);
        Loaded.Held copy = new Loaded.Held(candidate.entry, candidate.tier, true);
        if (load.mode == ReadMode.CACHED_OK && state.isServed()) {
            install(load.key, load.pass, candidate.entry, foundIn);
            return Mono.just(copy);
        }
        if (!freshness.isYoung(candidate.entry)) {
            stats.expired.increment();
        }
        if (state != State.DEAD) {
            load.instead = copy;
        }
        return fromSource(load, candidate);
    }

    private Mono<Loaded> fromSource(WholeLoad load, @Nullable Candidate candidate) {
        Asking asking = new Asking(runtime.nanoTime(), freshness.epoch());
        long most = load.part == null ? maxEntryBytes : load.part.length();
        long least = Math.min(most, ReadOptions.defaults().firstPartBytes());
        // Taken before the source is asked, since the first part is in memory when it answers.
        ByteBudget.Share share = budget.takeUpTo(most, least);
        if (load.part != null) {
            share.resize(most);
        }
        ReadOptions plain = ReadOptions.defaults()
                .withMode(ReadMode.SOURCE_ONLY)
                .withFirstPartBytes(load.part != null ? most : Math.max(share.bytes(), least))
                .withMaxBufferedBytes(Math.max(most, maxEntryBytes))
                .withRange(rangeOf(load, share));
        ReadOptions options = candidate == null
                ? plain
                : plain.withIfNoneMatch(candidate.entry.info().etag());
        stats.loads.increment();
        return source.get(load.key, options)
                .doOnNext(object -> pace.answered(runtime.nanoTime() - asking.nanos))
                .flatMap(object -> candidate != null && object.status() == StoredObject.Status.NOT_MODIFIED
                        ? Mono.just(confirmed(load, candidate, object.info(), asking))
                        : keep(load, candidate, object, asking, share))
                .switchIfEmpty(Mono.fromSupplier(() -> absent(load, candidate, asking)))
                .doOnError(error -> stats.loadFailures.increment())
                .doFinally(signal -> share.release());
    }

    /** No more than is kept, so that no byte comes which would have to be asked for again; null if the rest is to be streamed. */
    private @Nullable ByteRange rangeOf(WholeLoad load, ByteBudget.Share share) {
        if (load.part != null) {
            return ByteRange.of(load.part.start(), load.part.end());
        }
        return blocks != null && share.bytes() == maxEntryBytes ? ByteRange.of(0, maxEntryBytes) : null;
    }

    /** When the source was asked: what it says is as old as that, and suspect if an epoch begins meanwhile. */
    private record Asking(long nanos, long epoch) {}

    private Loaded confirmed(WholeLoad load, Candidate candidate, ObjectInfo info, Asking asking) {
        stats.revalidated.increment();
        CachedEntry renewed = candidate.entry.renewed(info, asking.nanos, asking.epoch);
        if (fence.ifAdmitted(load.key, load.pass, () -> memory.put(load.key, renewed))) {
            tiers.forEach(tier -> tier.renew(load.key, renewed, load.pass));
        }
        return new Loaded.Held(renewed, candidate.tier, false);
    }

    private Mono<Loaded> keep(
            WholeLoad load, @Nullable Candidate candidate, StoredObject object, Asking asking, ByteBudget.Share share) {
        long size = object.info().size();
        boolean isWhole = object.span().isAllOf(size) && size <= maxEntryBytes;
        boolean isPart = !isWhole && object.status() == StoredObject.Status.PARTIAL;
        if (isPart && !object.info().etag().isEmpty()) {
            return Mono.deferContextual(context -> Mono.just(outline(load, candidate, object, asking, share, context)));
        }
        if (!isWhole || !share.resize(size)) {
            ObjectInfo info = object.info();
            dropOlder(load, candidate, info.etag());
            fence.ifAdmitted(load.key, load.pass, () -> memory.putHead(load.key, info, asking.nanos, asking.epoch));
            // Without an etag its blocks could not be told from those of another version.
            return isPart && load.part == null
                    ? source.get(load.key, ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY))
                            .flatMap(this::stream)
                    : stream(object);
        }
        return object.byteArray().map(bytes -> {
            CachedEntry entry = new CachedEntry(
                    object.info(), Buffers.wrap(bytes), asking.nanos, asking.epoch, freshness, lifecycle);
            if (!install(load.key, load.pass, entry, tiers.size())) {
                dropOlder(load, candidate, object.info().etag());
            }
            return new Loaded.Held(entry, Served.SOURCE, false);
        });
    }

    private Loaded outline(
            WholeLoad load,
            @Nullable Candidate candidate,
            StoredObject object,
            Asking asking,
            ByteBudget.Share share,
            ContextView context) {
        ObjectInfo info = object.info();
        dropOlder(load, candidate, info.etag());
        CachedEntry outline = new CachedEntry(info, null, asking.nanos, asking.epoch, freshness, lifecycle);
        // First, so that whoever finds the outline finds its blocks under way, and asks for none of them again.
        Objects.requireNonNull(blocks).seed(object, share, load.pass, context);
        // What can be kept whole comes to the tiers whole, or not at all.
        install(load.key, load.pass, outline, info.size() > maxEntryBytes ? tiers.size() : 0);
        CachedEntry present = memory.get(load.key);
        CachedEntry best = present != null && present.isWholeOf(outline) ? present : outline;
        return new Loaded.Held(best, Served.SOURCE, false);
    }

    private Mono<Loaded> stream(StoredObject object) {
        stats.streamed.increment();
        return Mono.just(new Loaded.Streamed(object));
    }

    private Loaded absent(WholeLoad load, @Nullable Candidate candidate, Asking asking) {
        dropOlder(load, candidate, null);
        // Not if a copy was dropped: that has outdated what was asked before.
        fence.ifAdmitted(load.key, load.pass, () -> memory.putAbsent(load.key, asking.nanos, asking.epoch));
        return new Loaded.Absent();
    }

    private void dropOlder(WholeLoad load, @Nullable Candidate candidate, @Nullable String etag) {
        removals.dropIfKept(load.key, load.pass, etag, candidate == null ? null : candidate.entry);
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
