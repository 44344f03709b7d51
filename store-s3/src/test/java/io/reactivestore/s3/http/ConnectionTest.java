package io.reactivestore.s3.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import software.amazon.awssdk.http.HttpMetric;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpService;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricCollector;
import software.amazon.awssdk.utils.AttributeMap;

/** Getting connections, losing them, and giving them back. */
class ConnectionTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static ReactorNettyAsyncHttpClientBuilder builder() {
        return ReactorNettyAsyncHttpClient.builder().noProxy();
    }

    @Test
    void refusedConnection_isAConnectException_eachTime() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (ReactorNettyAsyncHttpClient client = builder().build()) {
            for (int i = 0; i < 50; i++) {
                Call call = Call.get(client, port, "/");
                assertThat(call.failure()).isInstanceOf(ConnectException.class);
                assertThat(Call.await(call.handlerError)).isSameAs(call.failure());
            }
            assertThat(client.stats()).isEqualTo(new TransportStats(0, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void connectionThatIsNotAccepted_timesOut() throws Exception {
        List<Socket> filling = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ReactorNettyAsyncHttpClient client =
                        builder().connectTimeout(Duration.ofMillis(200)).build()) {
            for (int i = 0; i < 4; i++) {
                Socket socket = new Socket();
                filling.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 100);
                } catch (IOException fullNow) {
                    break;
                }
            }
            assertThat(Call.get(client, full.getLocalPort(), "/").failure())
                    .isInstanceOf(ConnectTimeoutException.class);
        } finally {
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void unknownHost_isAnIoError() {
        try (ReactorNettyAsyncHttpClient client = builder().build()) {
            Call call = Call.run(client, Call.request(80, "/").host("no-such-host.invalid"), null, 9, e -> {});
            assertThat(call.failure()).isInstanceOf(java.net.UnknownHostException.class);
        }
    }

    @Test
    void fullPool_failsAfterTheAcquireTimeout_andFullLineAtOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.readRequest();
                    peer.readAll();
                });
                ReactorNettyAsyncHttpClient client = builder()
                        .maxConnections(1)
                        .maxPendingAcquires(1)
                        .acquireTimeout(Duration.ofSeconds(1))
                        .build()) {
            Call holding = Call.get(client, server.port(), "/");
            await().atMost(Call.PATIENCE).until(() -> !server.heads().isEmpty());
            Call waiting = Call.get(client, server.port(), "/");
            assertThat(client.stats()).isEqualTo(new TransportStats(1, 1, 1, 0, 0, 0));
            Call tooMany = Call.get(client, server.port(), "/");
            assertThat(tooMany.failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Maximum pending acquire operations exceeded");
            assertThat(waiting.failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Acquire operation took longer");
            assertThat(Call.await(waiting.handlerError)).isSameAs(waiting.failure());
            assertThat(holding.future).isNotDone();
            assertThat(client.stats()).isEqualTo(new TransportStats(1, 1, 0, 0, 0, 0));
        }
    }

    @Test
    void lineWithoutLimit_isWaitedInForEver() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    while (peer.readRequest() != null) {
                        go.get(20, TimeUnit.SECONDS);
                        peer.write(OK);
                    }
                });
                ReactorNettyAsyncHttpClient client = builder()
                        .maxConnections(1)
                        .acquireTimeout(Duration.ZERO)
                        .build()) {
            Call first = Call.get(client, server.port(), "/");
            Call second = Call.get(client, server.port(), "/");
            await().during(Duration.ofMillis(100)).atMost(Call.PATIENCE).until(() -> !second.future.isDone());
            go.complete(null);
            assertThat(first.text()).isEqualTo("ok");
            assertThat(second.text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void requestCancelledInTheLine_leavesIt_andNoConnectionIsLost() throws Exception {
        AtomicInteger released = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    while (peer.readRequest() != null) {
                        await().atMost(Call.PATIENCE).until(() -> released.get() > 0);
                        peer.write(OK);
                    }
                });
                ReactorNettyAsyncHttpClient client =
                        builder().maxConnections(1).maxPendingAcquires(3).build()) {
            Call holding = Call.get(client, server.port(), "/");
            await().atMost(Call.PATIENCE).until(() -> !server.heads().isEmpty());
            for (int i = 0; i < 20; i++) {
                // Each takes the third place; none is left taken.
                List<Call> calls = new ArrayList<>();
                for (int j = 0; j < 3; j++) {
                    calls.add(Call.get(client, server.port(), "/"));
                }
                calls.forEach(call -> call.future.cancel(true));
            }
            Call last = Call.get(client, server.port(), "/");
            released.incrementAndGet();
            assertThat(holding.text()).isEqualTo("ok");
            assertThat(last.text()).isEqualTo("ok");
            assertThat(server.heads()).hasSize(2);
            assertThat(server.connections()).isEqualTo(1);
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(1, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void requestCancelledInTheLineOfAGivenClient_givesItsConnectionBackUnused() throws Exception {
        AtomicInteger released = new AtomicInteger();
        ConnectionProvider pool = ConnectionProvider.create("one", 1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    while (peer.readRequest() != null) {
                        await().atMost(Call.PATIENCE).until(() -> released.get() > 0);
                        peer.write(OK);
                    }
                });
                ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.builder()
                        .httpClient(HttpClient.create(pool).followRedirect(true).headers(h -> h.set("X-Mine", "1")))
                        .build()) {
            Call holding = Call.get(client, server.port(), "/");
            await().atMost(Call.PATIENCE).until(() -> !server.heads().isEmpty());
            Call cancelled = Call.get(client, server.port(), "/cancelled");
            cancelled.future.cancel(true);
            Call last = Call.get(client, server.port(), "/");
            released.incrementAndGet();
            assertThat(holding.text()).isEqualTo("ok");
            assertThat(last.text()).isEqualTo("ok");
            assertThat(server.heads()).hasSize(2).noneMatch(head -> head.contains("X-Mine"));
            assertThat(server.connections()).isEqualTo(1);
        } finally {
            assertThat(pool.isDisposed()).isFalse();
            pool.dispose();
        }
    }

    /** The server answers one request and closes the connection when it has read the next. */
    private static ScriptedServer closingOnSecondRequest() throws IOException {
        return new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write(OK);
            if (peer.number() == 0) {
                peer.readRequest();
            } else {
                peer.readAll();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = SdkHttpMethod.class,
            names = {"GET", "HEAD", "OPTIONS"})
    void keptConnectionThatTheServerCloses_isReplacedOnce_forARequestThatDoesNothing(SdkHttpMethod method)
            throws Exception {
        try (ScriptedServer server = closingOnSecondRequest();
                ReactorNettyAsyncHttpClient client = builder().build()) {
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
            Call call = Call.run(client, Call.request(server.port(), "/2").method(method), null, 9, e -> {});
            call.bytes();
            assertThat(call.status()).isEqualTo(200);
            assertThat(server.heads()).hasSize(3);
            assertThat(client.stats().retried()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SdkHttpMethod.class,
            names = {"PUT", "DELETE", "POST"})
    void keptConnectionThatTheServerCloses_isAnError_forARequestThatChangesSomething(SdkHttpMethod method)
            throws Exception {
        try (ScriptedServer server = closingOnSecondRequest();
                ReactorNettyAsyncHttpClient client = builder().build()) {
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
            Call call = Call.run(client, Call.request(server.port(), "/2").method(method), null, 9, e -> {});
            assertThat(call.failure()).isInstanceOf(IOException.class);
            assertThat(client.stats().retried()).isZero();
        }
    }

    @Test
    void newConnectionThatTheServerCloses_isAnError() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::readRequest);
                ReactorNettyAsyncHttpClient client = builder().build()) {
            assertThat(Call.get(client, server.port(), "/").failure()).isInstanceOf(IOException.class);
            assertThat(server.heads()).hasSize(1);
        }
    }

    /** The next request comes while the server closes, when it has, or when the client has noticed. */
    @Test
    void serverThatClosesIdleConnections_isNeverNoticed() throws Exception {
        Semaphore mayClose = new Semaphore(0);
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.readRequest();
                    peer.write(OK);
                    mayClose.acquire();
                });
                ReactorNettyAsyncHttpClient client = builder().build()) {
            for (int i = 0; i < 200; i++) {
                assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
                int answered = i + 1;
                mayClose.release();
                if (i % 3 == 1) {
                    await().pollInterval(Duration.ofMillis(1))
                            .atMost(Call.PATIENCE)
                            .until(() -> server.ended() == answered);
                } else if (i % 3 == 2) {
                    await().pollInterval(Duration.ofMillis(1))
                            .atMost(Call.PATIENCE)
                            .until(() -> client.stats().connections() == 0);
                }
            }
        }
    }

    @Test
    void idleConnection_isClosedAfterItsTime() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK);
                ReactorNettyAsyncHttpClient client =
                        builder().maxIdleTime(Duration.ofMillis(100)).build()) {
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 1);
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void metrics_areReported() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK);
                ReactorNettyAsyncHttpClient client = builder().maxConnections(7).build()) {
            Call.get(client, server.port(), "/").bytes();
            await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
            MetricCollector collector = MetricCollector.create("test");
            Call.run(client, Call.request(server.port(), "/"), null, 9, e -> e.metricCollector(collector))
                    .bytes();
            MetricCollection metrics = collector.collect();
            assertThat(metrics.metricValues(HttpMetric.HTTP_CLIENT_NAME)).containsExactly("ReactorNetty");
            assertThat(metrics.metricValues(HttpMetric.MAX_CONCURRENCY)).containsExactly(7);
            assertThat(metrics.metricValues(HttpMetric.LEASED_CONCURRENCY)).containsExactly(1);
            assertThat(metrics.metricValues(HttpMetric.AVAILABLE_CONCURRENCY)).containsExactly(0);
            assertThat(metrics.metricValues(HttpMetric.PENDING_CONCURRENCY_ACQUIRES))
                    .containsExactly(0);
            assertThat(metrics.metricValues(HttpMetric.CONCURRENCY_ACQUIRE_DURATION))
                    .singleElement()
                    .satisfies(time -> assertThat(time).isPositive());
        }
    }

    @Test
    void whatWasPassedIn_isUsed_andStaysOpen() throws Exception {
        LoopResources loops = LoopResources.create("mine", 1, true);
        ConnectionProvider pool = ConnectionProvider.create("mine", 3);
        try (ScriptedServer server = ScriptedServer.answering(OK)) {
            ReactorNettyAsyncHttpClient client =
                    builder().loopResources(loops).connectionProvider(pool).build();
            List<String> threads = new ArrayList<>();
            Call call = Call.get(client, server.port(), "/", -1);
            Flux.from(Call.await(call.stream))
                    .doOnNext(b -> threads.add(Thread.currentThread().getName()))
                    .blockLast(Call.PATIENCE);
            assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith("mine-"));
            client.close();
            client.close();
            assertThat(Call.get(client, server.port(), "/").failure()).isInstanceOf(IllegalStateException.class);
            assertThat(pool.isDisposed()).isFalse();
            assertThat(loops.isDisposed()).isFalse();
            assertThat(server.ended()).isZero();
        } finally {
            pool.dispose();
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Call.PATIENCE);
        }
    }

    @Test
    void closing_letsWhatIsUnderWayEnd_thenClosesItsConnection() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
            go.get(20, TimeUnit.SECONDS);
            peer.write("def");
            peer.readAll();
        })) {
            ReactorNettyAsyncHttpClient client = builder().build();
            Call call = Call.get(client, server.port(), "/");
            Call.await(call.head);
            client.close();
            assertThat(Call.get(client, server.port(), "/").failure()).isInstanceOf(IllegalStateException.class);
            go.complete(null);
            assertThat(call.text()).isEqualTo("abcdef");
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 1);
        }
    }

    @Test
    void http2_isSpoken_withManyStreamsOnOneConnection() {
        AtomicInteger connections = new AtomicInteger();
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .protocol(HttpProtocol.H2C)
                .doOnChannelInit((observer, channel, address) -> connections.incrementAndGet())
                .handle((request, response) -> response.header(
                                "version", request.version().text())
                        .send(request.receive()
                                .aggregate()
                                .retain()
                                .defaultIfEmpty(Unpooled.copiedBuffer("none", US_ASCII))))
                .bindNow();
        try (ReactorNettyAsyncHttpClient client =
                builder().protocol(Protocol.HTTP2).build()) {
            Call first = Call.get(client, server.port(), "/");
            assertThat(first.text()).isEqualTo("none");
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(Call.put(client, server.port(), Flux.just(ByteBuffer.wrap("body".getBytes(US_ASCII))), 4L));
            }
            calls.forEach(call -> assertThat(call.text()).isEqualTo("body"));
            assertThat(Call.await(first.head).firstMatchingHeader("version")).contains("HTTP/2.0");
            assertThat(Call.get(client, server.port(), "/", 5).text()).isEqualTo("none");
        } finally {
            server.disposeNow(Duration.ofSeconds(5));
        }
    }

    @Test
    void sdkThatIsGivenNoClient_findsThisOne() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK);
                SdkAsyncHttpClient client = ServiceLoader.load(SdkAsyncHttpService.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .reduce((one, other) -> {
                            throw new AssertionError("more than one: " + one + ", " + other);
                        })
                        .orElseThrow()
                        .createAsyncHttpClientFactory()
                        .buildWithDefaults(AttributeMap.empty())) {
            assertThat(client).isInstanceOf(ReactorNettyAsyncHttpClient.class);
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
        }
    }

    @Test
    void settingsThatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> builder().maxConnections(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConnections: need 1 or more, was 0");
        assertThatThrownBy(() -> builder().readTimeout(Duration.ofMillis(-1)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("readTimeout: need 0 or more");
        assertThatThrownBy(() -> builder().httpClient(HttpClient.create()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("httpClient: has its own pool");
    }

    @Test
    void settingsOfAService_holdWhereNoneWereMade() throws Exception {
        AttributeMap service = AttributeMap.builder()
                .put(SdkHttpConfigurationOption.READ_TIMEOUT, Duration.ofMillis(100))
                .put(SdkHttpConfigurationOption.MAX_CONNECTIONS, 9)
                .build();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.readRequest();
                    peer.readAll();
                });
                ReactorNettyAsyncHttpClient client = builder().maxConnections(3).buildWithDefaults(service)) {
            assertThat(Call.get(client, server.port(), "/").failure()).hasMessageContaining("100 ms");
            assertThat(client).asString().contains("maxConnections=3").contains("maxIdleTime=PT5S");
        }
    }

    @Test
    void bodyNotMatching_isNotReplayed() throws Exception {
        // A request with a body whose content was asked for is not made again, whatever its method.
        try (ScriptedServer server = closingOnSecondRequest();
                ReactorNettyAsyncHttpClient client = builder().build()) {
            Call.get(client, server.port(), "/").bytes();
            await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
            AtomicInteger subscriptions = new AtomicInteger();
            Flux<ByteBuffer> content =
                    Flux.just(ByteBuffer.allocate(3)).doOnSubscribe(s -> subscriptions.incrementAndGet());
            Call call = Call.run(client, Call.request(server.port(), "/2"), Call.content(content, 3L), 9, e -> {});
            assertThat(call.failure()).isInstanceOf(IOException.class);
            assertThat(subscriptions).hasValue(1);
        }
    }
}
