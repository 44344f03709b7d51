package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** Who trusts whom. The server's certificate is for {@code localhost}, and signed by itself. */
class TlsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final AttributeMap TRUST_ALL = AttributeMap.builder()
            .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
            .build();

    @TempDir
    private static Path directory;

    private static final Map<String, KeyStore> STORES = new ConcurrentHashMap<>();

    /** A key and a certificate of its own for {@code localhost}, made by the JDK's tool when it is first wanted. */
    private static KeyStore store(String name) throws Exception {
        KeyStore made = STORES.get(name);
        if (made == null) {
            Path file = directory.resolve(name);
            keytool(file);
            made = KeyStore.getInstance(file.toFile(), PASSWORD);
            STORES.put(name, made);
        }
        return made;
    }

    private static void keytool(Path file) throws Exception {
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tool.waitFor()).as(said).isZero();
    }

    private static KeyManager[] keys(String name) throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store(name), PASSWORD);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trusting(String name) throws Exception {
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("known", store(name).getCertificate("k"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(known);
        return factory.getTrustManagers();
    }

    /** @param needsClient whether clients must show the certificate that is called client */
    private static ScriptedServer server(boolean needsClient) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys("server"), trusting("client"), null);
        return new ScriptedServer(
                new javax.net.ServerSocketFactory() {
                    @Override
                    public java.net.ServerSocket createServerSocket(int port) throws IOException {
                        throw new IOException("not used");
                    }

                    @Override
                    public java.net.ServerSocket createServerSocket(int port, int backlog) throws IOException {
                        throw new IOException("not used");
                    }

                    @Override
                    public java.net.ServerSocket createServerSocket(int port, int backlog, java.net.InetAddress at)
                            throws IOException {
                        SSLServerSocket socket = (SSLServerSocket)
                                context.getServerSocketFactory().createServerSocket(port, backlog, at);
                        socket.setNeedClientAuth(needsClient);
                        return socket;
                    }
                },
                peer -> {
                    while (peer.readRequest() != null) {
                        peer.write(OK);
                    }
                });
    }

    private static Call get(SdkAsyncHttpClient client, String host, int port) {
        return Call.run(client, Call.request(port, "/").protocol("https").host(host), null, 9, execute -> {});
    }

    @Test
    void unknownCertificate_isAHandshakeExceptionWithItsCause() throws Exception {
        try (ScriptedServer server = server(false);
                ReactorNettyAsyncHttpClient client =
                        ReactorNettyAsyncHttpClient.builder().noProxy().build()) {
            Call call = get(client, "localhost", server.port());
            assertThat(call.failure()).isInstanceOf(SSLHandshakeException.class).hasCauseInstanceOf(Exception.class);
            assertThat(Call.await(call.handlerError)).isSameAs(call.failure());
            assertThat(client.stats()).isEqualTo(new TransportStats(0, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void knownCertificate_isTrusted_forTheNameItIsFor() throws Exception {
        TrustManager[] trust = trusting("server");
        try (ScriptedServer server = server(false);
                ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.builder()
                        .noProxy()
                        .trustManagers(() -> trust)
                        .build()) {
            assertThat(get(client, "localhost", server.port()).text()).isEqualTo("ok");
            assertThat(get(client, "127.0.0.1", server.port()).failure()).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void trustAll_trustsAll_whateverTheName() throws Exception {
        try (ScriptedServer server = server(false);
                ReactorNettyAsyncHttpClient client =
                        ReactorNettyAsyncHttpClient.builder().noProxy().buildWithDefaults(TRUST_ALL)) {
            assertThat(get(client, "localhost", server.port()).text()).isEqualTo("ok");
            assertThat(get(client, "127.0.0.1", server.port()).text()).isEqualTo("ok");
            assertThat(get(client, "127.0.0.1", server.port()).text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void serverThatAsksWhoWeAre_isShownTheKey() throws Exception {
        KeyManager[] keys = keys("client");
        try (ScriptedServer server = server(true);
                ReactorNettyAsyncHttpClient known = ReactorNettyAsyncHttpClient.builder()
                        .noProxy()
                        .keyManagers(() -> keys)
                        .buildWithDefaults(TRUST_ALL);
                ReactorNettyAsyncHttpClient unknown =
                        ReactorNettyAsyncHttpClient.builder().noProxy().buildWithDefaults(TRUST_ALL)) {
            assertThat(get(known, "localhost", server.port()).text()).isEqualTo("ok");
            assertThat(get(unknown, "localhost", server.port()).failure()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void handshakeThatDoesNotGoOn_timesOut() throws Exception {
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.Peer::readAll);
                ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.builder()
                        .noProxy()
                        .handshakeTimeout(Duration.ofMillis(200))
                        .build()) {
            assertThat(get(client, "localhost", silent.port()).failure()).isInstanceOf(SSLException.class);
        }
    }
}
