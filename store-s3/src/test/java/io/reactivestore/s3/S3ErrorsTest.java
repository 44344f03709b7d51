package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Which error of ours stands for which failure of the server, the network or the SDK. */
class S3ErrorsTest {

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(403, "AccessDenied", StoreAccessDeniedException.class, false),
                Arguments.of(403, "SignatureDoesNotMatch", StoreAccessDeniedException.class, false),
                Arguments.of(403, "", StoreAccessDeniedException.class, false),
                Arguments.of(401, "", StoreAccessDeniedException.class, false),
                Arguments.of(400, "ExpiredToken", StoreAccessDeniedException.class, false),
                Arguments.of(400, "XAmzContentSHA256Mismatch", StoreUnsupportedException.class, false),
                Arguments.of(400, "BadDigest", StoreCorruptException.class, true),
                Arguments.of(400, "RequestTimeout", StoreTimeoutException.class, true),
                Arguments.of(400, "EntityTooLarge", StoreRejectedException.class, false),
                Arguments.of(400, "Whatever", StoreUnavailableException.class, false),
                Arguments.of(404, "NoSuchBucket", StoreUnavailableException.class, false),
                Arguments.of(409, "OperationAborted", StoreUnavailableException.class, true),
                Arguments.of(411, "MissingContentLength", StoreUnsupportedException.class, false),
                Arguments.of(429, "", StoreThrottledException.class, true),
                Arguments.of(500, "InternalError", StoreUnavailableException.class, true),
                Arguments.of(501, "NotImplemented", StoreUnsupportedException.class, false),
                Arguments.of(503, "SlowDown", StoreThrottledException.class, true),
                Arguments.of(503, "", StoreThrottledException.class, true),
                Arguments.of(504, "", StoreUnavailableException.class, true));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answer_isMapped(int status, String code, Class<? extends StoreException> type, boolean retryable) {
        FakeHttp http = FakeStores.http(request -> Reply.error(status, code));
        StoreException error = failure(type, FakeStores.builder(http).build().put("k", Content.text("x")));
        assertThat(error.retryable()).isEqualTo(retryable);
        assertThat(error.operation()).isEqualTo("put");
        assertThat(error.key()).isEqualTo("k");
        assertThat(error.getCause()).isNotNull();
        assertThat(error.getMessage()).doesNotContain("secret words");
    }

    @Test
    void lostConnection_isUnavailable() {
        FakeHttp http = FakeStores.http(request -> Reply.lost());
        StoreException error = failure(
                StoreUnavailableException.class,
                FakeStores.builder(http).build().get("k"));
        assertThat(error.retryable()).isTrue();
        assertThat(error).hasMessage("get k: the connection failed");
    }

    @Test
    void unreachableServer_isUnavailable() throws IOException {
        // Bound, so that nobody else gets the port, but not listening: the connection is refused.
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            S3Store store = real(URI.create("http://127.0.0.1:" + bound.getLocalPort()));
            StoreException error = failure(StoreUnavailableException.class, store.get("k"));
            assertThat(error).hasMessage("get k: the server cannot be reached");
            assertThat(error.retryable()).isTrue();
            Verify.none(store.close());
        }
    }

    @Test
    void serverWithoutAName_isUnavailable() {
        S3Store store = real(URI.create("http://no-such-host.invalid"));
        StoreException error = failure(StoreException.class, store.head("k"));
        assertThat(error).isInstanceOfAny(StoreUnavailableException.class, StoreTimeoutException.class);
        assertThat(error.retryable()).isTrue();
        Verify.none(store.close());
    }

    @Test
    void serverThatNeverAnswers_timesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            S3Store store = S3Store.builder("bucket")
                    .dialect(FakeStores.DIALECT)
                    .endpoint(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                    .credentialsProvider(EmbeddedStores.CREDENTIALS)
                    .requestTimeout(Duration.ofMillis(300))
                    .build();
            StoreException error = failure(StoreTimeoutException.class, store.head("k"));
            assertThat(error).hasMessage("head k: no answer within 300 ms");
            Verify.none(store.close());
        }
    }

    @Test
    void missingCredentials_areDenied() {
        AwsCredentialsProvider none = () -> {
            throw SdkClientException.create("Unable to load credentials from any of the providers");
        };
        S3Store store = S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .endpoint(URI.create("http://s3.test"))
                .transport(FakeStores.http(request -> Reply.of(200)))
                .credentialsProvider(none)
                .build();
        StoreException error = failure(StoreAccessDeniedException.class, store.get("k"));
        assertThat(error).hasMessage("get k: no credentials could be found");
    }

    @ParameterizedTest
    @CsvSource({"InvalidAccessKeyId", "SignatureDoesNotMatch"})
    void wrongCredentials_areDenied_withOperationKeyAndReason(String code) {
        S3Store store = FakeStores.builder(FakeStores.http(request -> Reply.error(403, code)))
                .build();
        denied(store.get("k"), "get", "k", code);
        denied(store.put("k", Content.text("x")), "put", "k", code);
        denied(store.delete("k"), "delete", "k", code);
        denied(store.list("p/"), "list", "p/", code);
    }

    private static void denied(Publisher<?> publisher, String operation, String key, String reason) {
        StoreException error = failure(StoreAccessDeniedException.class, publisher);
        assertThat(error.operation()).isEqualTo(operation);
        assertThat(error.key()).isEqualTo(key);
        assertThat(error).hasMessageContaining(operation + " " + key + ": ").hasMessageContaining(reason);
        assertThat(error.retryable()).isFalse();
        assertThat(error.getMessage()).doesNotContain("secret");
    }

    @Test
    void closedStore_saysSo_whateverTheSdkSays() {
        S3Store store = S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .endpoint(URI.create("http://s3.test"))
                .transport(FakeStores.http(request -> Reply.silent()))
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .build();
        Verify.none(store.close());
        failure(StoreClosedException.class, store.get("k"));
        failure(StoreClosedException.class, store.list(""));
        failure(StoreClosedException.class, store.open());
        Verify.none(store.close());
    }

    private static S3Store real(URI endpoint) {
        return S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .endpoint(endpoint)
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .requestTimeout(Duration.ofSeconds(10))
                .partTimeout(Duration.ofSeconds(10))
                .build();
    }
}
