package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.embeddeds3.EmbeddedS3;
import io.reactivestore.s3.PresignedRequest;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Somebody without credentials uploads a file and reads a range of it. */
class PresignedUrlTest {

    @Test
    void uploadAndRangedDownload_byUrl() throws Exception {
        EmbeddedS3 server = EmbeddedS3.shared();
        S3Store store = S3Store.builder(server.newBucket())
                .endpoint(server.endpoint())
                .dialect(S3Dialect.s3Compatible())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
                .build();
        WriteOptions plainText =
                WriteOptions.defaults().withAttributes(Attributes.none().withContentType("text/plain"));

        PresignedRequest upload = await(store.presignPut("report.txt", Duration.ofMinutes(10), plainText, 5));
        HttpRequest put = HttpRequest.newBuilder(upload.url())
                .header("content-type", upload.headers().get("content-type"))
                .PUT(BodyPublishers.ofString("hello"))
                .build();
        int status =
                HttpClient.newHttpClient().send(put, BodyHandlers.discarding()).statusCode();
        PresignedRequest download = await(store.presignGet("report.txt", Duration.ofHours(1)));
        StoredObject part =
                await(store.getPresigned(download.url(), ReadOptions.defaults().withRange(ByteRange.of(1, 4))));

        assertThat(status).isEqualTo(200);
        assertThat(await(part.text())).isEqualTo("ell");
        await(store.close().thenReturn(true));
    }

    private static <T> T await(Mono<T> mono) {
        return mono.block(Duration.ofSeconds(20));
    }
}
