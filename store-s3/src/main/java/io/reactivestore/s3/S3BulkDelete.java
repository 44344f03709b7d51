package io.reactivestore.s3;

import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.internal.PagedFlux;
import io.reactivestore.internal.PagedFlux.Page;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;

/** Deletes many objects in one request, batch after batch. */
final class S3BulkDelete {

    /** Requests for single keys under way at a time. */
    private static final int SINGLES = 8;

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Settings settings;

    S3BulkDelete(S3Calls calls, S3Requests requests, S3Errors errors, S3Settings settings) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.settings = settings;
    }

    Flux<DeleteResult> delete(Publisher<String> keys) {
        return Flux.using(
                () -> new KeyBatches(keys, settings.runtime()),
                batches -> new PagedFlux<>(page(batches), 0),
                KeyBatches::close);
    }

    private Mono<Page<DeleteResult>> page(KeyBatches batches) {
        // Asked at the end whether there is more: a source of exactly one batch has completed by then.
        return batches.next()
                .flatMap(keys -> deleteBatch("deleteAll", keys))
                .map(results -> new Page<>(results, batches.isExhausted() ? null : page(batches)));
    }

    /**
     * One result per key, in their order.
     *
     * @param operation what the errors in them name
     */
    Mono<List<DeleteResult>> deleteBatch(String operation, List<String> keys) {
        Map<String, Throwable> failures = new HashMap<>();
        Set<String> together = new LinkedHashSet<>();
        Set<String> alone = new LinkedHashSet<>();
        for (String key : keys) {
            try {
                Keys.requireKey(operation, key);
                (canBeInXml(key) ? together : alone).add(key);
            } catch (IllegalArgumentException malformed) {
                failures.put(key, malformed);
            }
        }
        Mono<Map<String, Throwable>> first =
                together.isEmpty() ? Mono.just(Map.of()) : deleteTogether(operation, together);
        return first.concatWith(Flux.fromIterable(alone).flatMap(key -> deleteAlone(operation, key), SINGLES, 1))
                .doOnNext(failures::putAll)
                .then(Mono.fromSupplier(() -> keys.stream()
                        .map(key -> new DeleteResult(key, failures.get(key)))
                        .toList()));
    }

    private Mono<Map<String, Throwable>> deleteTogether(String operation, Set<String> keys) {
        return calls.mutate(
                        settings.requestTimeout(), new Tries(), requests.deleteAll(keys), S3AsyncClient::deleteObjects)
                .map(answer -> failures(operation, answer))
                .onErrorResume(e -> {
                    Map<String, Throwable> all = new HashMap<>();
                    keys.forEach(key -> all.put(key, errors.of(operation, key, e)));
                    return Mono.just(all);
                });
    }

    private Map<String, Throwable> failures(String operation, DeleteObjectsResponse answer) {
        Map<String, Throwable> failures = new HashMap<>();
        answer.errors().forEach(error -> {
            // Absent is fine, also where a server makes it an error.
            if (error.key() != null && !"NoSuchKey".equals(error.code())) {
                failures.put(error.key(), errors.ofCode(operation, error.key(), nullToEmpty(error.code())));
            }
        });
        return failures;
    }

    private Mono<Map<String, Throwable>> deleteAlone(String operation, String key) {
        return calls.mutate(
                        settings.requestTimeout(),
                        new Tries(),
                        requests.delete(key, DeleteOptions.defaults()),
                        S3AsyncClient::deleteObject)
                .map(answer -> Map.<String, Throwable>of())
                .onErrorResume(e -> S3Errors.isAbsent(e, null)
                        ? Mono.just(Map.of())
                        : Mono.just(Map.of(key, errors.of(operation, key, e))));
    }

    /** Whether a key comes through an XML document as it is: no control characters, nothing that counts as a line end. */
    static boolean canBeInXml(String key) {
        return key.chars().noneMatch(c -> c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c >= 0xfffe);
    }

    private static String nullToEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
