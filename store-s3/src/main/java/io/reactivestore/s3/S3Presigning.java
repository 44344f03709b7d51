package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.WriteOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Signs requests for others to make. No I/O, other than to get credentials. */
final class S3Presigning {
    /*
     * How it works. The presigner is made by the first request, on an I/O thread, from what the client was made of. Credentials are got
     * before it is called, and it is called with them in hand, since it would wait for them (see AsyncCredentials).
     *
     *   state    written by                 guard   seen by others
     *   signer   first request, I/O thread  this    at once; never closed: it holds nothing, and would close the caller's provider
     */

    /** @source Amazon S3 User Guide, "Download and upload objects with presigned URLs" */
    static final Duration LONGEST = Duration.ofDays(7);

    private final Supplier<S3Clients.Made> made;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Writes writes;
    private final S3Settings settings;
    private @Nullable Signer signer;

    private record Signer(S3Presigner presigner, AsyncCredentials credentials) {}

    S3Presigning(
            Supplier<S3Clients.Made> made, S3Requests requests, S3Errors errors, S3Writes writes, S3Settings settings) {
        this.made = made;
        this.requests = requests;
        this.errors = errors;
        this.writes = writes;
        this.settings = settings;
    }

    static void requireValidity(String operation, Duration validity) {
        Keys.requireNonNull(operation, "validity", validity);
        if (validity.compareTo(Duration.ofSeconds(1)) < 0 || validity.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(operation + ": need a validity of 1 s to 7 days, was " + validity);
        }
    }

    Mono<PresignedRequest> get(String key, Duration validity, @Nullable String version) {
        return sign(
                "presignGet",
                key,
                presigner -> presigner.presignGetObject(presign ->
                        presign.signatureDuration(validity).getObjectRequest(requests.getWhole(key, version))));
    }

    /** @param length of the content, or null if any is fine */
    Mono<PresignedRequest> put(String key, Duration validity, WriteOptions options, @Nullable Long length) {
        String operation = "presignPut";
        return writes.listable(operation, key)
                .then(writes.allowed(operation, key, Condition.ofPut(options)))
                .then(sign(
                        operation,
                        key,
                        presigner -> presigner.presignPutObject(presign -> presign.signatureDuration(validity)
                                .putObjectRequest(requests.putByOthers(operation, key, length, options)))));
    }

    private Mono<PresignedRequest> sign(
            String operation,
            String key,
            Function<S3Presigner, software.amazon.awssdk.awscore.presigner.PresignedRequest> sign) {
        return Mono.fromCallable(this::signer)
                .subscribeOn(settings.runtime().io())
                .flatMap(by -> Mono.fromFuture(() -> by.credentials.get())
                        .map(identity -> told(by.credentials.with(identity, () -> sign.apply(by.presigner)))))
                .publishOn(settings.runtime().delivery())
                .onErrorMap(e -> errors.of(operation, key, e));
    }

    private synchronized Signer signer() {
        Signer present = signer;
        if (present == null) {
            present = newSigner(made.get());
            signer = present;
        }
        return present;
    }

    private Signer newSigner(S3Clients.Made of) {
        S3ServiceClientConfiguration client = of.client().serviceClientConfiguration();
        AsyncCredentials credentials = of.credentials() != null
                ? of.credentials()
                : new AsyncCredentials(client.credentialsProvider(), settings.runtime());
        S3Presigner.Builder builder = S3Presigner.builder()
                .region(client.region())
                .credentialsProvider(credentials)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(settings.dialect().pathStyle())
                        .build());
        client.endpointOverride().ifPresent(builder::endpointOverride);
        return new Signer(builder.build(), credentials);
    }

    private static PresignedRequest told(software.amazon.awssdk.awscore.presigner.PresignedRequest signed) {
        Map<String, String> headers = new TreeMap<>();
        signed.signedHeaders().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("host")) {
                headers.put(name, String.join(",", values));
            }
        });
        return new PresignedRequest(
                signed.httpRequest().method().name(),
                URI.create(signed.url().toString()),
                headers,
                signed.expiration());
    }
}
