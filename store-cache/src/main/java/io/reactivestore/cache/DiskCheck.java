package io.reactivestore.cache;

import io.reactivestore.cache.Checkup.Found;
import io.reactivestore.cache.disk.internal.DamagedRecordException;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import io.reactivestore.error.StoreRejectedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks through the copies and blocks in the log, segment by segment from the oldest, on the I/O scheduler. One that is written anew meanwhile into a
 * segment that was not there at the begin was read for that, or came from the source just now.
 */
final class DiskCheck {

    private final DiskLog log;
    private final StoreTier.Shared shared;
    private final Checkup checkup;

    DiskCheck(DiskLog log, StoreTier.Shared shared, Checkup checkup) {
        this.log = log;
        this.shared = shared;
        this.checkup = checkup;
    }

    Mono<TierCheck> run() {
        Flux<Place> present = Flux.fromIterable(log.segments()).concatMap(this::placesIn, 0);
        return checkup.of(present, this::check);
    }

    /** Only their places: some 100 bytes each, of one segment at a time. */
    private Flux<Place> placesIn(SegmentFacts segment) {
        return Mono.fromCallable(() -> {
                    List<Place> places = new ArrayList<>();
                    log.forEachCopy(segment.number(), (key, place, payloadBytes) -> places.add(place));
                    return places;
                })
                .subscribeOn(shared.runtime().io())
                .onErrorResume(checkup::unread)
                .flatMapIterable(places -> places);
    }

    private Mono<Found> check(Place place) {
        return Mono.defer(() -> {
            int bytes = place.recordBytes();
            if (!shared.budget().take(bytes)) {
                return Mono.error(
                        new StoreRejectedException("verify", null, "too many bytes are being loaded", true, null));
            }
            return Mono.fromCallable(() -> checkNow(place))
                    .subscribeOn(shared.runtime().io())
                    .doFinally(signal -> shared.budget().give(bytes));
        });
    }

    private @Nullable Found checkNow(Place place) throws IOException {
        try {
            return log.read(place) == null ? null : new Found(place.recordBytes(), true);
        } catch (DamagedRecordException damaged) {
            if (!log.remove(place)) {
                return null; // it was removed, or has been written anew
            }
            shared.stats().corrupt.increment();
            return new Found(place.recordBytes(), false);
        }
    }
}
