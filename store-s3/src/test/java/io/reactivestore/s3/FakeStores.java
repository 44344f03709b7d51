package io.reactivestore.s3;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Stores on a {@link FakeHttp}, with the SDK in between as it is, other than that its tries follow each other at once. */
final class FakeStores {

    static final S3Dialect DIALECT =
            S3Dialect.aws().withPathStyle(true).withChecksums(S3Dialect.Checksums.WHEN_REQUIRED);

    private FakeStores() {}

    /** The settings of a store whose requests are tried once. */
    static S3StoreBuilder builder(FakeHttp http) {
        return builder(http, 1);
    }

    static S3StoreBuilder builder(FakeHttp http, int tries) {
        return S3Store.builder("bucket")
                .dialect(DIALECT)
                .client(client(http, tries))
                .requestTimeout(Duration.ofSeconds(5))
                .partTimeout(Duration.ofSeconds(5));
    }

    /** A store whose client reads pages of listings as one does that the store makes itself. */
    static S3StoreBuilder hooked(FakeHttp http, int tries) {
        return builder(http, tries).client(client(http, tries, List.of(new ListPageHook())));
    }

    static FakeHttp http(Function<FakeHttp.Request, FakeHttp.Reply> server) {
        return new FakeHttp(server);
    }

    static S3AsyncClient client(FakeHttp http, int tries, MetricPublisher... metrics) {
        return client(http, tries, List.of(), metrics);
    }

    private static S3AsyncClient client(
            FakeHttp http, int tries, List<ExecutionInterceptor> hooks, MetricPublisher... metrics) {
        return S3AsyncClient.builder()
                .httpClient(http)
                .endpointOverride(URI.create("http://s3.test"))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override -> override.metricPublishers(List.of(metrics))
                        .executionInterceptors(hooks)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(tries)
                                .backoffStrategy(BackoffStrategy.retryImmediately())
                                .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
                                .build()))
                .build();
    }
}
