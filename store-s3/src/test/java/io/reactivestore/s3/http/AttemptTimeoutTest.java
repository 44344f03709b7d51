package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The time limits of the SDK above the transport: what runs into one is given up, and its connection let go. */
class AttemptTimeoutTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 10\r\n\r\n";

    private final ReactorNettyAsyncHttpClient transport =
            ReactorNettyAsyncHttpClient.builder().noProxy().build();

    @AfterEach
    void close() {
        transport.close();
    }

    private S3AsyncClient client(ScriptedServer server, Duration attempt, Duration call) {
        return S3AsyncClient.builder()
                .httpClient(transport)
                .endpointOverride(Call.uri(server.port()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .overrideConfiguration(o ->
                        o.apiCallAttemptTimeout(attempt).apiCallTimeout(call).retryStrategy(r -> r.maxAttempts(2)))
                .build();
    }

    private static Throwable failure(S3AsyncClient client) {
        try {
            client.getObject(r -> r.bucket("b").key("k"), AsyncResponseTransformer.toBytes())
                    .get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | CompletionException e) {
            return e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("did not fail");
    }

    private void assertIdle(ScriptedServer server, int connections) {
        await().atMost(Call.PATIENCE)
                .until(() -> server.connections() == connections
                        && server.ended() == connections
                        && transport.stats().connections() == 0
                        && transport.stats().leased() == 0
                        && transport.stats().pending() == 0);
    }

    @Test
    void attemptWithoutAnswer_isGivenUp_andMadeAgain() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            if (peer.number() == 1) {
                peer.write(OK + "0123456789");
            }
            peer.readAll();
        })) {
            S3AsyncClient client = client(server, Duration.ofMillis(300), Duration.ofSeconds(20));
            byte[] bytes = client.getObject(r -> r.bucket("b").key("k"), AsyncResponseTransformer.toBytes())
                    .get(20, TimeUnit.SECONDS)
                    .asByteArray();
            assertThat(bytes).hasSize(10);
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 1 && transport.stats().leased() == 0);
        }
    }

    @Test
    void everyAttemptWithoutAnswer_isAnAttemptTimeout() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.readAll();
        })) {
            assertThat(failure(client(server, Duration.ofMillis(200), Duration.ofSeconds(20))))
                    .isInstanceOf(ApiCallAttemptTimeoutException.class);
            assertIdle(server, 2);
        }
    }

    @Test
    void bodyThatStops_isAnAttemptTimeout() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write(OK + "012");
            peer.readAll();
        })) {
            assertThat(failure(client(server, Duration.ofMillis(200), Duration.ofSeconds(20))))
                    .isInstanceOf(ApiCallAttemptTimeoutException.class);
            assertIdle(server, 2);
        }
    }

    @Test
    void callThatTakesTooLong_isACallTimeout() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.readAll();
        })) {
            assertThat(failure(client(server, Duration.ofSeconds(20), Duration.ofMillis(200))))
                    .isInstanceOf(ApiCallTimeoutException.class);
            assertIdle(server, 1);
        }
    }

    @Test
    void bodyThatIsCut_isMadeAgain_andIsWhole() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write(OK + (peer.number() == 0 ? "012" : "0123456789"));
        })) {
            S3AsyncClient client = client(server, Duration.ofSeconds(5), Duration.ofSeconds(20));
            assertThat(client.getObject(r -> r.bucket("b").key("k"), AsyncResponseTransformer.toBytes())
                            .get(20, TimeUnit.SECONDS)
                            .asUtf8String())
                    .isEqualTo("0123456789");
            assertThat(server.heads()).hasSize(2);
        }
    }
}
