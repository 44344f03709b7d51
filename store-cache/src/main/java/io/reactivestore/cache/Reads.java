package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Freshness.State;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Ranges;
import java.time.Duration;
import java.util.List;
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
    private final Flights flights;
    private final Renewals renewals;
    private final Freshness freshness;
    private final @Nullable Duration maxWait;
    private final Removals removals;
    private final StatsRecorder stats;
    private final Lifecycle lifecycle;
    private final Mono<Void> closing;

    /**
     * @param maxWait how long a reader waits for the source while a copy is usable; null for ever
     * @param closing completes when the cache is closed
     */
    Reads(
            Store source,
            Memory memory,
            List<Tier> tiers,
            Flights flights,
            Renewals renewals,
            Freshness freshness,
            @Nullable Duration maxWait,
            Removals removals,
            StatsRecorder stats,
            Lifecycle lifecycle,
            Mono<Void> closing) {
        this.source = source;
        this.memory = memory;
        this.tiers = tiers;
        this.told = tiers.toArray(Tier[]::new);
        this.flights = flights;
        this.renewals = renewals;
        this.freshness = freshness;
        this.maxWait = maxWait;
        this.removals = removals;
        this.stats = stats;
        this.lifecycle = lifecycle;
        this.closing = closing;
    }

    Mono<StoredObject> get(String key, ReadOptions options) {
        return new Get(key, options);
    }

    Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return lifecycle.whenOpenMany("getRanges", key, () -> {
            CachedEntry entry = held(key, options);
            State state = entry == null ? State.DEAD : freshness.stateOf(entry);
            if (entry != null && state.isServed()) {
                countMemoryHit(key, entry, state);
                return slices(entry, ranges, options);
            }
            if (entry == null && isAbsent(key, options)) {
                return Flux.error(new ObjectNotFoundException("getRanges", key));
            }
            if (options.version() != null || !mayHold(key, options.mode())) {
                stats.misses.increment();
                return untilClose("getRanges", key, source.getRanges(key, ranges, options));
            }
            return fly(key, options.mode()).flatMapMany(loaded -> answerRanges(key, loaded, ranges, options));
        });
    }

    private Flux<RangedObject> answerRanges(String key, Loaded loaded, List<ByteRange> ranges, ReadOptions options) {
        if (loaded instanceof Loaded.Held held) {
            count(key, held);
            return slices(held.entry(), ranges, options);
        }
        stats.misses.increment();
        if (loaded instanceof Loaded.Absent) {
            return Flux.error(new ObjectNotFoundException("getRanges", key));
        }
        return untilClose("getRanges", key, source.getRanges(key, ranges, options.withMode(ReadMode.SOURCE_ONLY)));
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
    private boolean isAbsent(String key, ReadOptions options) {
        if (!mayServe(options) || !memory.isAbsent(key)) {
            return false;
        }
        stats.hit(Served.MEMORY);
        stats.negative.increment();
        return true;
    }

    private static boolean mayServe(ReadOptions options) {
        return options.mode() == ReadMode.CACHED_OK && options.version() == null;
    }

    private Mono<StoredObject> load(String key, ReadOptions options) {
        if (isAbsent(key, options)) {
            return Mono.empty();
        }
        if (options.version() != null || (options.range() != null && !mayHold(key, options.mode()))) {
            stats.misses.increment();
            return passThrough(key, options);
        }
        return fly(key, options.mode()).flatMap(loaded -> answer(key, loaded, options));
    }

    /** Loads a key; what the source fails to tell, or not in time, a copy may. */
    private Mono<Loaded> fly(String key, ReadMode mode) {
        return flights.load(new Question.Whole(key), mode, maxWait).flatMap(loaded -> {
            if (loaded instanceof Loaded.Late late) {
                renewals.renewNow(key);
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

    private Mono<StoredObject> answer(String key, Loaded loaded, ReadOptions options) {
        if (loaded instanceof Loaded.Held held) {
            boolean stale = count(key, held);
            return Mono.just(new EntryView(held.entry(), options, held.tier(), stale));
        }
        stats.misses.increment();
        if (loaded instanceof Loaded.Streamed streamed) {
            return serves(options)
                    ? Mono.just(view(key, streamed.object(), options))
                    : passThrough(key, options.withMode(ReadMode.SOURCE_ONLY));
        }
        return Mono.empty();
    }

    /** Tells whether what is served is stale. */
    private boolean count(String key, Loaded.Held held) {
        if (held.hit()) {
            State state = freshness.stateOf(held.entry());
            countHit(key, held.tier(), state);
            return state.isStale();
        }
        stats.misses.increment();
        return false;
    }

    private void countMemoryHit(String key, CachedEntry entry, State state) {
        countHit(key, Served.MEMORY, state);
        for (Tier tier : told) {
            tier.usedInMemory(key, entry);
        }
    }

    private void countHit(String key, String tier, State state) {
        stats.hit(tier);
        if (state.isStale()) {
            stats.stale.increment();
        }
        if (state.isRenewed()) {
            renewals.renew(key);
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

    private <T> Flux<T> untilClose(String operation, String key, Flux<T> signals) {
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
            if (entry == null || !state.isServed()) {
                lifecycle.whenOpen("get", key, () -> load(key, options)).subscribe(actual);
                return;
            }
            countMemoryHit(key, entry, state);
            StoredObject answer;
            try {
                answer = !state.isStale() && options.equals(ReadOptions.defaults())
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
