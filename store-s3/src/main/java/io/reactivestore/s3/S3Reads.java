package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreException;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.s3.PartReader.Part;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers a get. In most cases one request does: the first part, whose headers tell the whole size. A head comes before it, or after
 * it, where that request cannot know what to ask for (a long suffix, any etag at all) or its answer leaves facts open (304 tells no
 * size, 416 not why).
 */
final class S3Reads {

    private final PartReader reader;
    private final S3Heads heads;
    private final S3Errors errors;
    private final S3Settings settings;
    private final ReadBudget budget;
    private final Lifecycle lifecycle;

    S3Reads(
            PartReader reader,
            S3Heads heads,
            S3Errors errors,
            S3Settings settings,
            ReadBudget budget,
            Lifecycle lifecycle) {
        this.reader = reader;
        this.heads = heads;
        this.errors = errors;
        this.settings = settings;
        this.budget = budget;
        this.lifecycle = lifecycle;
    }

    Mono<StoredObject> get(String operation, String key, ReadOptions options) {
        return get(operation, key, options, Landing.IN_ARRAYS);
    }

    /** Reads an object whose bytes are wanted together: by one request, which ends with its head if they are too many for that. */
    Mono<StoredObject> getToGather(String operation, String key) {
        ReadOptions options = ReadOptions.defaults();
        // A read that may be sent again must be one of many alike, to be known for late.
        if (settings.hedging() > 0) {
            return get(operation, key, options);
        }
        long max = options.maxBufferedBytes();
        return get(operation, key, options.withFirstPartBytes(max), (info, span) -> {
            if (info.size() > max) {
                throw Buffers.tooLong(key, info.size(), max);
            }
            return Landing.IN_ARRAYS.begin(info, span);
        });
    }

    private Mono<StoredObject> get(String operation, String key, ReadOptions options, Landings landings) {
        ByteRange first = firstPart(options);
        if (first == null || options.ifNoneMatch().contains(ReadOptions.ANY)) {
            return fromHead(operation, key, options);
        }
        return reader.first(operation, key, first, options, landings)
                .map(part -> answer(operation, part, options))
                .doOnNext(answer -> heads.sawBucket())
                .onErrorResume(e -> afterFailure(operation, key, options, e));
    }

    /**
     * Reads bytes of an object that must be there. They are given as they come, of the first request too: a get would have to wait for all of
     * that, and so asks for less.
     */
    Flux<ByteBuffer> read(String operation, String key, ReadOptions options) {
        // As above: what may be sent again must be one of many alike.
        boolean tellsLittle = options.range() instanceof ByteRange.Suffix
                || firstPart(options.withFirstPartBytes(settings.partBytes())) == null;
        if (settings.hedging() > 0 || tellsLittle) {
            return bytes(operation, key, get(operation, key, options));
        }
        return new S3Body(new Opening(operation, key, options), S3Body.Settings.of(options, settings, budget))
                .doOnNext(chunk -> lifecycle.requireOpen(operation, key))
                .onErrorResume(
                        OpeningException.class,
                        e -> bytes(operation, key, afterFailure(operation, key, options, e.reason)));
    }

    private static Flux<ByteBuffer> bytes(String operation, String key, Mono<StoredObject> object) {
        return object.switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(operation, key)))
                .flatMapMany(StoredObject::body);
    }

    /** The first request of a read has failed. */
    private static final class OpeningException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Throwable reason;

        OpeningException(Throwable reason) {
            super(null, reason, false, false);
            this.reason = reason;
        }
    }

    private final class Opening implements S3Body.Opening {

        private final String operation;
        private final String key;
        private final ReadOptions options;

        Opening(String operation, String key, ReadOptions options) {
            this.operation = operation;
            this.key = key;
            this.options = options;
        }

        @Override
        public long mostBytes() {
            return options.range() instanceof ByteRange.Bounded bounded
                    ? bounded.end() - bounded.start()
                    : Long.MAX_VALUE;
        }

        @Override
        public Mono<?> ask(int bytes, Landings landings) {
            ReadOptions asked = options.withFirstPartBytes(bytes);
            return reader.first(operation, key, Objects.requireNonNull(firstPart(asked)), asked, landings)
                    .onErrorMap(e -> e instanceof StoreException ? e : new OpeningException(e));
        }

        @Override
        public S3Body.Subject opened(ObjectInfo info) {
            heads.sawBucket();
            Status status = Conditions.judge(operation, info, options);
            return new S3Body.Subject(
                    Conditions.span(operation, info, status, options),
                    (part, landings) -> reader.pinned(operation, info, part, landings));
        }
    }

    private Mono<StoredObject> afterFailure(String operation, String key, ReadOptions options, Throwable error) {
        int status = S3Errors.status(error);
        if (S3Errors.isAbsent(error, options.version())) {
            if (S3Errors.code(error).isEmpty()) {
                return heads.absentOnlyIfBucketExists(operation, key);
            }
            heads.sawBucket();
            return Mono.empty();
        }
        if (status == 304 || status == 416) {
            return fromHead(operation, key, options);
        }
        return Mono.error(errors.of(operation, key, error));
    }

    private Mono<StoredObject> fromHead(String operation, String key, ReadOptions options) {
        return heads.head(operation, key, options.version()).map(info -> {
            Status status = Conditions.judge(operation, info, options);
            return object(info, status, Conditions.span(operation, info, status, options), options, null);
        });
    }

    private StoredObject answer(String operation, Part part, ReadOptions options) {
        ObjectInfo info = part.info();
        Status status = Conditions.judge(operation, info, options);
        Span span = Conditions.span(operation, info, status, options);
        // The range that came is not what is served if If-Range names another version.
        boolean fits = status != Status.NOT_MODIFIED && part.span().start() == span.start();
        return object(info, status, span, options, fits && span.length() > 0 ? part.bytes() : null);
    }

    private StoredObject object(
            ObjectInfo info, Status status, Span span, ReadOptions options, byte @Nullable [] held) {
        return new PinnedObject(info, status, span, options, held, reader, settings, budget, lifecycle);
    }

    /** What the first request asks for, or null if that depends on the size of the object. */
    private static @Nullable ByteRange firstPart(ReadOptions options) {
        // One part lies in one array.
        long bytes = Math.min(options.firstPartBytes(), Integer.MAX_VALUE - 8);
        ByteRange range = options.range();
        if (range == null) {
            return ByteRange.of(0, bytes);
        }
        if (range instanceof ByteRange.Bounded bounded) {
            return bounded.end() - bounded.start() <= bytes
                    ? bounded
                    : ByteRange.of(bounded.start(), bounded.start() + bytes);
        }
        if (range instanceof ByteRange.From from) {
            long end = from.start() + bytes;
            return end > 0 ? ByteRange.of(from.start(), end) : null;
        }
        return range instanceof ByteRange.Suffix suffix && suffix.length() <= bytes ? suffix : null;
    }
}
