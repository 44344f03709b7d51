package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Many exchanges that end in every way: nothing blocks an event loop, no buffer is leaked, no connection is lost. */
@ExtendWith(BlockingCheck.class)
class TransportSoundnessTest {

    private static final boolean SLOW = Boolean.getBoolean("reactivestore.slow");
    private static final int DOWNLOADS = SLOW ? 10_000 : 500;
    private static final int CUT_STEP = SLOW ? 1 : 701;
    private static final int CONNECTIONS = 16;
    private static final int[] SIZES = {0, 1, 4_096, 65_536, 300_000, 2_000_000};

    @RegisterExtension
    final NettyLeaks leaks = new NettyLeaks();

    @Test
    void downloadsCancelledAnywhere_leakNothing_andLoseNoConnection() {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .route(routes -> routes.get("/{size}", (request, response) -> {
                    int size = Integer.parseInt(String.valueOf(request.param("size")));
                    return response.header("Content-Length", String.valueOf(size))
                            .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(new byte[size])));
                }))
                .bindNow();
        long seed = System.nanoTime();
        try (ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.builder()
                .noProxy()
                .maxConnections(CONNECTIONS)
                .build()) {
            Random random = new Random(seed);
            downloads(client, server.port(), random, DOWNLOADS / 4);
            long base = NettyLeaks.directMemory();
            downloads(client, server.port(), random, DOWNLOADS);
            assertThat(NettyLeaks.directMemory()).as("direct memory").isLessThanOrEqualTo(base + (16 << 20));
            assertThat(client.stats().drained()).as("drained").isPositive();
            assertThat(client.stats().closed()).as("closed").isPositive();
            // All of the pool can still be had at a time.
            List<Call> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(Call.get(client, server.port(), "/2000000", 0));
            }
            all.forEach(call -> Call.await(call.head));
            all.forEach(call -> call.request(Long.MAX_VALUE));
            all.forEach(call -> assertThat(call.bytes()).hasSize(2_000_000));
            leaks.assertNone();
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        } finally {
            server.disposeNow(Duration.ofSeconds(5));
        }
    }

    private static void downloads(ReactorNettyAsyncHttpClient client, int port, Random random, int count) {
        Deque<Call> running = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            int size = SIZES[random.nextInt(SIZES.length)];
            int way = random.nextInt(6);
            long demand = way == 0 ? -1 : way < 3 ? 1 + random.nextInt(3) : Long.MAX_VALUE;
            Call call = Call.get(client, port, "/" + size, demand);
            switch (way) {
                case 0, 1, 3 -> {
                    // Before, at or after the head, whatever has come by then.
                    spin(random.nextInt(200_000));
                    call.future.cancel(true);
                }
                case 2 -> {
                    Call.await(call.head);
                    spin(random.nextInt(100_000));
                    call.cancelBody();
                }
                default -> {}
            }
            running.add(call);
            if (running.size() > 2 * CONNECTIONS) {
                end(running.poll());
            }
        }
        running.forEach(TransportSoundnessTest::end);
        await().atMost(Call.PATIENCE)
                .until(() -> client.stats().leased() == 0 && client.stats().pending() == 0);
    }

    private static void end(Call call) {
        try {
            call.future.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.CancellationException | java.util.concurrent.ExecutionException expected) {
            assertThat(call.future.isDone()).isTrue();
        } catch (Exception e) {
            throw new AssertionError("a call did not end", e);
        }
    }

    private static void spin(int nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void bodyCutAtAnyByte_isAnErrorWithinASecond() throws Exception {
        int size = 65_536;
        byte[] bytes = new byte[size];
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    String head = peer.readRequest();
                    int cut = Integer.parseInt(head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP")));
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                    peer.write(java.util.Arrays.copyOf(bytes, cut));
                });
                ReactorNettyAsyncHttpClient client =
                        ReactorNettyAsyncHttpClient.builder().noProxy().build()) {
            for (int cut = 0; cut < size; cut += CUT_STEP) {
                long begin = System.nanoTime();
                Call call = Call.get(client, server.port(), "/" + cut, cut % 2 == 0 ? Long.MAX_VALUE : 1);
                if (cut % 2 == 1) {
                    call.request(1_000);
                }
                assertThat(call.failure())
                        .as("cut at " + cut)
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
                assertThat(Call.await(call.bodyError)).isSameAs(call.failure());
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .as("cut at " + cut)
                        .isLessThan(Duration.ofSeconds(1));
                assertThat(call.receivedBytes()).isLessThanOrEqualTo(cut);
            }
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
            leaks.assertNone();
        }
    }
}
