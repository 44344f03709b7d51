package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.s3.PartReader.Part;
import org.jspecify.annotations.Nullable;
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
        ByteRange first = firstPart(options);
        if (first == null || options.ifNoneMatch().contains(ReadOptions.ANY)) {
            return fromHead(operation, key, options);
        }
        return reader.first(operation, key, first, options)
                .map(part -> answer(operation, part, options))
                .doOnNext(answer -> heads.sawBucket())
                .onErrorResume(e -> afterFailure(operation, key, options, e));
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
