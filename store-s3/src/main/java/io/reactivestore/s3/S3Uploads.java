package io.reactivestore.s3;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.internal.Contents;
import io.reactivestore.internal.PagedFlux;
import io.reactivestore.internal.PagedFlux.Page;
import io.reactivestore.s3.ContentReader.Part;
import java.util.List;
import java.util.OptionalLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Writes objects. Content is read into memory part by part and sent from there: so every try sends the same bytes, a slow content
 * holds no connection, and the parts of one that can be read once only are tried again all the same. What fits into one part goes
 * in one request, anything longer as an upload in parts.
 */
final class S3Uploads {

    private static final String OPERATION = "put";

    /** @source Amazon S3 User Guide, "Amazon S3 multipart upload limits" */
    private static final int MAX_PARTS = 10_000;

    private static final long MAX_OBJECT_BYTES = 5L << 40;

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Writes writes;
    private final S3Facts facts;
    private final S3Settings settings;
    private final UploadBudget budget;

    S3Uploads(
            S3Calls calls,
            S3Requests requests,
            S3Errors errors,
            S3Writes writes,
            S3Facts facts,
            S3Settings settings,
            UploadBudget budget) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.writes = writes;
        this.facts = facts;
        this.settings = settings;
        this.budget = budget;
    }

    Mono<ObjectInfo> put(String key, Content content, WriteOptions options, WriteToken token) {
        return writes.listable(OPERATION, key)
                .then(content.length(settings.runtime()))
                .map(OptionalLong::of)
                .defaultIfEmpty(OptionalLong.empty())
                .flatMap(length -> Mono.using(
                        () -> reader(key, content, length),
                        reader -> reader.next()
                                .flatMap(part -> part.last()
                                        ? putWhole(key, part, options, token)
                                        : putInParts(key, part, reader, options, token)),
                        ContentReader::close));
    }

    private ContentReader reader(String key, Content content, OptionalLong length) {
        long partBytes = settings.uploadPartBytes();
        if (length.isPresent()) {
            long announced = length.getAsLong();
            if (announced > MAX_OBJECT_BYTES) {
                throw rejected(key, announced + " bytes are more than the " + MAX_OBJECT_BYTES + " of S3");
            }
            partBytes = Math.max(partBytes, (announced + MAX_PARTS - 1) / MAX_PARTS);
            if (partBytes > settings.maxBufferedUploadBytes()) {
                throw rejected(
                        key,
                        announced + " bytes need parts of " + partBytes + ", and maxBufferedUploadBytes is "
                                + settings.maxBufferedUploadBytes());
            }
        }
        Content sized = length.isPresent() ? content.withLength(length.getAsLong()) : content;
        return new ContentReader(
                Contents.checked(OPERATION, key, sized, settings.runtime()), length, (int) partBytes, budget);
    }

    private Mono<ObjectInfo> putWhole(String key, Part part, WriteOptions options, WriteToken ofThisPut) {
        WriteToken token = options.isConditional() ? ofThisPut : null;
        Tries tries = new Tries();
        Mono<ObjectInfo> write = Mono.defer(() -> calls.mutate(
                        settings.partTimeout(),
                        tries,
                        requests.put(key, part.length(), options, token == null ? null : token.value()),
                        (client, request) -> client.putObject(
                                request, AsyncRequestBody.fromRemainingByteBufferUnsafe(part.bytes()))))
                .map(answer -> S3Writes.info(
                        key,
                        part.length(),
                        S3Facts.unquoted(answer.eTag()),
                        facts.version(answer.versionId()),
                        S3Facts.answeredAt(answer, settings.runtime().clock()),
                        options.attributes()));
        return writes.allowed(OPERATION, key, Condition.ofPut(options))
                .then(writes.settled(OPERATION, key, options, token, tries, write));
    }

    private Mono<ObjectInfo> putInParts(
            String key, Part first, ContentReader reader, WriteOptions options, WriteToken token) {
        Mono<ObjectInfo> upload = Mono.usingWhen(
                Mono.fromSupplier(() -> writes.newUpload(OPERATION, key, token)),
                begun -> begun.create(options.attributes(), options)
                        .onErrorMap(e -> errors.of(OPERATION, key, e))
                        .then(putParts(key, first, reader, begun, options, token)),
                begun -> Mono.empty(),
                (begun, error) -> begun.abandon(),
                MultipartUpload::abandon);
        return writes.allowed(OPERATION, key, Condition.ofParts(options)).then(upload);
    }

    private Mono<ObjectInfo> putParts(
            String key,
            Part first,
            ContentReader reader,
            MultipartUpload upload,
            WriteOptions options,
            WriteToken token) {
        Flux<Part> parts = Flux.just(first).concatWith(new PagedFlux<>(following(reader), 0));
        return parts.flatMap(
                        // As values, since of two failures at a time the second would have nowhere to go.
                        part -> putPart(key, part, reader, upload).materialize(),
                        settings.uploadConcurrency(),
                        1)
                .<CompletedPart>dematerialize()
                .collectList()
                .flatMap(done -> writes.complete(
                        OPERATION, key, reader.readBytes(), options.attributes(), upload, done, options, token));
    }

    private static Mono<Page<Part>> following(ContentReader reader) {
        return reader.next().map(part -> new Page<>(List.of(part), part.last() ? null : following(reader)));
    }

    private Mono<CompletedPart> putPart(String key, Part part, ContentReader reader, MultipartUpload upload) {
        if (part.number() > MAX_PARTS) {
            return Mono.error(rejected(
                    key,
                    "the content has more than " + MAX_PARTS + " parts of " + settings.uploadPartBytes()
                            + " bytes; announce its length, or raise uploadPartBytes"));
        }
        return upload.put(part.number(), part.bytes())
                .onErrorMap(e -> errors.of(OPERATION, key, e))
                .doFinally(end -> reader.release(part));
    }

    private static StoreRejectedException rejected(String key, String what) {
        return new StoreRejectedException(OPERATION, key, what, false, null);
    }
}
