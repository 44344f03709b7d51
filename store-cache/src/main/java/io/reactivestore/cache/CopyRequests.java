package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The requests to the store behind a tier, each within a time limit. What the store throws is an error like any other. */
final class CopyRequests {

    private final Store store;
    private final StoreRuntime runtime;
    private final Duration timeout;
    private final ReadOptions options;

    CopyRequests(Store store, StoreRuntime runtime, Duration timeout, long maxEntryBytes) {
        this.store = store;
        this.runtime = runtime;
        this.timeout = timeout;
        this.options = ReadOptions.defaults().withFirstPartBytes(maxEntryBytes).withMaxBufferedBytes(maxEntryBytes);
    }

    Mono<Void> open() {
        return limited("open", null, Mono.defer(store::open));
    }

    /** Writes a copy with its facts. */
    Mono<Void> put(String key, CachedEntry entry, String generation) {
        return Mono.defer(() -> {
            long age = entry.ageNanos(runtime.nanoTime());
            Instant filledAt = runtime.clock().instant().minusNanos(age);
            CopyFacts facts = new CopyFacts(generation, entry.info(), filledAt, CopyFacts.checksumOf(entry.buffer()));
            WriteOptions options = WriteOptions.defaults().withAttributes(facts.toAttributes());
            return limited("put", key, store.put(key, Content.wrap(entry.buffer()), options))
                    .then();
        });
    }

    Mono<StoredObject> get(String key) {
        return limited("get", key, Mono.defer(() -> store.get(key, options)));
    }

    Mono<byte[]> bytes(StoredObject object) {
        return limited("get", object.info().key(), object.byteArray());
    }

    Mono<Void> delete(String key) {
        return limited("delete", key, Mono.defer(() -> store.delete(key)));
    }

    private <T> Mono<T> limited(String operation, @Nullable String key, Mono<T> request) {
        return request.timeout(
                timeout,
                Mono.error(() -> new StoreTimeoutException(operation, key, "no answer within " + timeout, null)),
                runtime.timers());
    }
}
