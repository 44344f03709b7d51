package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreTimeoutException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default transport against a server that breaks off: a body that is cut ends in an error, and soon. */
class TransportFaultTest {

    private static final int SIZE = 10_000;

    /** Ample for three tries, far from any timeout. */
    private static final Duration SOON = Duration.ofSeconds(8);

    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket server;
    private S3Store store;

    @AfterEach
    void close() throws IOException {
        Verify.none(store.close());
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5000, SIZE - 1})
    void connectionClosedMidBody_isAnErrorSoon(int bytes) throws IOException {
        start(bytes, false);
        long begin = System.nanoTime();
        StoreException error = failure(StoreException.class, store.get("k"));
        assertThat(error.retryable()).isTrue();
        assertThat(error).isNotInstanceOf(StoreTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
    }

    @Test
    void wholeBody_isRead() throws IOException {
        start(SIZE, false);
        StoredObject object = one(store.get("k", ReadOptions.defaults().withFirstPartBytes(SIZE)));
        assertThat(one(object.byteArray())).hasSize(SIZE);
        assertThat(connections).hasValue(1);
    }

    @Test
    void connectionThatFallsSilentMidBody_timesOut() throws IOException {
        start(5000, true);
        failure(StoreTimeoutException.class, store.get("k"));
    }

    private void start(int bytes, boolean staysOpen) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        store = S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .endpoint(URI.create("http://127.0.0.1:" + server.getLocalPort()))
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .partTimeout(staysOpen ? Duration.ofMillis(500) : Duration.ofSeconds(30))
                .build();
        Thread thread = new Thread(() -> serve(bytes, staysOpen), "broken-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(int bytes, boolean staysOpen) {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.incrementAndGet();
                readRequest(connection.getInputStream());
                String head = "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: " + SIZE
                        + "\r\nContent-Range: bytes 0-" + (SIZE - 1) + "/" + SIZE + "\r\n\r\n";
                connection.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                connection.getOutputStream().write(new byte[bytes]);
                connection.getOutputStream().flush();
                if (!staysOpen) {
                    connection.close();
                }
            } catch (IOException closed) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(closed);
                }
            }
        }
    }

    private static void readRequest(InputStream in) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int c = in.read();
            newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
        }
    }
}
