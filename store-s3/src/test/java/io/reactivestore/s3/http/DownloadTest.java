package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.s3.http.internal.LentBody;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Bodies of answers: demand, cancel, cut, stall, and what becomes of the connection. */
class DownloadTest {

    private static final int SIZE = 3_000_000;
    private static final byte[] BYTES = new byte[SIZE];

    static {
        new Random(1).nextBytes(BYTES);
    }

    private ReactorNettyAsyncHttpClient client =
            ReactorNettyAsyncHttpClient.builder().noProxy().build();

    @AfterEach
    void close() {
        client.close();
    }

    private static ScriptedServer serving(byte[] bytes) throws IOException {
        return new ScriptedServer(peer -> {
            while (peer.readRequest() != null) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n");
                peer.write(bytes);
            }
        });
    }

    @Test
    void unboundedDemand_getsAllBytes_inArraysOfTheirOwn() throws Exception {
        try (ScriptedServer server = serving(BYTES)) {
            Call call = Call.get(client, server.port(), "/", -1);
            StepVerifier.create(Flux.from(Call.await(call.stream)).collectList())
                    .assertNext(buffers -> {
                        assertThat(buffers).allMatch(b -> b.hasArray() && b.array().length == b.remaining());
                        byte[] all = new byte[SIZE];
                        ByteBuffer to = ByteBuffer.wrap(all);
                        buffers.forEach(to::put);
                        assertThat(all).isEqualTo(BYTES);
                    })
                    .expectComplete()
                    .verify(Call.PATIENCE);
            Call.await(call.future);
            await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
        }
    }

    @Test
    void demandOneByOne_getsOnePieceEach_andTheServerIsHeldBack() throws Exception {
        byte[] large = new byte[24 << 20];
        CountDownLatch written = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + large.length + "\r\n\r\n");
            peer.write(large);
            written.countDown();
        })) {
            client = ReactorNettyAsyncHttpClient.builder()
                    .noProxy()
                    .readTimeout(Duration.ofSeconds(1))
                    .build();
            Call call = Call.get(client, server.port(), "/", 0);
            Call.await(call.head);
            for (int i = 1; i <= 5; i++) {
                int wanted = i;
                call.request(1);
                await().atMost(Call.PATIENCE).until(() -> call.pieces.size() == wanted);
            }
            // Longer than the read timeout: a reader that does not ask is not a server that does not answer.
            assertThat(written.await(1100, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isFalse();
            assertThat(call.pieces).hasSize(5);
            assertThat(call.future).isNotDone();
            call.request(Long.MAX_VALUE);
            assertThat(call.bytes()).hasSize(large.length);
        }
    }

    @Test
    void slowReaderOfAnAnswerThatIsHere_doesNotDisturbTheNextUserOfItsConnection() throws Exception {
        byte[] small = Arrays.copyOf(BYTES, 30_000);
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            for (int i = 0; peer.readRequest() != null; i++) {
                if (i == 1) {
                    Call.await(cancelled);
                }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + small.length + "\r\n\r\n");
                peer.write(small);
            }
        })) {
            Call slow = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> slow.pieces.size() == 1);
            // A second reader comes by the same connection, if the first body has arrived whole.
            Call next = Call.get(client, server.port(), "/", Long.MAX_VALUE);
            slow.cancelBody();
            cancelled.complete(null);
            assertThat(next.bytes()).isEqualTo(small);
            Call third = Call.get(client, server.port(), "/", Long.MAX_VALUE);
            assertThat(third.bytes()).isEqualTo(small);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5})
    void demandOfNothing_isAnError(long n) throws Exception {
        try (ScriptedServer server = serving(new byte[10])) {
            Call call = Call.get(client, server.port(), "/", 0);
            Call.await(call.head);
            call.request(n);
            assertThat(Call.await(call.bodyError))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3.9");
            assertThat(call.failure()).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void lentBody_isTheMemoryOfTheSocket() throws Exception {
        try (ScriptedServer server = serving(BYTES)) {
            Call call = Call.run(
                    client,
                    Call.request(server.port(), "/"),
                    null,
                    -1,
                    execute -> execute.httpExecutionAttributes(LentBody.ATTRIBUTES));
            ByteBuffer all = ByteBuffer.allocate(SIZE);
            StepVerifier.create(Flux.from(Call.await(call.stream))
                            .map(buffer -> {
                                all.put(buffer.duplicate());
                                return buffer.isDirect();
                            })
                            .distinct())
                    .expectNext(true)
                    .expectComplete()
                    .verify(Call.PATIENCE);
            assertThat(all.array()).isEqualTo(BYTES);
        }
    }

    @Test
    void secondSubscriber_isRefused() throws Exception {
        try (ScriptedServer server = serving(new byte[10])) {
            Call call = Call.get(client, server.port(), "/");
            assertThat(call.bytes()).hasSize(10);
            StepVerifier.create(Call.await(call.stream))
                    .expectError(IllegalStateException.class)
                    .verify(Call.PATIENCE);
        }
    }

    @Test
    void smallRest_isDrained_andTheConnectionIsKept() throws Exception {
        try (ScriptedServer server = serving(Arrays.copyOf(BYTES, 60_000))) {
            Call call = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !call.pieces.isEmpty());
            call.cancelBody();
            assertThat(call.failure()).isInstanceOf(CancellationException.class);
            await().atMost(Call.PATIENCE).until(() -> client.stats().drained() == 1);
            assertThat(Call.get(client, server.port(), "/").bytes()).hasSize(60_000);
            assertThat(server.connections()).isEqualTo(1);
            assertThat(client.stats()).isEqualTo(new TransportStats(1, 0, 0, 1, 0, 0));
        }
    }

    @Test
    void largeRest_closesTheConnection() throws Exception {
        try (ScriptedServer server = serving(BYTES)) {
            Call call = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !call.pieces.isEmpty());
            call.cancelBody();
            assertThat(call.failure()).isInstanceOf(CancellationException.class);
            await().atMost(Call.PATIENCE)
                    .until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 1, 0)) && server.ended() == 1);
        }
    }

    @Test
    void chunkedRestOfUnknownLength_isDrainedToItsEnd_orClosedWhenItIsTooMuch() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
            peer.write("5\r\nfghij\r\n0\r\n\r\n");
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                peer.write("1000\r\n" + "x".repeat(0x1000) + "\r\n");
            }
        })) {
            Call small = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !small.pieces.isEmpty());
            small.cancelBody();
            await().atMost(Call.PATIENCE).until(() -> client.stats().drained() == 1);
            Call endless = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !endless.pieces.isEmpty());
            endless.cancelBody();
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(0, 0, 0, 1, 1, 0)));
        }
    }

    @Test
    void restThatDoesNotCome_isNotWaitedForLong() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
            peer.readAll();
        })) {
            Call call = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !call.pieces.isEmpty());
            call.cancelBody();
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 1, 0)));
        }
    }

    @Test
    void bodyThatNobodyReads_isLetGoAfterAWhile() throws Exception {
        client = ReactorNettyAsyncHttpClient.builder()
                .noProxy()
                .unreadBodyTimeout(Duration.ofMillis(200))
                .build();
        try (ScriptedServer server = serving(Arrays.copyOf(BYTES, 60_000))) {
            Call call = Call.get(client, server.port(), "/", -1);
            Call.await(call.head);
            assertThat(call.failure()).isInstanceOf(IOException.class).hasMessageContaining("reading the body");
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(1, 0, 0, 1, 0, 0)));
            StepVerifier.create(Call.await(call.stream))
                    .expectError(IOException.class)
                    .verify(Call.PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 9_999})
    void bodyThatIsCut_isAnErrorAtOnce_forAll(int bytes) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
            peer.write(new byte[bytes]);
        })) {
            Call call = Call.get(client, server.port(), "/");
            assertThat(call.failure()).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
            assertThat(Call.await(call.bodyError)).isSameAs(call.failure());
            assertThat(Call.await(call.handlerError)).isSameAs(call.failure());
            assertThat(call.receivedBytes()).isLessThanOrEqualTo(bytes);
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void chunkedBodyThatIsCut_andConnectionThatIsReset_areErrors() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            if (peer.number() == 0) {
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
            } else if (peer.number() == 1) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                Call.await(arrived);
                peer.reset();
            } else {
                peer.reset();
            }
        })) {
            for (int i = 0; i < 3; i++) {
                Call call = Call.get(client, server.port(), "/");
                if (i == 1) {
                    await().atMost(Call.PATIENCE).until(() -> call.receivedBytes() == 3);
                    arrived.complete(null);
                }
                assertThat(call.failure())
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
            await().atMost(Call.PATIENCE).until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void silence_isAnError_beforeTheHead_andWhileMoreIsAskedFor() throws Exception {
        client = ReactorNettyAsyncHttpClient.builder()
                .noProxy()
                .readTimeout(Duration.ofMillis(300))
                .build();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            if (peer.number() == 1) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            }
            peer.readAll();
        })) {
            Call noHead = Call.get(client, server.port(), "/");
            assertThat(noHead.failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("300 ms");
            assertThat(Call.await(noHead.handlerError)).isSameAs(noHead.failure());
            Call noEnd = Call.get(client, server.port(), "/");
            assertThat(noEnd.failure()).isInstanceOf(SocketTimeoutException.class);
            assertThat(Call.await(noEnd.bodyError)).isSameAs(noEnd.failure());
            await().atMost(Call.PATIENCE)
                    .until(() -> client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)) && server.ended() == 2);
        }
    }

    @Test
    void futureThatIsCancelled_endsTheExchange_whereverItIs() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            if (peer.number() > 0) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\nabc");
            }
            peer.readAll();
        })) {
            Call beforeHead = Call.get(client, server.port(), "/");
            await().atMost(Call.PATIENCE).until(() -> !server.heads().isEmpty());
            beforeHead.future.cancel(true);
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 1);
            Call unread = Call.get(client, server.port(), "/", -1);
            Call.await(unread.head);
            unread.future.cancel(true);
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 2);
            Call inBody = Call.get(client, server.port(), "/", 1);
            await().atMost(Call.PATIENCE).until(() -> !inBody.pieces.isEmpty());
            inBody.future.completeExceptionally(new IllegalStateException("given up"));
            assertThat(Call.await(inBody.bodyError)).hasMessage("given up");
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 3 && client.stats().equals(new TransportStats(0, 0, 0, 0, 2, 0)));
        }
    }
}
