package io.reactivestore.s3;

import io.reactivestore.DeleteOptions;
import io.reactivestore.error.PreconditionFailedException;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Deletes single objects. */
final class S3Deletes {

    private static final String OPERATION = "delete";

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Heads heads;
    private final S3Settings settings;
    private final S3Conditions conditions;

    S3Deletes(
            S3Calls calls,
            S3Requests requests,
            S3Errors errors,
            S3Heads heads,
            S3Settings settings,
            S3Conditions conditions) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.heads = heads;
        this.settings = settings;
        this.conditions = conditions;
    }

    Mono<Void> delete(String key, DeleteOptions options) {
        Mono<Void> delete = calls.mutate(
                        settings.requestTimeout(),
                        new Tries(),
                        requests.delete(key, options),
                        S3AsyncClient::deleteObject)
                .then()
                .onErrorResume(e -> failed(key, options, e));
        return conditions.require(OPERATION, key, Condition.ofDelete(options)).then(delete);
    }

    private Mono<Void> failed(String key, DeleteOptions options, Throwable error) {
        if (S3Errors.isAbsent(error, options.version())) {
            return Mono.empty();
        }
        int status = S3Errors.status(error);
        if (options.ifMatch() == null || (status != 412 && status != 409)) {
            return Mono.error(errors.of(OPERATION, key, error));
        }
        // An absent object is fine, also if it is our own earlier try that made it so.
        return heads.head(OPERATION, key, options.version())
                .flatMap(there -> Mono.error(new PreconditionFailedException(
                        OPERATION, key, "the etag is not " + options.ifMatch(), error)));
    }
}
