package io.reactivestore.cache;

import io.reactivestore.Keys;
import io.reactivestore.ReadMode;
import io.reactivestore.cache.WarmResult.Outcome;
import io.reactivestore.internal.Lifecycle;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Loads objects before they are read, in the same way as if they were: a reader that comes meanwhile shares the load. */
final class Warming {

    private final Memory memory;
    private final Flights flights;
    private final Freshness freshness;
    private final Lifecycle lifecycle;
    private final long maxEntryBytes;

    Warming(Memory memory, Flights flights, Freshness freshness, Lifecycle lifecycle, long maxEntryBytes) {
        this.memory = memory;
        this.flights = flights;
        this.freshness = freshness;
        this.lifecycle = lifecycle;
        this.maxEntryBytes = maxEntryBytes;
    }

    Flux<WarmResult> warm(Publisher<String> keys, int concurrency) {
        return lifecycle.whenOpenMany("warm", null, () -> Flux.from(keys).flatMap(this::warm, concurrency, 1));
    }

    private Mono<WarmResult> warm(String key) {
        return Mono.defer(() -> {
                    Keys.requireKey("warm", key);
                    lifecycle.requireOpen("warm", key);
                    CachedEntry present = memory.get(key);
                    return present != null
                                    && !present.isOutlineWithin(maxEntryBytes)
                                    && freshness.stateOf(present).isServed()
                            ? Mono.just(
                                    new WarmResult(key, present.isOutline() ? Outcome.NOT_KEPT : Outcome.HELD, null))
                            : flights.load(new Question.Whole(key), ReadMode.CACHED_OK, null)
                                    .map(loaded -> resultOf(key, loaded));
                })
                .onErrorResume(error -> Mono.just(failed(key, error)));
    }

    private static WarmResult resultOf(String key, Loaded loaded) {
        if (loaded instanceof Loaded.Failed failed) {
            return failed(key, failed.error());
        }
        Outcome outcome = loaded instanceof Loaded.Held held
                ? held.entry().isOutline() ? Outcome.NOT_KEPT : held.hit() ? Outcome.HELD : Outcome.LOADED
                : loaded instanceof Loaded.Streamed ? Outcome.NOT_KEPT : Outcome.ABSENT;
        return new WarmResult(key, outcome, null);
    }

    private static WarmResult failed(String key, Throwable error) {
        return new WarmResult(key, Outcome.FAILED, error);
    }
}
