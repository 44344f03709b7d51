package io.reactivestore.internal;

import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Bulk delete for stores that have nothing better than one delete after the other. */
public final class BulkDelete {

    private BulkDelete() {}

    /**
     * Deletes each key, some at a time, and tells the results in the order of the keys. A failed delete is a result; an error of
     * the publisher of the keys comes after the results of the keys before it.
     */
    public static Flux<DeleteResult> each(
            Publisher<String> keys, int concurrency, Function<String, Mono<Void>> delete) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return Flux.from(keys).flatMapSequentialDelayError(key -> one(key, delete), concurrency, 1);
    }

    private static Mono<DeleteResult> one(String key, Function<String, Mono<Void>> delete) {
        return Mono.fromCallable(() -> Keys.requireKey("deleteAll", key))
                .flatMap(delete)
                .thenReturn(new DeleteResult(key, null))
                .onErrorResume(e -> Mono.just(new DeleteResult(key, e)));
    }
}
