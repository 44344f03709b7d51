package io.reactivestore.s3;

import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.StoreRuntime;
import io.reactivestore.embeddeds3.EmbeddedS3;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Stores on the embedded server. All share one client, which a store does not close, so that a new store costs nothing. */
final class EmbeddedStores {

    /** S3Mock lists in the order of {@code String}, and ignores the conditions of a copy. */
    static final S3Dialect DIALECT =
            S3Dialect.aws().withPathStyle(true).withListOrder(ListOrder.UTF16).withConditionalCopy(false);

    static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret"));

    private static final S3AsyncClient CLIENT = new S3Clients.Settings(
                    null, EmbeddedS3.shared().endpoint(), CREDENTIALS, null, 64)
            .make(StoreRuntime.system(), DIALECT, () -> {})
            .client();

    private EmbeddedStores() {}

    /** A store on a new bucket. */
    static S3Store create() {
        return on(newBucket());
    }

    static String newBucket() {
        return EmbeddedS3.shared().newBucket();
    }

    static S3Store on(String bucket) {
        return builder(bucket).build();
    }

    static S3StoreBuilder builder(String bucket) {
        return S3Store.builder(bucket).dialect(DIALECT).client(CLIENT);
    }

    /** For what the store itself does not tell. */
    static S3AsyncClient client() {
        return CLIENT;
    }
}
