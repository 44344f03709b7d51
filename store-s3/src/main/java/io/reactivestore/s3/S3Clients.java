package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Where a store's client comes from, and what of it the store must close. */
interface S3Clients {

    /**
     * A client and what was made for it.
     *
     * @param metrics where the client sends its metrics; a request that names another place must name these too
     * @param credentials what must have credentials in hand before the client is called, if it may have to wait for them
     */
    record Made(
            S3AsyncClient client,
            List<MetricPublisher> metrics,
            @Nullable AsyncCredentials credentials,
            List<SdkAutoCloseable> owned) {

        /** May block. */
        void close() {
            owned.forEach(SdkAutoCloseable::close);
        }
    }

    /**
     * Makes or finds the client. May block.
     *
     * @param throttled told, as far as that can be, of each attempt for which the service asks for fewer requests
     */
    Made make(StoreRuntime runtime, S3Dialect dialect, Runnable throttled);

    /** The caller's own client, which stays open. */
    static S3Clients given(S3AsyncClient client) {
        return (runtime, dialect, throttled) -> new Made(
                client,
                client.serviceClientConfiguration().overrideConfiguration().metricPublishers(),
                null,
                List.of());
    }

    /**
     * What a client is to be made of; null stands for the SDK's defaults.
     *
     * <p>Futures complete on the transport's own threads instead of a pool of the SDK's, which saves two thirds of the time of a
     * small request. That is safe here: all that runs there is the hop to the delivery scheduler, and credentials are never waited
     * for there, since {@link S3Calls} calls the SDK only with credentials in hand.
     *
     * @source aws-sdk-java-v2 issues 4950 and 5016 (completing on the transport's threads)
     */
    record Settings(
            @Nullable Region region,
            @Nullable URI endpoint,
            @Nullable IdentityProvider<? extends AwsCredentialsIdentity> credentials,
            @Nullable SdkAsyncHttpClient transport,
            int maxConnections)
            implements S3Clients {

        /** What an S3-compatible server is called in signatures, if nobody says otherwise. */
        private static final Region FALLBACK_REGION = Region.US_EAST_1;

        boolean isDefault() {
            return region == null && endpoint == null && credentials == null && transport == null;
        }

        @Override
        public Made make(StoreRuntime runtime, S3Dialect dialect, Runnable throttled) {
            List<SdkAutoCloseable> owned = new ArrayList<>();
            try {
                IdentityProvider<AwsCredentialsIdentity> signing = asyncCredentials(runtime, owned);
                S3AsyncClient client = client(signing, dialect, throttled, owned);
                owned.add(0, client);
                return new Made(client, List.of(), signing instanceof AsyncCredentials waiting ? waiting : null, owned);
            } catch (RuntimeException e) {
                owned.forEach(SdkAutoCloseable::close);
                throw e;
            }
        }

        private S3AsyncClient client(
                IdentityProvider<AwsCredentialsIdentity> signing,
                S3Dialect dialect,
                Runnable throttled,
                List<SdkAutoCloseable> owned) {
            boolean isStrict = dialect.checksums() == S3Dialect.Checksums.WHEN_REQUIRED;
            S3AsyncClientBuilder builder = S3AsyncClient.builder()
                    .httpClient(transport != null ? transport : newTransport(owned))
                    .credentialsProvider(signing)
                    .forcePathStyle(dialect.pathStyle())
                    .requestChecksumCalculation(
                            isStrict
                                    ? RequestChecksumCalculation.WHEN_REQUIRED
                                    : RequestChecksumCalculation.WHEN_SUPPORTED)
                    .responseChecksumValidation(
                            isStrict
                                    ? ResponseChecksumValidation.WHEN_REQUIRED
                                    : ResponseChecksumValidation.WHEN_SUPPORTED)
                    .overrideConfiguration(override -> {
                        override.retryStrategy(RetryMode.STANDARD)
                                .addExecutionInterceptor(new ThrottleWatch(throttled))
                                .addExecutionInterceptor(new ListPageHook());
                        if (dialect.bulkDeleteMd5()) {
                            override.addExecutionInterceptor(new BulkDeleteMd5());
                        }
                    })
                    .asyncConfiguration(async -> async.advancedOption(
                            SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run));
            if (endpoint != null) {
                builder.endpointOverride(endpoint);
            }
            if (region != null || endpoint != null) {
                builder.region(region != null ? region : FALLBACK_REGION);
            }
            return builder.build();
        }

        private SdkAsyncHttpClient newTransport(List<SdkAutoCloseable> owned) {
            SdkAsyncHttpClient made = ReactorNettyAsyncHttpClient.builder()
                    .maxConnections(maxConnections)
                    .build();
            owned.add(made);
            return made;
        }

        private IdentityProvider<AwsCredentialsIdentity> asyncCredentials(
                StoreRuntime runtime, List<SdkAutoCloseable> owned) {
            if (credentials instanceof StaticCredentialsProvider known) {
                return widen(known);
            }
            if (credentials instanceof AnonymousCredentialsProvider known) {
                return widen(known);
            }
            if (credentials != null) {
                return new AsyncCredentials(credentials, runtime);
            }
            DefaultCredentialsProvider found =
                    DefaultCredentialsProvider.builder().build();
            owned.add(found);
            return new AsyncCredentials(found, runtime);
        }

        private static IdentityProvider<AwsCredentialsIdentity> widen(
                IdentityProvider<AwsCredentialsIdentity> provider) {
            return provider;
        }
    }
}
