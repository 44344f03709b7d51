package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Freshness.State;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Ranges;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Answers reads: from memory on the caller's thread, else from a flight, or past the cache where a copy could not serve. */
final class Reads {

    private final Store source;
    private final Memory memory;
    private final List<Tier> tiers;
    private final Tier[] told; // the same, without an iterator for each hit
    private final Loader loader;
    private final Flights flights;
    private final Renewals renewals;
    private final Freshness freshness;
    private final @Nullable Duration maxWait;
    private final Removals removals;
    private final StatsRecorder stats;
    private final Lifecycle lifecycle;
    private final Mono<Void> closing;
    private final @Nullable BlockReads blocks;
    private final long maxEntryBytes;

    /**
     * @param maxWait how long a reader waits for the source while a copy is usable; null for ever
     * @param closing completes when the cache is closed
     * @param blocks read what is kept in blocks; null if nothing is
     */
    Reads(
            Store source,
            Memory memory,
            List<Tier> tiers,
            Loader loader,
            Flights flights,
            Renewals renewals,
            Freshness freshness,
            @Nullable Duration maxWait,
            Removals removals,
            StatsRecorder stats,
            Lifecycle lifecycle,
            Mono<Void> closing,
            @Nullable BlockReads blocks,
            long maxEntryBytes) {
        this.source = source;
        this.memory = memory;
        this.tiers = tiers;
        this.told = tiers.toArray(Tier[]::new);
        this.loader = loader;
        this.flights = flights;
        this.renewals = renewals;
        this.freshness = freshness;
        this.maxWait = maxWait;
        this.removals = removals;
        this.stats = stats;
        this.lifecycle = lifecycle;
        this.closing = closing;
        this.blocks = blocks;
        this.maxEntryBytes = maxEntryBytes;
    }

    Mono<StoredObject> get(String key, ReadOptions options) {
        return new Get(key, options);
    }

    Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return lifecycle.whenOpenMany("getRanges", key, () -> getRanges(key, ranges, options, true));
    }

    /** @param counts whether this is a request of its own, and not another try */
    private Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options, boolean counts) {
        CachedEntry entry = held(key, options);
        State state = entry == null ? State.DEAD : freshness.stateOf(entry);
        if (entry != null && state.isServed()) {
            if (entry.isOutline()) {
                return fromBlocks(key, new Loaded.Held(entry, Served.MEMORY, true), ranges, options, counts);
            }
            if (counts) {
                countMemoryHit(key, entry, state);
            }
            return slices(entry, ranges, options);
        }
        if (entry == null && isAbsent(key, options, counts)) {
            return Flux.error(new ObjectNotFoundException("getRanges", key));
        }
        Question question = question(key, ranges, options);
        if (question == null) {
            countMiss(counts);
            return untilClose("getRanges", key, source.getRanges(key, ranges, options));
        }
        return fly(question, options.mode())
                .onErrorResume(
                        RangeNotSatisfiableException.class, notMine -> Mono.just(new Loaded.Failed(notMine, null)))
                .flatMapMany(loaded -> answerRanges(key, loaded, ranges, options, counts));
    }

    private Flux<RangedObject> answerRanges(
            String key, Loaded loaded, List<ByteRange> ranges, ReadOptions options, boolean counts) {
        if (loaded instanceof Loaded.Held held) {
            if (held.entry().isOutline()) {
                return fromBlocks(key, held, ranges, options, counts);
            }
            count(key, held, counts);
            return slices(held.entry(), ranges, options);
        }
        if (!(loaded instanceof Loaded.Failed)) {
            countMiss(counts);
        }
        if (loaded instanceof Loaded.Absent) {
            return Flux.error(new ObjectNotFoundException("getRanges", key));
        }
        return untilClose("getRanges", key, source.getRanges(key, ranges, options.withMode(ReadMode.SOURCE_ONLY)));
    }

    private Flux<RangedObject> fromBlocks(
            String key, Loaded.Held held, List<ByteRange> ranges, ReadOptions options, boolean counts) {
        AtomicBoolean given = new AtomicBoolean();
        useOutline(key, held);
        return Objects.requireNonNull(blocks)
                .getRanges(held.entry(), ranges, options, foundIn(held), counted(isStale(held), counts))
                .doOnNext(range -> given.set(true))
                .onErrorResume(
                        ObjectChangedException.class,
                        changed ->
                                !counts || given.get() ? Flux.error(changed) : getRanges(key, ranges, options, false));
    }

    /** What to ask to have these ranges of an object; null if they are asked for past the cache. */
    private @Nullable Question question(String key, List<ByteRange> ranges, ReadOptions options) {
        if (options.version() != null) {
            return null;
        }
        CachedEntry entry = memory.get(key);
        // A question about the whole would load all of it.
        ObjectInfo known = entry != null && entry.isOutlineWithin(maxEntryBytes) ? entry.info() : null;
        if (known == null && mayHold(key, options.mode())) {
            return new Question.Whole(key);
        }
        return blocks == null ? null : blocks.question(key, known, ranges, options);
    }

    private static Flux<RangedObject> slices(CachedEntry entry, List<ByteRange> ranges, ReadOptions options) {
        Conditions.require("getRanges", entry.info(), options);
        return Flux.range(0, ranges.size())
                .map(i -> Ranges.slice(entry.info(), entry.buffer(), i, ranges.get(i), options));
    }

    /** The copy in memory, if these options let one serve. */
    private @Nullable CachedEntry held(String key, ReadOptions options) {
        return mayServe(options) && !lifecycle.isClosed() ? memory.get(key) : null;
    }

    /** Whether memory knows that there is no such object, and these options let it say so. */
    private boolean isAbsent(String key, ReadOptions options, boolean counts) {
        if (!mayServe(options) || !memory.isAbsent(key)) {
            return false;
        }
        if (counts) {
            stats.hit(Served.MEMORY, false);
            stats.negative.increment();
        }
        return true;
    }

    private static boolean mayServe(ReadOptions options) {
        return options.mode() == ReadMode.CACHED_OK && options.version() == null;
    }

    /** @param counts whether this is a request of its own, and not another try */
    private Mono<StoredObject> load(String key, ReadOptions options, boolean counts) {
        CachedEntry entry = held(key, options);
        ByteRange range = options.range();
        if (entry != null
                && entry.isOutline()
                && (range != null || !entry.isOutlineWithin(maxEntryBytes))
                && freshness.stateOf(entry).isServed()) {
            return fromBlocks(key, new Loaded.Held(entry, Served.MEMORY, true), options, counts);
        }
        if (isAbsent(key, options, counts)) {
            return Mono.empty();
        }
        Question question = range != null
                ? question(key, List.of(range), options)
                : options.version() != null ? null : new Question.Whole(key);
        if (question == null) {
            countMiss(counts);
            return passThrough(key, options);
        }
        return fly(question, question instanceof Question.Whole ? modeOfWhole(key, options.mode()) : options.mode())
                .flatMap(loaded -> answer(key, loaded, options, counts))
                // Of the one who has asked first: another part of the object may be there.
                .onErrorResume(
                        RangeNotSatisfiableException.class,
                        refused -> question instanceof Question.Part
                                ? passThrough(key, options.withMode(ReadMode.SOURCE_ONLY))
                                : Mono.error(refused));
    }

    /** To confirm the outline of what could be kept whole brings none of its bytes, so it is loaded, and kept. */
    private ReadMode modeOfWhole(String key, ReadMode mode) {
        CachedEntry entry = memory.get(key);
        return mode == ReadMode.REVALIDATE && entry != null && entry.isOutlineWithin(maxEntryBytes)
                ? ReadMode.SOURCE_ONLY
                : mode;
    }

    private Mono<StoredObject> fromBlocks(String key, Loaded.Held held, ReadOptions options, boolean counts) {
        boolean stale = isStale(held);
        useOutline(key, held);
        return Objects.requireNonNull(blocks)
                .get(held.entry(), options, foundIn(held), stale, counted(stale, counts))
                // The outline is gone; a second time it is the reader who has to know.
                .onErrorResume(
                        ObjectChangedException.class,
                        changed -> counts ? load(key, options, false) : Mono.error(changed));
    }

    private Consumer<String> counted(boolean stale, boolean counts) {
        return counts ? from -> countBlocks(stale, from) : from -> {};
    }

    private boolean isStale(Loaded.Held held) {
        return held.hit() && freshness.stateOf(held.entry()).isStale();
    }

    private static String foundIn(Loaded.Held held) {
        return held.hit() ? held.tier() : Served.SOURCE;
    }

    /** That a reader goes by this outline. */
    private void useOutline(String key, Loaded.Held held) {
        if (!held.hit()) {
            return;
        }
        if (freshness.stateOf(held.entry()).isRenewed()) {
            renewals.renew(key, held.entry());
        }
        if (held.tier().equals(Served.MEMORY)) {
            for (Tier tier : told) {
                tier.usedInMemory(key, held.entry());
            }
        }
    }

    /** @param from where the first bytes came from */
    private void countBlocks(boolean stale, String from) {
        if (from.equals(Served.SOURCE)) {
            stats.misses.increment();
            return;
        }
        stats.hit(from, stale);
    }

    private void countMiss(boolean counts) {
        if (counts) {
            stats.misses.increment();
        }
    }

    /** Loads a key; what the source fails to tell, or not in time, a copy may. */
    private Mono<Loaded> fly(Question question, ReadMode mode) {
        boolean mayBeAtHand = question instanceof Question.Whole
                && mode == ReadMode.CACHED_OK
                && memory.get(question.subject()) == null;
        Loaded.Held atHand = mayBeAtHand ? loader.atHand(question.subject()) : null;
        if (atHand != null) {
            return Mono.just(atHand);
        }
        return flights.load(question, mode, maxWait).flatMap(loaded -> {
            if (loaded instanceof Loaded.Late late) {
                renewals.renewNow(question.subject(), late.instead().entry());
                return Mono.just(late.instead());
            }
            return loaded instanceof Loaded.Failed failed ? instead(failed, mode) : Mono.just(loaded);
        });
    }

    private Mono<Loaded> instead(Loaded.Failed failed, ReadMode mode) {
        Loaded.Held copy = failed.instead();
        boolean mayServe =
                mode == ReadMode.CACHED_OK && failed.error() instanceof StoreException error && error.retryable();
        if (mayServe && copy != null && freshness.stateOf(copy.entry()) != State.DEAD) {
            return Mono.just(copy);
        }
        stats.misses.increment(); // it is a request too, and no hit
        return Mono.error(failed.error());
    }

    /** Whether a flight is worth it for a part of an object; if not, only the part is asked for. */
    private boolean mayHold(String key, ReadMode mode) {
        return mode != ReadMode.SOURCE_ONLY
                && (memory.get(key) != null || tiers.stream().anyMatch(tier -> tier.mayHold(key)));
    }

    private Mono<StoredObject> answer(String key, Loaded loaded, ReadOptions options, boolean counts) {
        if (loaded instanceof Loaded.Held held) {
            if (held.entry().isOutline()) {
                return fromBlocks(key, held, options, counts);
            }
            boolean stale = count(key, held, counts);
            return Mono.just(new EntryView(held.entry(), options, held.tier(), stale));
        }
        countMiss(counts);
        if (loaded instanceof Loaded.Streamed streamed) {
            return serves(options)
                    ? Mono.just(view(key, streamed.object(), options))
                    : passThrough(key, options.withMode(ReadMode.SOURCE_ONLY));
        }
        return Mono.empty();
    }

    /** Tells whether what is served is stale. */
    private boolean count(String key, Loaded.Held held, boolean counts) {
        if (!held.hit()) {
            countMiss(counts);
            return false;
        }
        State state = freshness.stateOf(held.entry());
        if (counts) {
            countHit(key, held.entry(), held.tier(), state);
        }
        return state.isStale();
    }

    private void countMemoryHit(String key, CachedEntry entry, State state) {
        countHit(key, entry, Served.MEMORY, state);
        for (Tier tier : told) {
            tier.usedInMemory(key, entry);
        }
    }

    private void countHit(String key, CachedEntry entry, String tier, State state) {
        stats.hit(tier, state.isStale());
        if (state.isRenewed()) {
            renewals.renew(key, entry);
        }
    }

    /** Whether an answer to a plain read is one to these options too. */
    private static boolean serves(ReadOptions options) {
        return options.range() == null
                && !options.isConditional()
                && options.chunkBytes() == ReadOptions.defaults().chunkBytes();
    }

    private Mono<StoredObject> passThrough(String key, ReadOptions options) {
        Mono<StoredObject> asked = source.get(key, options);
        Mono<StoredObject> watched =
                options.version() != null ? asked : removals.watched(key, asked, StoredObject::info);
        return untilClose("get", key, watched.flux())
                .singleOrEmpty() // next() would cancel the source's get as it answers
                .map(object -> view(key, object, options));
    }

    private StoredObject view(String key, StoredObject object, ReadOptions options) {
        return new StreamedView(object, options, body -> untilClose("get", key, body));
    }

    /** The same signals until the cache is closed, then the error that it is. */
    <T> Flux<T> untilClose(String operation, @Nullable String key, Flux<T> signals) {
        // An error of the other would end the signals without cancelling their source.
        return signals.takeUntilOther(closing)
                .concatWith(Mono.defer(() ->
                        lifecycle.isClosed() ? Mono.error(new StoreClosedException(operation, key)) : Mono.empty()));
    }

    /** A read that is answered while it is being subscribed to if memory has the object: no hop, no lock, nothing else allocated. */
    private final class Get extends Mono<StoredObject> {

        private final String key;
        private final ReadOptions options;

        Get(String key, ReadOptions options) {
            this.key = key;
            this.options = options;
        }

        @Override
        public void subscribe(CoreSubscriber<? super StoredObject> actual) {
            CachedEntry entry = held(key, options);
            State state = entry == null ? State.DEAD : freshness.stateOf(entry);
            if (entry == null || !state.isServed() || entry.isOutline()) {
                lifecycle.whenOpen("get", key, () -> load(key, options, true)).subscribe(actual);
                return;
            }
            countMemoryHit(key, entry, state);
            StoredObject answer;
            try {
                answer = options.equals(ReadOptions.defaults())
                        ? entry
                        : new EntryView(entry, options, Served.MEMORY, state.isStale());
            } catch (RuntimeException refused) {
                Operators.error(actual, refused);
                return;
            }
            actual.onSubscribe(Operators.scalarSubscription(actual, answer, "get"));
        }
    }
}
