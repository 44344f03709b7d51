package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Copies on the server, in one request or, above what S3 copies in one, by parts. A head comes first: it tells the size, the
 * attributes that the answer must show, and the version to pin the copy to.
 */
final class S3Copies {

    private static final String OPERATION = "copy";

    /** How often a copy starts over because its source was replaced under it. */
    private static final int TRIES = 3;

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Heads heads;
    private final S3Writes writes;
    private final S3Facts facts;
    private final S3Settings settings;
    private final Limits limits;

    /**
     * How copies are cut.
     *
     * @source Amazon S3 User Guide, "Copying, moving, and renaming objects": 5 GiB in one request
     */
    record Limits(long singleBytes, long partBytes) {
        static final Limits S3 = new Limits(5L << 30, 1L << 30);
    }

    S3Copies(
            S3Calls calls,
            S3Requests requests,
            S3Errors errors,
            S3Heads heads,
            S3Writes writes,
            S3Facts facts,
            S3Settings settings,
            Limits limits) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.heads = heads;
        this.writes = writes;
        this.facts = facts;
        this.settings = settings;
        this.limits = limits;
    }

    Mono<ObjectInfo> copy(String from, String to, WriteOptions options, WriteToken token) {
        return writes.listable(OPERATION, to)
                .then(writes.allowed(OPERATION, to, Condition.ofCopy(options)))
                .then(copy(from, to, options, token, 1));
    }

    private Mono<ObjectInfo> copy(String from, String to, WriteOptions options, WriteToken token, int tries) {
        return heads.head(OPERATION, from, null)
                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(OPERATION, from)))
                .flatMap(source -> (source.size() <= limits.singleBytes
                                ? copyWhole(source, to, options, token)
                                : copyInParts(source, to, options, token))
                        .onErrorResume(PreconditionFailedException.class, e -> lost(source, e)))
                .onErrorResume(
                        ObjectChangedException.class,
                        e -> tries < TRIES ? copy(from, to, options, token, tries + 1) : Mono.error(e));
    }

    /** A failed condition is the caller's on the target, or our own on the source. */
    private Mono<ObjectInfo> lost(ObjectInfo source, PreconditionFailedException error) {
        return requireSame(source, error).then(Mono.error(error));
    }

    /** Fails with {@link ObjectChangedException} if the source is another one by now, or gone. */
    private Mono<Void> requireSame(ObjectInfo source, @Nullable Throwable cause) {
        return heads.head(OPERATION, source.key(), null)
                .filter(now -> now.etag().equals(source.etag()))
                .switchIfEmpty(Mono.error(() -> new ObjectChangedException(
                        OPERATION, source.key(), "the object was replaced while it was copied", cause)))
                .then();
    }

    private Mono<ObjectInfo> copyWhole(ObjectInfo source, String to, WriteOptions options, WriteToken ofThisCopy) {
        // Only with attributes of its own does a copy take a token with it.
        WriteToken token = options.isConditional() ? ofThisCopy : null;
        Attributes attributes = attributes(source, options);
        WriteOptions told = token == null ? options : options.withAttributes(attributes);
        Tries tries = new Tries();
        Mono<ObjectInfo> write = Mono.defer(() -> calls.mutate(
                        settings.requestTimeout(source.size()),
                        tries,
                        requests.copy(source, to, told, token == null ? null : token.value()),
                        S3AsyncClient::copyObject))
                .onErrorMap(
                        e -> options.ifMatch() == null && S3Errors.isAbsent(e, null),
                        e -> new ObjectNotFoundException(OPERATION, source.key(), e))
                .map(answer -> {
                    Instant modified = answer.copyObjectResult().lastModified();
                    return S3Writes.info(
                            to,
                            source.size(),
                            S3Facts.unquoted(answer.copyObjectResult().eTag()),
                            facts.version(answer.versionId()),
                            modified == null
                                    ? S3Facts.answeredAt(
                                            answer, settings.runtime().clock())
                                    : modified,
                            attributes);
                });
        return writes.settled(OPERATION, to, options, token, tries, write);
    }

    private Mono<ObjectInfo> copyInParts(ObjectInfo source, String to, WriteOptions options, WriteToken token) {
        Attributes attributes = attributes(source, options);
        Mono<ObjectInfo> write = Mono.usingWhen(
                Mono.fromSupplier(() -> writes.newUpload(OPERATION, to, token)),
                upload -> upload.create(attributes, options)
                        .onErrorMap(e -> errors.of(OPERATION, to, e))
                        .then(copyParts(source, to, upload))
                        .delayUntil(done -> pinned(source))
                        .flatMap(done -> writes.complete(
                                OPERATION, to, source.size(), attributes, upload, done, options, token)),
                upload -> Mono.empty(),
                (upload, error) -> upload.abandon(),
                MultipartUpload::abandon);
        return writes.allowed(OPERATION, to, Condition.ofParts(options)).then(write);
    }

    /** There are servers that ignore the condition on the source: all parts are of one version if it is still there at the end. */
    private Mono<Void> pinned(ObjectInfo source) {
        return source.version() == null ? requireSame(source, null) : Mono.empty();
    }

    private Mono<List<CompletedPart>> copyParts(ObjectInfo source, String to, MultipartUpload upload) {
        List<Span> spans = new ArrayList<>();
        for (long start = 0; start < source.size(); start += limits.partBytes) {
            spans.add(new Span(start, Math.min(start + limits.partBytes, source.size())));
        }
        return Flux.range(0, spans.size())
                .flatMap(
                        // As values, as in S3Uploads.
                        i -> upload.copy(i + 1, source, spans.get(i))
                                .onErrorMap(e -> S3Errors.isAbsent(e, null)
                                                && !S3Errors.code(e).equals("NoSuchUpload")
                                        ? new ObjectNotFoundException(OPERATION, source.key(), e)
                                        : errors.of(OPERATION, to, e))
                                .materialize(),
                        settings.uploadConcurrency(),
                        1)
                .<CompletedPart>dematerialize()
                .collectList();
    }

    private static Attributes attributes(ObjectInfo source, WriteOptions options) {
        @Nullable Attributes given = options.attributes() == null ? source.attributes() : options.attributes();
        return given == null ? Attributes.none() : given;
    }
}
