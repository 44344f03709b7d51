package io.reactivestore.testkit;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Stores that write or copy wrongly. */
final class BrokenWrites {

    private BrokenWrites() {}

    static Stream<Breakage> all() {
        return Stream.of(puts(), conditions(), keys()).flatMap(breakages -> breakages);
    }

    private static Stream<Breakage> puts() {
        return Stream.of(
                put(
                        "drops the last buffer of a content",
                        ContentContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content.through(body -> body.skipLast(1)), options)),
                put(
                        "believes the announced length",
                        ContentContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, Content.publisher(content.body(StoreRuntime.system())), options)),
                put(
                        "swallows errors of a content",
                        WriteContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content.through(body -> body.onErrorComplete()), options)),
                put(
                        "answers as if it had written",
                        WriteContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content, options).onErrorComplete()),
                put(
                        "shows an object while it is written",
                        WriteContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, Content.empty()).then(inner.put(key, content, options))),
                put(
                        "goes on after a cancel",
                        WriteContract.class,
                        (inner, key, content, options) -> Mono.defer(() -> {
                            Mono<ObjectInfo> running =
                                    inner.put(key, content, options).cache();
                            running.subscribe(info -> {}, e -> {});
                            return running;
                        })),
                put("writes at the call", LazinessContract.class, (inner, key, content, options) -> {
                    Mono<ObjectInfo> running = inner.put(key, content, options).cache();
                    running.subscribe(info -> {}, e -> {});
                    return running;
                }),
                put(
                        "writes on the second subscription no more",
                        LazinessContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content, options).cache()),
                put(
                        "loses attributes",
                        AttributesContract.class,
                        (inner, key, content, options) -> inner.put(key, content, WriteOptions.defaults())),
                put(
                        "loses the Context",
                        ContextContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content, options).contextWrite(context -> Context.empty())),
                put(
                        "reads pooled content twice",
                        PooledContentContract.class,
                        (inner, key, content, options) ->
                                content.body(StoreRuntime.system()).then(inner.put(key, content, options))),
                put(
                        "takes pooled content before it looks",
                        PooledContentContract.class,
                        (inner, key, content, options) -> content.body(StoreRuntime.system())
                                .collectList()
                                .flatMap(all -> inner.put(key, Content.publisher(Flux.fromIterable(all)), options))),
                put(
                        "hangs on an empty content",
                        EmptyObjectContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content.through(body -> body.switchIfEmpty(Flux.never())), options)));
    }

    private static Stream<Breakage> conditions() {
        return Stream.of(
                put(
                        "drops ifMatch of a put",
                        ConditionalWriteContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content, options.ifMatch() == null ? options : WriteOptions.defaults())),
                put(
                        "drops ifAbsent of a put",
                        ConditionalWriteContract.class,
                        (inner, key, content, options) ->
                                inner.put(key, content, options.ifAbsent() ? WriteOptions.defaults() : options)),
                put(
                        "looks at a condition first and writes then",
                        ConcurrencyContract.class,
                        BrokenWrites::lookThenWrite),
                copy(
                        "drops conditions of a copy",
                        (inner, from, to, options) ->
                                inner.copy(from, to, options.attributes() == null ? WriteOptions.defaults() : options)),
                copy(
                        "keeps the target of a copy",
                        (inner, from, to, options) -> inner.head(to).switchIfEmpty(inner.copy(from, to, options))),
                copy(
                        "copies nothing out of nothing",
                        (inner, from, to, options) ->
                                inner.copy(from, to, options).onErrorComplete()),
                new Breakage(
                        "ignores conditions it says it has not",
                        CopyContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public StoreCapabilities capabilities() {
                                return inner.capabilities().withConditionalCopy(false);
                            }

                            @Override
                            public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
                                return inner.copy(from, to);
                            }
                        }),
                new Breakage(
                        "writes though it says that it only reads",
                        WriteContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public StoreCapabilities capabilities() {
                                return inner.capabilities().withWrites(false);
                            }
                        }));
    }

    private static Stream<Breakage> keys() {
        return Stream.of(
                new Breakage("decodes keys", OddKeysContract.class, keys(BrokenWrites::decoded)),
                new Breakage(
                        "folds the case of keys", OddKeysContract.class, keys(key -> key.toLowerCase(Locale.ROOT))),
                new Breakage("folds slashes in keys", OddKeysContract.class, keys(key -> key.replace("//", "/"))),
                new Breakage(
                        "cuts long keys",
                        OddKeysContract.class,
                        keys(key -> key.substring(0, Math.min(255, key.length())))));
    }

    private static Mono<ObjectInfo> lookThenWrite(Store inner, String key, Content content, WriteOptions options) {
        if (!options.isConditional()) {
            return inner.put(key, content, options);
        }
        return inner.head(key)
                .map(ObjectInfo::etag)
                .defaultIfEmpty("")
                .delayElement(Duration.ofMillis(2), Schedulers.parallel())
                .flatMap(etag -> etag.equals(Objects.requireNonNullElse(options.ifMatch(), ""))
                        ? inner.put(key, content)
                        : Mono.error(new PreconditionFailedException("put", key, "lost", null)));
    }

    private static String decoded(String key) {
        return key.matches(".*%[0-9A-F]{2}.*") ? URLDecoder.decode(key, StandardCharsets.UTF_8) : key;
    }

    /** A store that changes keys on their way in. */
    private static UnaryOperator<Store> keys(UnaryOperator<String> change) {
        return inner -> new ForwardingStore(inner) {
            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return inner.get(change.apply(key), options);
            }

            @Override
            public Mono<ObjectInfo> head(String key, ReadOptions options) {
                return inner.head(change.apply(key), options);
            }

            @Override
            public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
                return inner.put(change.apply(key), content, options);
            }
        };
    }

    private static Breakage put(String name, Class<? extends StoreContract> suite, Put put) {
        return new Breakage(name, suite, inner -> new ForwardingStore(inner) {
            @Override
            public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
                return put.put(inner, key, content, options);
            }
        });
    }

    private static Breakage copy(String name, Copy copy) {
        return new Breakage(name, CopyContract.class, inner -> new ForwardingStore(inner) {
            @Override
            public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
                return copy.copy(inner, from, to, options);
            }
        });
    }

    private interface Put {
        Mono<ObjectInfo> put(Store inner, String key, Content content, WriteOptions options);
    }

    private interface Copy {
        Mono<ObjectInfo> copy(Store inner, String from, String to, WriteOptions options);
    }
}
