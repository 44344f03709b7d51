package io.reactivestore.testkit;

import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stores that delete wrongly. */
final class BrokenDeletes {

    private BrokenDeletes() {}

    static Stream<Breakage> all() {
        return Stream.of(
                new Breakage("drops ifMatch of a delete", DeleteContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<Void> delete(String key, DeleteOptions options) {
                        return inner.delete(key, DeleteOptions.defaults());
                    }
                }),
                new Breakage(
                        "keeps deleted objects", RandomOperationsContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<Void> delete(String key, DeleteOptions options) {
                                return inner.head(key).then();
                            }
                        }),
                new Breakage(
                        "fails to delete what is absent", DeleteContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<Void> delete(String key, DeleteOptions options) {
                                return inner.head(key)
                                        .switchIfEmpty(Mono.error(() -> new IllegalStateException("absent")))
                                        .then(inner.delete(key, options));
                            }
                        }),
                new Breakage(
                        "ends a bulk delete at a failure",
                        BulkDeleteContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
                                return inner.deleteAll(keys).takeUntil(result -> !result.deleted());
                            }
                        }),
                new Breakage(
                        "waits for all keys of a bulk delete",
                        BulkDeleteContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
                                return Flux.from(keys)
                                        .collectList()
                                        .flatMapMany(all -> inner.deleteAll(Flux.fromIterable(all)));
                            }
                        }),
                new Breakage(
                        "takes a deleted prefix for a directory",
                        DeletePrefixContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<Long> deletePrefix(String prefix) {
                                return inner.deletePrefix(
                                        prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
                            }
                        }),
                new Breakage(
                        "counts deleted objects wrongly",
                        DeletePrefixContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<Long> deletePrefix(String prefix) {
                                return inner.deletePrefix(prefix).map(deleted -> Math.min(deleted, 10));
                            }
                        }));
    }
}
