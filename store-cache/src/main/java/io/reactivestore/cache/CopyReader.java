package io.reactivestore.cache;

import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Makes entries of what lies in a tier's store. */
final class CopyReader {

    private final CopyRequests requests;
    private final StoreTier.Shared shared;

    CopyReader(CopyRequests requests, StoreTier.Shared shared) {
        this.requests = requests;
        this.shared = shared;
    }

    /**
     * The copy with its bytes checked; empty if they are not what was written.
     *
     * @param filledAt when it was filled if the copy itself does not know best, by the runtime's ticker
     * @param epoch the cache's, before the copy was asked for
     */
    Mono<CachedEntry> entry(StoredObject object, CopyFacts facts, @Nullable Long filledAt, long epoch) {
        long size = object.info().size();
        if (!shared.budget().take(size)) {
            return Mono.error(new StoreRejectedException(
                    "get", object.info().key(), "too many bytes are being loaded", true, null));
        }
        return requests.bytes(object)
                .doFinally(signal -> shared.budget().give(size))
                .mapNotNull(array -> {
                    ByteBuffer bytes = Buffers.wrap(array);
                    if (facts.checksum() != null && !facts.checksum().equals(CopyFacts.checksumOf(bytes))) {
                        shared.stats().corrupt.increment();
                        return null;
                    }
                    long filledAtNanos = filledAt == null ? nanosOf(facts.filledAt()) : filledAt;
                    return new CachedEntry(
                            facts.info(), bytes, filledAtNanos, epoch, shared.freshness(), shared.lifecycle());
                });
    }

    /** A wall time as the ticker would have told it; one in the future is now, so that no clock jump makes a copy immortal. */
    long nanosOf(Instant time) {
        long age = Duration.between(time, shared.runtime().clock().instant()).toNanos();
        return shared.runtime().nanoTime() - Math.max(0, age);
    }
}
