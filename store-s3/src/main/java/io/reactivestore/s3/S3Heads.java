package io.reactivestore.s3;

import io.reactivestore.ObjectInfo;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Asks for the facts about an object. */
final class S3Heads {
    /*
     * How it works. The answer to a HEAD has no body, so a 404 does not tell whether the object or the bucket is missing. As long
     * as nothing has shown that the bucket is there, the bucket is asked for too.
     *
     *   state        written by             guard      seen by others
     *   bucketSeen   any answered request   volatile   at once; never taken back: that a bucket goes away later is not noticed here
     */

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Facts facts;
    private final S3Settings settings;
    private volatile boolean bucketSeen;

    S3Heads(S3Calls calls, S3Requests requests, S3Errors errors, S3Facts facts, S3Settings settings) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.facts = facts;
        this.settings = settings;
    }

    /** The facts, or empty when there is no such object. */
    Mono<ObjectInfo> head(String operation, String key, @Nullable String version) {
        return answer(operation, key, version).map(answer -> facts.of(key, answer));
    }

    /** What was written by the put with this token, or empty if what is there is somebody else's, or nothing. */
    Mono<ObjectInfo> written(String operation, String key, String token) {
        return answer(operation, key, null)
                .filter(answer -> answer.metadata().entrySet().stream()
                        .anyMatch(entry -> entry.getKey().equalsIgnoreCase(S3Metadata.WRITE_TOKEN)
                                && entry.getValue().equals(token)))
                .map(answer -> facts.of(key, answer));
    }

    /** Tells whether an absence without a reason is one of the object; fails if the whole bucket is missing. */
    <T> Mono<T> absentOnlyIfBucketExists(String operation, String key) {
        if (bucketSeen) {
            return Mono.empty();
        }
        return calls.call(settings.requestTimeout(), client -> client.headBucket(requests.headBucket()))
                .doOnNext(answer -> sawBucket())
                .onErrorResume(e -> {
                    // Who may not ask for the bucket at least knows that somebody answers for it.
                    return switch (S3Errors.status(e)) {
                        case 404 -> Mono.error(errors.noSuchBucket(operation, key, e));
                        case 403 -> Mono.fromRunnable(this::sawBucket);
                        default -> Mono.error(errors.of(operation, key, e));
                    };
                })
                .then(Mono.empty());
    }

    void sawBucket() {
        bucketSeen = true;
    }

    private Mono<HeadObjectResponse> answer(String operation, String key, @Nullable String version) {
        return calls.read(
                        Hedging.Kind.HEAD,
                        settings.requestTimeout(),
                        client -> client.headObject(requests.head(key, version)))
                .doOnNext(answer -> sawBucket())
                .onErrorResume(e -> S3Errors.isAbsent(e, version)
                        ? absentOnlyIfBucketExists(operation, key)
                        : Mono.error(errors.of(operation, key, e)));
    }
}
