package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/** One upload in parts, on the server. It ends completed or aborted, whoever cancels when. */
final class MultipartUpload {
    /*
     * How it works. The upload exists from the moment the server creates it, also if nobody waits for that answer any more. So
     * the creating request is never cancelled, and its answer is noted here before anybody hears of it.
     *
     *   new --create--> creating --answer--> created --complete--> completed
     *   new --abandon--> abandoned: no longer created
     *                   creating --abandon--> abandoned --answer--> aborted
     *                                         created --abandon--> aborted
     *
     *   state                           written by                    guard   seen by others
     *   creation, uploadId, abandoned   create, its answer, abandon   this    at once
     *
     * All that goes on after an abandon is a cleanup, so that close waits for it.
     *
     * A try to create it whose answer is lost may have created an upload of which only the server knows. It is in its list of uploads, but
     * looks there like one that somebody else has just begun: S3 keeps neither the metadata nor any other mark that it would show, and a
     * begun upload without parts is what each one is at first. To abort it might take the upload of another writer away, so it is left to
     * the bucket's lifecycle rule, and said in the log.
     */

    private static final Logger LOG = Loggers.getLogger(MultipartUpload.class);

    private static final int ABORT_TRIES = 3;

    /** A part that was on its way when the upload was aborted may arrive after that, and needs another abort. */
    private static final Duration LATE_PARTS = Duration.ofSeconds(1);

    private final String operation;
    private final String key;
    private final String token;
    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Settings settings;
    private final Cleanups cleanups;
    private @Nullable CompletableFuture<Void> creation;
    private @Nullable String uploadId;
    private boolean abandoned;
    private volatile boolean hasParts;

    /** @param token marks the object as written by this upload */
    MultipartUpload(
            String operation,
            String key,
            String token,
            S3Calls calls,
            S3Requests requests,
            S3Settings settings,
            Cleanups cleanups) {
        this.operation = operation;
        this.key = key;
        this.token = token;
        this.calls = calls;
        this.requests = requests;
        this.settings = settings;
        this.cleanups = cleanups;
    }

    Mono<Void> create(@Nullable Attributes attributes, WriteOptions options) {
        return calls.call(settings.requestTimeout(), client -> create(client, attributes, options))
                .then();
    }

    private CompletableFuture<CreateMultipartUploadResponse> create(
            S3AsyncClient client, @Nullable Attributes attributes, WriteOptions options) {
        Tries tries = new Tries();
        CreateMultipartUploadRequest request =
                calls.observed(requests.createUpload(operation, key, attributes, options, token), tries);
        CompletableFuture<Void> ended = begin();
        try {
            // The copy is what a cancel ends: neither the request, nor what is to be done with its answer.
            return client.createMultipartUpload(request)
                    .whenComplete((answer, error) -> {
                        created(answer);
                        warnOf(tries.unanswered());
                        ended.complete(null);
                    })
                    .copy();
        } catch (RuntimeException notSent) {
            ended.complete(null);
            throw notSent;
        }
    }

    private synchronized CompletableFuture<Void> begin() {
        if (abandoned) {
            throw new CancellationException("the upload is not wanted any more");
        }
        CompletableFuture<Void> ended = new CompletableFuture<>();
        creation = ended;
        return ended;
    }

    private synchronized void created(@Nullable CreateMultipartUploadResponse answer) {
        uploadId = answer == null ? null : answer.uploadId();
    }

    private void warnOf(int lost) {
        if (lost > 0) {
            LOG.warn(
                    "{} {}: {} tries to begin an upload were not answered; what each has begun goes on taking up space until"
                            + " a lifecycle rule of the bucket ends it (AbortIncompleteMultipartUpload)",
                    operation,
                    key,
                    lost);
        }
    }

    Mono<CompletedPart> put(int number, ByteBuffer bytes) {
        hasParts = true;
        return calls.call(
                        settings.partTimeout(),
                        client -> client.uploadPart(
                                requests.uploadPart(key, id(), number, bytes.remaining()),
                                AsyncRequestBody.fromRemainingByteBufferUnsafe(bytes)))
                .map(answer -> CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.eTag())
                        .checksumCRC32(answer.checksumCRC32())
                        .checksumCRC32C(answer.checksumCRC32C())
                        .checksumCRC64NVME(answer.checksumCRC64NVME())
                        .checksumSHA1(answer.checksumSHA1())
                        .checksumSHA256(answer.checksumSHA256())
                        .build());
    }

    Mono<CompletedPart> copy(int number, ObjectInfo from, Span span) {
        hasParts = true;
        return calls.call(
                        settings.requestTimeout(span.length()),
                        client -> client.uploadPartCopy(requests.copyPart(from, key, id(), number, span)))
                .map(answer -> CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.copyPartResult().eTag())
                        .checksumCRC32(answer.copyPartResult().checksumCRC32())
                        .checksumCRC32C(answer.copyPartResult().checksumCRC32C())
                        .checksumCRC64NVME(answer.copyPartResult().checksumCRC64NVME())
                        .checksumSHA1(answer.copyPartResult().checksumSHA1())
                        .checksumSHA256(answer.copyPartResult().checksumSHA256())
                        .build());
    }

    /**
     * Joins the parts. They may have become ready in any order.
     *
     * @param bytes of the whole object
     */
    Mono<CompleteMultipartUploadResponse> complete(
            List<CompletedPart> parts, long bytes, WriteOptions options, Tries tries) {
        List<CompletedPart> ordered = parts.stream()
                .sorted(Comparator.comparing(CompletedPart::partNumber))
                .toList();
        return Mono.defer(() -> calls.mutate(
                settings.requestTimeout(bytes),
                tries,
                requests.completeUpload(key, id(), ordered, options),
                S3AsyncClient::completeMultipartUpload));
    }

    /** Leaves nothing of it behind. Never fails; what cannot be removed is logged. */
    Mono<Void> abandon() {
        return Mono.defer(() -> {
            CompletableFuture<Void> begun = giveUp();
            if (begun == null) {
                return Mono.empty();
            }
            boolean isCreated = begun.isDone();
            Mono<Void> cleanup = cleanups.start(Mono.fromFuture(begun, true).then(Mono.defer(this::abort)));
            // Nobody need wait until the server tells of an upload that is not known yet.
            return isCreated ? cleanup : Mono.empty();
        });
    }

    private synchronized @Nullable CompletableFuture<Void> giveUp() {
        abandoned = true;
        return creation;
    }

    private String id() {
        return Objects.requireNonNull(known());
    }

    private Mono<Void> abort() {
        String id = known();
        if (id == null) {
            return Mono.empty();
        }
        Mono<Void> again = Mono.delay(LATE_PARTS, settings.runtime().timers()).then(abortOnce(id));
        return abortOnce(id).doFirst(() -> {
            if (hasParts) {
                cleanups.start(again);
            }
        });
    }

    private synchronized @Nullable String known() {
        return uploadId;
    }

    private Mono<Void> abortOnce(String id) {
        return Flux.defer(() -> calls.tidy(
                        settings.requestTimeout(),
                        client -> client.abortMultipartUpload(requests.abortUpload(key, id))))
                .onErrorResume(e -> S3Errors.status(e) == 404 ? Mono.empty() : Mono.error(e))
                .retry(ABORT_TRIES - 1)
                .then()
                .onErrorResume(e -> {
                    LOG.warn(
                            "{} {}: the upload {} could not be aborted and goes on taking up space",
                            operation,
                            key,
                            id,
                            e);
                    return Mono.empty();
                });
    }
}
