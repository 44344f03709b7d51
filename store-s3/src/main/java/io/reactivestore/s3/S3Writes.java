package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnsupportedException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * How writes end: what put and copy have in common.
 *
 * <p>A condition that fails at a second try may have failed because of our own first one, whose answer was lost. Therefore a
 * conditional write, and each one in parts, carries a token among the user metadata. Before such a failure is reported the object
 * is asked for its token; if it is ours, the write has succeeded.
 */
final class S3Writes {

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Heads heads;
    private final S3Facts facts;
    private final S3Settings settings;
    private final Cleanups cleanups;
    private final S3Conditions conditions;

    S3Writes(
            S3Calls calls,
            S3Requests requests,
            S3Errors errors,
            S3Heads heads,
            S3Facts facts,
            S3Settings settings,
            Cleanups cleanups,
            S3Conditions conditions) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.facts = facts;
        this.heads = heads;
        this.settings = settings;
        this.cleanups = cleanups;
        this.conditions = conditions;
    }

    WriteToken newToken() {
        return WriteToken.random(settings.runtime());
    }

    MultipartUpload newUpload(String operation, String key, WriteToken token) {
        return new MultipartUpload(operation, key, token.value(), calls, requests, settings, cleanups);
    }

    /** Completes if the key can be listed once it is there. */
    Mono<Void> listable(String operation, String key) {
        return settings.dialect().urlEncodedLists() || S3BulkDelete.canBeInXml(key)
                ? Mono.empty()
                : Mono.error(new StoreUnsupportedException(
                        operation, key, "the key has characters that this server's lists cannot carry", null));
    }

    /** Completes when the server is known to keep a condition; null for none. */
    Mono<Void> allowed(String operation, String key, @Nullable Condition condition) {
        return conditions.require(operation, key, condition);
    }

    /** Joins the parts and tells the facts: the answer to a complete has no date, and with some servers no etag. */
    Mono<ObjectInfo> complete(
            String operation,
            String key,
            long bytes,
            @Nullable Attributes attributes,
            MultipartUpload upload,
            List<CompletedPart> parts,
            WriteOptions options,
            WriteToken token) {
        Tries tries = new Tries();
        return upload.complete(parts, bytes, options, tries)
                .flatMap(answer -> {
                    String etag = S3Facts.unquoted(answer.eTag());
                    String version = facts.version(answer.versionId());
                    Instant now = S3Facts.answeredAt(answer, settings.runtime().clock());
                    ObjectInfo told = info(key, bytes, etag, version, now, attributes);
                    // It is written whatever becomes of the head: only an etag not known from elsewhere is worth an
                    // error.
                    return heads.written(operation, key, token.value())
                            .onErrorResume(e -> etag.isEmpty() ? Mono.error(e) : Mono.empty())
                            .defaultIfEmpty(told);
                })
                .transform(write -> settled(operation, key, options, token, tries, write));
    }

    /**
     * A write with its failures told in our words, and read back where it is in doubt whose they are.
     *
     * @param token what the write carries, or null if it carries none
     * @param tries of the request that writes
     * @param write fails as the SDK does
     */
    Mono<ObjectInfo> settled(
            String operation,
            String key,
            WriteOptions options,
            @Nullable WriteToken token,
            Tries tries,
            Mono<ObjectInfo> write) {
        return write.onErrorResume(e -> failed(operation, key, options, token, tries, e))
                .doOnCancel(() -> {
                    if (token != null) {
                        token.doubt();
                    }
                });
    }

    private Mono<ObjectInfo> failed(
            String operation,
            String key,
            WriteOptions options,
            @Nullable WriteToken token,
            Tries tries,
            Throwable error) {
        int status = S3Errors.status(error);
        boolean isMissing = status == 404 && !S3Errors.code(error).equals("NoSuchBucket");
        boolean isNoUpload = S3Errors.code(error).equals("NoSuchUpload");
        boolean isLost = options.isConditional()
                && (status == 412
                        || (status == 409 && !S3Errors.code(error).equals("OperationAborted"))
                        || (isMissing && !isNoUpload && options.ifMatch() != null));
        RuntimeException report = isLost
                ? new PreconditionFailedException(operation, key, lost(options), error)
                : errors.of(operation, key, error);
        if (token == null) {
            return Mono.error(report);
        }
        if (tries.unanswered() > 0 || error instanceof TimeoutException) {
            token.doubt();
        }
        return token.isInDoubt() && (isLost || isMissing)
                ? heads.written(operation, key, token.value()).switchIfEmpty(Mono.error(report))
                : Mono.error(report);
    }

    private static String lost(WriteOptions options) {
        return options.ifAbsent()
                ? "there is an object already, or another write of it is under way"
                : "there is no object with the etag " + options.ifMatch();
    }

    static ObjectInfo info(
            String key, long size, String etag, @Nullable String version, Instant time, @Nullable Attributes given) {
        return new ObjectInfo(key, size, etag, version, time, given == null ? Attributes.none() : given);
    }
}
