package io.reactivestore.examples.demo;

import io.reactivestore.embeddeds3.EmbeddedS3;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** The bucket of the demo: a real one, or one of an embedded server that is started for it. */
final class Bucket implements AutoCloseable {

    private final @Nullable EmbeddedS3 server;
    private final S3AsyncClient client;
    private final String name;
    private final boolean ours;

    private Bucket(@Nullable EmbeddedS3 server, S3AsyncClient client, String name) {
        this.server = server;
        this.client = client;
        this.name = name;
        this.ours = server != null;
    }

    static Bucket open(DemoArguments arguments, CallCounter calls) {
        S3AsyncClientBuilder client = S3AsyncClient.builder()
                .overrideConfiguration(configuration -> configuration.addExecutionInterceptor(calls));
        if (arguments.bucket() != null) {
            URI endpoint = arguments.endpoint();
            if (endpoint != null) {
                client.endpointOverride(endpoint).forcePathStyle(true);
            }
            return new Bucket(null, client.build(), arguments.bucket());
        }
        EmbeddedS3 server = EmbeddedS3.start();
        client.endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create());
        return new Bucket(server, client.build(), server.newBucket());
    }

    /** Whether it is far away by itself, or needs some latency to look like it. */
    boolean isEmbedded() {
        return ours;
    }

    S3Store store() {
        S3Dialect dialect = ours ? S3Dialect.s3Compatible() : S3Dialect.aws();
        return S3Store.builder(name).client(client).dialect(dialect).build();
    }

    @Override
    public void close() {
        client.close();
        if (server != null) {
            server.close();
        }
    }

    @Override
    public String toString() {
        return server == null ? "bucket " + name : "bucket " + name + " at " + server.endpoint();
    }
}
