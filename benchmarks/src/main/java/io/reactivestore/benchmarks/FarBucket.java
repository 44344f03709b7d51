package io.reactivestore.benchmarks;

import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import io.reactivestore.s3.S3StoreBuilder;
import java.net.URI;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The bucket of a {@link LatencyServer}, as ours and as the SDK's clients see it. */
final class FarBucket {

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret"));

    private FarBucket() {}

    static S3StoreBuilder store(URI endpoint) {
        return S3Store.builder(LatencySettings.BUCKET)
                .endpoint(endpoint)
                .dialect(S3Dialect.aws().withPathStyle(true))
                .credentialsProvider(CREDENTIALS);
    }

    /** One that checks no checksums, as ours does not. */
    static S3AsyncClientBuilder client(URI endpoint) {
        return S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .credentialsProvider(CREDENTIALS);
    }

    static <T> Mono<T> get(S3AsyncClient client, String key, AsyncResponseTransformer<GetObjectResponse, T> answer) {
        return Mono.fromFuture(() -> client.getObject(
                request -> request.bucket(LatencySettings.BUCKET).key(key), answer));
    }
}
