package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.s3.S3Conditions.Verdict;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * Asks a server, once, whether it enforces a condition. A right answer does not prove that two writes at the same moment are told apart,
 * but a server that ignores the condition is found out.
 */
final class ConditionProbe {
    /*
     * How it works. An object of the probe's own is written, then the operation is tried on it with a condition that does not hold, then
     * with one that does.
     *
     *   write --> must be refused --412--> must succeed --2xx--> enforced
     *                             --2xx--> ignored      --412--> refused although it holds
     *                             --405, 501--> not known
     *   any --other failure, cancel--> no verdict
     *
     * Whatever the end is, what was written is removed again, by its version if it got one. A request that was given up may still
     * arrive, after the removal even. So none is ever given up: a cancel only means that no further one is begun, and the removal waits for
     * the one under way.
     *
     *   state                                        written by             guard   seen by others
     *   underWay, closed, written, uploads           requests, the removal  this    at once
     */

    private static final Logger LOG = Loggers.getLogger(ConditionProbe.class);

    private static final String ETAG_OF_NOTHING = "0".repeat(32);
    private static final Attributes CHANGED = Attributes.none().withUserMetadata("probe", "copied");
    private static final int REMOVE_TRIES = 3;

    private final Condition condition;
    private final String key;
    private final String otherKey;
    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Settings settings;
    private final Cleanups cleanups;
    private final Set<Written> written = new LinkedHashSet<>();
    private final Set<Upload> uploads = new LinkedHashSet<>();
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private boolean closed;

    /** An object that is there, or may be. */
    private record Written(String key, @Nullable String version) {}

    private record Upload(String key, String id) {}

    ConditionProbe(Condition condition, S3Calls calls, S3Requests requests, S3Settings settings, Cleanups cleanups) {
        this.condition = condition;
        this.key = settings.probePrefix()
                + HexFormat.of().toHexDigits(settings.runtime().random().nextLong());
        this.otherKey = key + "-2";
        this.calls = calls;
        this.requests = requests;
        this.settings = settings;
        this.cleanups = cleanups;
    }

    /** The verdict, when everything is removed again. Fails as the SDK does. */
    Mono<Verdict> run() {
        return Mono.usingWhen(Mono.just(this), probe -> probe.ask(), ConditionProbe::leave);
    }

    private Mono<Verdict> ask() {
        return put(key, WriteOptions.defaults(), new Tries())
                .map(answer -> S3Facts.unquoted(answer.eTag()))
                .flatMap(etag -> attempt(key, etag, condition.isIfAbsent() ? null : ETAG_OF_NOTHING, new Tries())
                        .thenReturn(new Verdict("the server ignores " + condition))
                        .onErrorResume(e -> refused(e, etag)));
    }

    private Mono<Verdict> refused(Throwable error, String etag) {
        int status = S3Errors.status(error);
        if (status == 405 || status == 501) {
            return Mono.just(new Verdict("the server does not know " + condition + ": it answered " + status));
        }
        if (status != 412) {
            return Mono.error(error);
        }
        Tries tries = new Tries();
        return attempt(condition.isIfAbsent() ? otherKey : key, etag, condition.isIfAbsent() ? null : etag, tries)
                .thenReturn(new Verdict(null))
                // After a try without an answer it may be our own write that is in the way.
                .onErrorResume(
                        e -> S3Errors.status(e) == 412 && tries.unanswered() == 0,
                        e -> Mono.just(new Verdict("the server refuses " + condition
                                + " although it holds; see S3Dialect.withQuotedIfMatch")));
    }

    /**
     * The operation in question, on the condition in question.
     *
     * @param present the etag of what the probe has written
     * @param ifMatch the etag to ask for; null asks for there to be nothing
     */
    private Mono<?> attempt(String target, String present, @Nullable String ifMatch, Tries tries) {
        WriteOptions options = ifMatch == null
                ? WriteOptions.defaults().withIfAbsent()
                : WriteOptions.defaults().withIfMatch(ifMatch);
        return switch (condition) {
            case PUT_IF_ABSENT, PUT_IF_MATCH -> put(target, options, tries);
            case PARTS_IF_ABSENT, PARTS_IF_MATCH -> upload(target, options, tries);
            case COPY_IF_ABSENT, COPY_IF_MATCH ->
                write(
                        target,
                        tries,
                        // A copy onto itself that changes nothing is refused for that.
                        requests.copy(source(present), target, options.withAttributes(CHANGED), null),
                        S3AsyncClient::copyObject,
                        CopyObjectResponse::versionId);
            case DELETE_IF_MATCH ->
                write(
                        target,
                        tries,
                        requests.delete(target, DeleteOptions.defaults().withIfMatch(ifMatch)),
                        S3AsyncClient::deleteObject,
                        DeleteObjectResponse::versionId);
        };
    }

    private ObjectInfo source(String etag) {
        return new ObjectInfo(key, 0, etag, null, Instant.EPOCH, null);
    }

    private Mono<PutObjectResponse> put(String target, WriteOptions options, Tries tries) {
        return write(
                target,
                tries,
                requests.put(target, 0, options, null),
                (client, request) -> client.putObject(request, AsyncRequestBody.empty()),
                PutObjectResponse::versionId);
    }

    private Mono<?> upload(String target, WriteOptions options, Tries tries) {
        return send(
                        new Tries(),
                        requests.createUpload("put", target, null, WriteOptions.defaults(), "probe"),
                        S3AsyncClient::createMultipartUpload,
                        (answer, error) -> {
                            if (answer != null) {
                                uploads.add(new Upload(target, answer.uploadId()));
                            }
                        })
                .flatMap(created -> send(
                                new Tries(),
                                requests.uploadPart(target, created.uploadId(), 1, 1),
                                (client, request) ->
                                        client.uploadPart(request, AsyncRequestBody.fromBytes(new byte[] {1})),
                                (answer, error) -> {})
                        .map(part -> CompletedPart.builder()
                                .partNumber(1)
                                .eTag(part.eTag())
                                .checksumCRC32(part.checksumCRC32())
                                .build())
                        .flatMap(part -> write(
                                target,
                                tries,
                                requests.completeUpload(target, created.uploadId(), List.of(part), options),
                                S3AsyncClient::completeMultipartUpload,
                                CompleteMultipartUploadResponse::versionId)));
    }

    /** Makes a request that may leave an object behind. */
    private <R extends S3Request, T> Mono<T> write(
            String target,
            Tries tries,
            R request,
            BiFunction<S3AsyncClient, R, CompletableFuture<T>> call,
            Function<T, @Nullable String> version) {
        return send(tries, request, call, (answer, error) -> {
            if (answer != null) {
                written.add(new Written(target, version.apply(answer)));
            } else if (tries.unanswered() > 0 || !isRefusal(error)) {
                written.add(new Written(target, null));
            }
        });
    }

    private static boolean isRefusal(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        int status = cause == null ? 0 : S3Errors.status(cause);
        return status >= 400 && status < 500;
    }

    /** @param note what is to be kept in mind of its end, also if nobody waits for that any more */
    private <R extends S3Request, T> Mono<T> send(
            Tries tries,
            R request,
            BiFunction<S3AsyncClient, R, CompletableFuture<T>> call,
            BiConsumer<@Nullable T, @Nullable Throwable> note) {
        return Mono.defer(() -> calls.mutate(settings.requestTimeout(), tries, request, (client, observed) -> {
            CompletableFuture<Void> end = begin();
            try {
                // The copy is what a cancel ends.
                return call.apply(client, observed)
                        .whenComplete((answer, error) -> {
                            synchronized (this) {
                                note.accept(answer, error);
                            }
                            end.complete(null);
                        })
                        .copy();
            } catch (RuntimeException notSent) {
                end.complete(null);
                throw notSent;
            }
        }));
    }

    private synchronized CompletableFuture<Void> begin() {
        if (closed) {
            throw new CancellationException("the probe is over");
        }
        underWay = new CompletableFuture<>();
        return underWay;
    }

    private Mono<Void> leave() {
        return cleanups.start(Mono.defer(this::ended).then(Mono.defer(this::removeAll)));
    }

    /** Completes when no request is under way, and none will be. */
    private synchronized Mono<Void> ended() {
        closed = true;
        return Mono.fromFuture(underWay, true)
                .timeout(
                        settings.requestTimeout(),
                        Mono.empty(),
                        settings.runtime().timers())
                .publishOn(settings.runtime().delivery());
    }

    private synchronized Mono<Void> removeAll() {
        Flux<Void> aborts = Flux.fromIterable(List.copyOf(uploads))
                .concatMap(upload ->
                        remove(client -> client.abortMultipartUpload(requests.abortUpload(upload.key(), upload.id()))));
        Flux<Void> deletes = Flux.fromIterable(List.copyOf(written))
                .concatMap(object -> remove(client -> client.deleteObject(
                        requests.delete(object.key(), DeleteOptions.defaults().withVersion(object.version())))));
        return aborts.thenMany(deletes).then();
    }

    private <T> Mono<Void> remove(Function<S3AsyncClient, CompletableFuture<T>> request) {
        return Mono.defer(() -> calls.call(settings.requestTimeout(), request))
                .then()
                .onErrorResume(e -> S3Errors.status(e) == 404 ? Mono.empty() : Mono.error(e))
                .retry(REMOVE_TRIES - 1)
                .onErrorResume(e -> {
                    LOG.warn(
                            "{}: what a probe has written could not be removed: {} {}",
                            key,
                            S3Errors.status(e),
                            S3Errors.code(e));
                    return Mono.empty();
                });
    }
}
