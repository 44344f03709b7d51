package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Tells the facts of objects: from the source, or, if that is wanted, from what it has said of late. */
final class Heads {

    private final Store source;
    private final boolean remembered;
    private final Memory memory;
    private final Flights flights;
    private final Removals removals;
    private final StatsRecorder stats;
    private final Lifecycle lifecycle;

    /** @param remembered whether facts are kept and served; if not, each question goes to the source */
    Heads(
            Store source,
            boolean remembered,
            Memory memory,
            Flights flights,
            Removals removals,
            StatsRecorder stats,
            Lifecycle lifecycle) {
        this.source = source;
        this.remembered = remembered;
        this.memory = memory;
        this.flights = flights;
        this.removals = removals;
        this.stats = stats;
        this.lifecycle = lifecycle;
    }

    Mono<ObjectInfo> head(String key, ReadOptions options) {
        return lifecycle.whenOpen("head", key, () -> {
            if (options.version() != null) {
                return source.head(key, options);
            }
            return remembered
                    ? known(key, options)
                    : removals.watched(key, source.head(key, options), Function.identity());
        });
    }

    private Mono<ObjectInfo> known(String key, ReadOptions options) {
        if (options.mode() == ReadMode.CACHED_OK) {
            ObjectInfo info = memory.head(key);
            if (info != null || memory.isAbsent(key)) {
                stats.headHits.increment();
                return answer(info, options);
            }
        }
        stats.headMisses.increment();
        return flights.load(new Question.Head(key), options.mode(), null)
                .flatMap(loaded -> loaded instanceof Loaded.Failed failed
                        ? Mono.error(failed.error())
                        : answer(loaded instanceof Loaded.Facts facts ? facts.info() : null, options));
    }

    private static Mono<ObjectInfo> answer(@Nullable ObjectInfo info, ReadOptions options) {
        if (info != null) {
            Conditions.require("head", info, options);
        }
        return Mono.justOrEmpty(info);
    }
}
