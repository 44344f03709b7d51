package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import io.reactivestore.Content;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Which headers each preset sends, as they arrive at a server: the table of {@link S3Dialect}. */
class PresetHeadersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PART = 5 << 20;

    private final ScriptedServer server = new ScriptedServer(this::serve);
    private final ReactorNettyAsyncHttpClient transport = ReactorNettyAsyncHttpClient.builder()
            .httpClient(HttpClient.create().resolver(new Loopback()))
            .build();

    PresetHeadersTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        transport.close();
        server.close();
    }

    /** What every request carries, whatever the preset. */
    private static final Set<String> COMMON = Set.of(
            "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "content-length", "user-agent", "x-amz-date");

    private static final String SUM_OF_DELETE = "22ac1ca42d1a193ad8a76ae4381f99e7eb2db63d31fbb58f076ac8c57fa96bb0";

    @Test
    void aws_sendsChecksums() {
        String upload = "host: bucket.s3.test, x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                + " x-amz-decoded-content-length: %d, x-amz-sdk-checksum-algorithm: CRC32,"
                + " x-amz-trailer: x-amz-checksum-crc32";
        assertThat(requests(S3Dialect.aws()))
                .containsEntry(
                        "PUT /small",
                        "content-encoding: aws-chunked, content-type: binary/octet-stream, " + upload.formatted(1))
                .containsEntry(
                        "PUT /large?partNumber=1&uploadId=u",
                        "content-encoding: aws-chunked, content-type: application/octet-stream, expect: 100-continue, "
                                + upload.formatted(PART))
                // The checksum is that of the request's own body, which is empty: it is what the SDK does.
                .containsEntry(
                        "GET /small",
                        "host: bucket.s3.test, range: bytes=0-16777215, x-amz-checksum-crc32: AAAAAA==,"
                                + " x-amz-content-sha256: UNSIGNED-PAYLOAD, x-amz-te: append-md5")
                .containsEntry(
                        "POST /?delete",
                        "content-type: application/xml, host: bucket.s3.test, x-amz-checksum-crc32: WP/IWA==,"
                                + " x-amz-content-sha256: " + SUM_OF_DELETE + ", x-amz-sdk-checksum-algorithm: CRC32")
                .containsEntry(
                        "GET /?list-type=2&encoding-type=url&prefix=a%20b",
                        "host: bucket.s3.test, x-amz-content-sha256: UNSIGNED-PAYLOAD");
    }

    @Test
    void s3Compatible_sendsOnlyWhatTheProtocolDemands() {
        assertThat(withoutChecksums(requests(S3Dialect.s3Compatible())))
                .containsEntry(
                        "POST /bucket?delete",
                        "content-type: application/xml, host: s3.test, x-amz-checksum-crc32: WP/IWA==,"
                                + " x-amz-content-sha256: " + SUM_OF_DELETE + ", x-amz-sdk-checksum-algorithm: CRC32")
                .containsEntry(
                        "GET /bucket?list-type=2&encoding-type=url&prefix=a%20b",
                        "host: s3.test, x-amz-content-sha256: UNSIGNED-PAYLOAD");
    }

    @Test
    void strictLegacy_sendsNothingFromAfter2020() {
        assertThat(withoutChecksums(requests(S3Dialect.strictLegacy())))
                .containsEntry(
                        "POST /bucket?delete",
                        "content-md5: YyRBA9K6a+LNTirq5y9a8A==, content-type: application/xml, host: s3.test,"
                                + " x-amz-content-sha256: " + SUM_OF_DELETE)
                .containsEntry(
                        "GET /bucket?list-type=2&prefix=a%20b", "host: s3.test, x-amz-content-sha256: UNSIGNED-PAYLOAD")
                .allSatisfy((line, headers) ->
                        assertThat(headers).doesNotContain("checksum", "trailer", "chunked", "x-amz-te", "crc"));
    }

    private static Map<String, String> withoutChecksums(Map<String, String> requests) {
        assertThat(requests)
                .containsEntry(
                        "PUT /bucket/small",
                        "content-type: binary/octet-stream, host: s3.test, x-amz-content-sha256: UNSIGNED-PAYLOAD")
                .containsEntry(
                        "PUT /bucket/large?partNumber=1&uploadId=u",
                        "content-type: application/octet-stream, expect: 100-continue, host: s3.test,"
                                + " x-amz-content-sha256: UNSIGNED-PAYLOAD")
                .containsEntry(
                        "GET /bucket/small",
                        "host: s3.test, range: bytes=0-16777215, x-amz-content-sha256: UNSIGNED-PAYLOAD");
        return requests;
    }

    /** The request lines, and the headers of each that are not common. */
    private Map<String, String> requests(S3Dialect dialect) {
        int before = server.heads().size();
        S3Store store = S3Store.builder("bucket")
                .transport(transport)
                .endpoint(URI.create("http://s3.test:" + server.port()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
                .dialect(dialect)
                .uploadPartBytes(PART)
                .build();
        store.put("small", Content.text("x")).block(PATIENCE);
        store.put("large", Content.bytes(new byte[PART + 1])).block(PATIENCE);
        store.getText("small").block(PATIENCE);
        Flux.from(store.deleteAll(Flux.just("small"))).blockLast(PATIENCE);
        store.list("a b").blockLast(PATIENCE);
        store.close().block(PATIENCE);
        Map<String, String> requests = new TreeMap<>();
        server.heads().stream().skip(before).forEach(head -> {
            List<String> lines = Arrays.asList(head.split("\r\n"));
            String headers = lines.stream()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(':')).toLowerCase()
                            + line.substring(line.indexOf(':')).replace(":" + server.port(), ""))
                    .filter(line -> !COMMON.contains(line.substring(0, line.indexOf(':'))))
                    .sorted()
                    .collect(Collectors.joining(", "));
            requests.put(lines.get(0).replace(" HTTP/1.1", ""), headers);
        });
        return requests;
    }

    private void serve(ScriptedServer.Peer peer) throws Exception {
        for (String head = peer.readRequest(); head != null; head = peer.readRequest()) {
            String lower = head.toLowerCase();
            if (lower.contains("expect: 100-continue")) {
                peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            int at = lower.indexOf("\ncontent-length:");
            if (at >= 0) {
                peer.read(Integer.parseInt(
                        lower.substring(at + 16, lower.indexOf('\r', at)).trim()));
            }
            String line = head.substring(0, head.indexOf('\r'));
            String body = line.startsWith("POST") && line.contains("uploads")
                    ? "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                    : line.startsWith("POST") && line.contains("uploadId")
                            ? "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
                            : line.startsWith("POST")
                                    ? "<DeleteResult></DeleteResult>"
                                    : line.contains("list-type")
                                            ? "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
                                            : "";
            peer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    /** Every name is this machine. */
    private static final class Loopback extends AddressResolverGroup<InetSocketAddress> {

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String name, Promise<InetAddress> promise) {
                    promise.setSuccess(InetAddress.getLoopbackAddress());
                }

                @Override
                protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                    promise.setSuccess(List.of(InetAddress.getLoopbackAddress()));
                }
            }.asAddressResolver();
        }
    }
}
