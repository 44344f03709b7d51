package io.reactivestore.testkit;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/** Stores that read wrongly. */
final class BrokenReads {

    private BrokenReads() {}

    static Stream<Breakage> all() {
        return Stream.concat(bodies(), answers());
    }

    private static Stream<Breakage> bodies() {
        return Stream.of(
                new Breakage("drops the last buffer", ReadContract.class, Breakage.bodies(body -> body.skipLast(1))),
                new Breakage(
                        "shares buffers between subscribers",
                        BufferContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<StoredObject> get(String key, ReadOptions options) {
                                return inner.get(key, options).map(answer -> {
                                    Flux<ByteBuffer> shared = answer.body().cache();
                                    return new Answer(answer, body -> shared);
                                });
                            }
                        }),
                new Breakage(
                        "gives writable buffers",
                        BufferContract.class,
                        Breakage.bodies(body -> body.map(buffer -> ByteBuffer.wrap(Samples.array(buffer))))),
                new Breakage(
                        "gives direct buffers",
                        BufferContract.class,
                        Breakage.bodies(body -> body.map(buffer -> ByteBuffer.allocateDirect(buffer.remaining())
                                .put(buffer)
                                .flip()
                                .asReadOnlyBuffer()))),
                new Breakage("emits beyond demand", StreamingContract.class, Breakage.bodies(body -> new Flux<>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
                        actual.onSubscribe(Operators.emptySubscription());
                        body.subscribe(actual::onNext, actual::onError, actual::onComplete);
                    }
                })),
                new Breakage("ignores chunkBytes", StreamingContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options.withChunkBytes(16 << 20));
                    }
                }),
                new Breakage(
                        "completes only on further demand",
                        StreamingContract.class,
                        Breakage.bodies(body -> Flux.concat(body, Flux.just(ByteBuffer.allocate(0)))
                                .filter(ByteBuffer::hasRemaining))),
                new Breakage("can be read once only", StreamingContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options).map(answer -> {
                            Sinks.One<Boolean> once = Sinks.one();
                            return new Answer(
                                    answer,
                                    body -> Flux.defer(
                                            () -> once.tryEmitValue(true).isSuccess()
                                                    ? body
                                                    : Flux.error(new IllegalStateException("read already"))));
                        });
                    }
                }),
                new Breakage(
                        "hangs on an empty body",
                        EmptyObjectContract.class,
                        Breakage.bodies(body -> body.switchIfEmpty(Flux.never()))),
                new Breakage(
                        "gives an empty buffer for an empty body",
                        EmptyObjectContract.class,
                        Breakage.bodies(body -> body.defaultIfEmpty(ByteBuffer.allocate(0)))),
                new Breakage(
                        "swallows errors of a body",
                        ClosingContract.class,
                        Breakage.bodies(body -> body.onErrorComplete())),
                new Breakage(
                        "mixes two versions in a body", PinnedBodyContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<StoredObject> get(String key, ReadOptions options) {
                                return inner.get(key, options)
                                        .map(answer -> new Answer(
                                                answer,
                                                body -> body.index()
                                                        .concatMap(
                                                                chunk -> inner.get(key, options)
                                                                        .flatMapMany(StoredObject::body)
                                                                        .skip(chunk.getT1())
                                                                        .take(1),
                                                                1)));
                            }
                        }));
    }

    private static Stream<Breakage> answers() {
        return Stream.of(
                new Breakage(
                        "takes what it has forgotten at its close for absent",
                        ClosingContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<ObjectInfo> head(String key, ReadOptions options) {
                                return inner.head(key, options)
                                        .onErrorResume(StoreClosedException.class, closed -> Mono.empty());
                            }
                        }),
                new Breakage("fails for an absent object", ReadContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options)
                                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("get", key)));
                    }
                }),
                new Breakage("hangs for an absent object", ReadContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options).switchIfEmpty(Mono.never());
                    }
                }),
                new Breakage("remembers its first answer", LazinessContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options).cache();
                    }
                }),
                new Breakage(
                        "reads one byte too many of a range", RangeContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<StoredObject> get(String key, ReadOptions options) {
                                return inner.get(key, options.withRange(longer(options.range())));
                            }
                        }),
                new Breakage("drops ifNoneMatch", ConditionalReadContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        ReadOptions whole = ReadOptions.defaults().withRange(options.range());
                        return inner.get(key, options.ifNoneMatch().isEmpty() ? options : whole);
                    }
                }),
                new Breakage(
                        "drops ifMatch of a head", ConditionalReadContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<ObjectInfo> head(String key, ReadOptions options) {
                                return inner.head(key, ReadOptions.defaults());
                            }
                        }),
                new Breakage(
                        "tells the size of a head wrongly", FactsContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<ObjectInfo> head(String key, ReadOptions options) {
                                return inner.head(key, options)
                                        .map(info -> new ObjectInfo(
                                                key, 1, info.etag(), null, info.lastModified(), info.attributes()));
                            }
                        }),
                new Breakage("loses the index of a range", RangesContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
                        return inner.getRanges(key, ranges, options)
                                .map(range -> new RangedObject(0, range.span(), range.bytes()));
                    }
                }),
                new Breakage(
                        "answers a repeated range once", RangesContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Flux<RangedObject> getRanges(
                                    String key, List<ByteRange> ranges, ReadOptions options) {
                                return inner.getRanges(key, ranges, options).distinct(RangedObject::span);
                            }
                        }),
                new Breakage(
                        "answers many keys as they come", ManyReadsContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Flux<StoredObject> getAll(Publisher<String> keys, int concurrency) {
                                return Flux.from(keys)
                                        .index()
                                        .flatMap(
                                                key -> inner.get(key.getT2())
                                                        .delayElement(Duration.ofMillis(key.getT1() == 0 ? 30 : 1)),
                                                concurrency,
                                                1);
                            }
                        }),
                new Breakage("tells errors without the key", ErrorsContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public Mono<StoredObject> get(String key, ReadOptions options) {
                        return inner.get(key, options)
                                .onErrorMap(
                                        StoreException.class,
                                        e -> new StoreUnavailableException("get", null, "it failed", true, e));
                    }
                }),
                new Breakage(
                        "checks arguments at the subscription",
                        ArgumentsContract.class,
                        inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<ObjectInfo> head(String key, ReadOptions options) {
                                return Mono.defer(() -> inner.head(key, options));
                            }
                        }),
                new Breakage("claims to keep versions", VersionsContract.class, inner -> new ForwardingStore(inner) {
                    @Override
                    public StoreCapabilities capabilities() {
                        return inner.capabilities().withVersions(true);
                    }
                }),
                new Breakage(
                        "works on after it was closed", LifecycleContract.class, inner -> new ForwardingStore(inner) {
                            @Override
                            public Mono<Void> close() {
                                return Mono.empty();
                            }
                        }),
                new Breakage(
                        "hangs when it is opened twice", LifecycleContract.class, inner -> new ForwardingStore(inner) {
                            private final AtomicInteger openings = new AtomicInteger();

                            @Override
                            public Mono<Void> open() {
                                return Mono.defer(() -> openings.getAndIncrement() == 0 ? inner.open() : Mono.never());
                            }
                        }));
    }

    private static ByteRange longer(ByteRange range) {
        return range instanceof ByteRange.Bounded bounded ? ByteRange.of(bounded.start(), bounded.end() + 1) : range;
    }
}
