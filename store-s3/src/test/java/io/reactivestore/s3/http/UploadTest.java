package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Bodies of requests: demand, framing, Expect, early answers, errors of the content. */
class UploadTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.builder()
            .noProxy()
            .continueTimeout(Duration.ofMillis(500))
            .build();

    /** One that gives a socket little time to take more. */
    private final ReactorNettyAsyncHttpClient impatient = ReactorNettyAsyncHttpClient.builder()
            .noProxy()
            .writeTimeout(Duration.ofMillis(300))
            .build();

    @AfterEach
    void close() {
        client.close();
        impatient.close();
    }

    @Test
    void content_arrivesWhole_andItsBuffersAreNotMoved() throws Exception {
        byte[] bytes = new byte[5_000_000];
        new Random(2).nextBytes(bytes);
        CompletableFuture<byte[]> got = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            got.complete(peer.read(bytes.length));
            peer.write(OK);
            peer.readRequest();
            peer.write(OK);
        })) {
            List<ByteBuffer> buffers = new ArrayList<>();
            for (int i = 0; i < bytes.length; i += 50_000) {
                ByteBuffer part = ByteBuffer.wrap(bytes, i, 50_000);
                buffers.add(i % 100_000 == 0 ? part : part.asReadOnlyBuffer());
            }
            Call call = Call.put(
                    client, server.port(), Flux.fromIterable(buffers).publishOn(Schedulers.parallel(), 1), (long)
                            bytes.length);
            assertThat(call.text()).isEqualTo("ok");
            assertThat(Call.await(got)).isEqualTo(bytes);
            assertThat(buffers).allMatch(buffer -> buffer.remaining() == 50_000);
            assertThat(server.heads().get(0))
                    .contains("content-length: 5000000\r\n")
                    .doesNotContain("ransfer-");
            // The connection is good for another one.
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void contentOfUnknownLength_isChunked_andNoContentIsNone() throws Exception {
        CompletableFuture<String> got = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            got.complete(new String(peer.read(20), StandardCharsets.US_ASCII));
            peer.write(OK);
            for (int i = 0; i < 2; i++) {
                peer.readRequest();
                peer.write(OK);
            }
        })) {
            Flux<ByteBuffer> parts = Flux.just(buffer("abc"), buffer(""), buffer("de"));
            assertThat(Call.put(client, server.port(), parts, null).text()).isEqualTo("ok");
            assertThat(Call.await(got)).isEqualTo("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(server.heads().get(0))
                    .contains("transfer-encoding: chunked\r\n")
                    .doesNotContain("ontent-");
            assertThat(Call.put(client, server.port(), Flux.empty(), null).text())
                    .isEqualTo("ok");
            assertThat(server.heads().get(1)).contains("content-length: 0\r\n").doesNotContain("ransfer-");
            Call get = Call.run(
                    client, Call.request(server.port(), "/"), Call.content(Flux.empty(), null), 9, execute -> {});
            assertThat(get.text()).isEqualTo("ok");
            assertThat(server.heads().get(2)).doesNotContain("ransfer-").doesNotContain("ontent-");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void contentIsAskedFor_atThePaceOfTheSocket() throws Exception {
        AtomicLong asked = new AtomicLong();
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            go.get(20, TimeUnit.SECONDS);
            peer.read(200 * 100_000);
            peer.write(OK);
        })) {
            Flux<ByteBuffer> content =
                    Flux.range(0, 200).map(i -> ByteBuffer.allocate(100_000)).doOnRequest(asked::addAndGet);
            Call call = Call.put(client, server.port(), content, 200 * 100_000L);
            await().during(Duration.ofMillis(200))
                    .atMost(Call.PATIENCE)
                    .until(() -> asked.get() > 0 && asked.get() < 150);
            go.complete(null);
            assertThat(call.text()).isEqualTo("ok");
        }
    }

    @Test
    void serverThatTakesNothing_isAnErrorAfterTheWriteTimeout() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            Call.await(over);
        })) {
            AtomicBoolean cancelled = new AtomicBoolean();
            Flux<ByteBuffer> endless = Flux.range(0, 100_000)
                    .map(i -> ByteBuffer.allocate(100_000))
                    .doOnCancel(() -> cancelled.set(true));
            Call call = Call.put(impatient, server.port(), endless, 1L << 40);
            assertThat(call.failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("writing");
            assertThat(Call.await(call.handlerError)).isSameAs(call.failure());
            await().atMost(Call.PATIENCE).untilTrue(cancelled);
            await().atMost(Call.PATIENCE).until(() -> impatient.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
            over.complete(null);
        }
    }

    @Test
    void contentThatIsSlow_isNoStall() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.read(6);
            peer.write(OK);
        })) {
            Flux<ByteBuffer> slow = Flux.just(buffer("abc"), buffer("def")).delayElements(Duration.ofMillis(500));
            assertThat(Call.put(impatient, server.port(), slow, 6L).text()).isEqualTo("ok");
        }
    }

    @Test
    void contentTooShort_tooLong_orFailing_failsTheRequest_andClosesTheConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.readAll();
        })) {
            assertThat(Call.put(client, server.port(), Flux.just(buffer("abc")), 4L)
                            .failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("3 of the 4 bytes");
            assertThat(Call.put(client, server.port(), Flux.just(buffer("abc"), buffer("de")), 4L)
                            .failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("more than the 4 bytes");
            Call failing = Call.put(
                    client,
                    server.port(),
                    Flux.just(buffer("abc")).concatWith(Flux.error(new IllegalStateException("mine"))),
                    4L);
            assertThat(failing.failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("mine");
            assertThat(Call.await(failing.handlerError)).isSameAs(failing.failure());
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 3 && client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void lastBytes_waitForTheEndOfTheContent_soThatNoAnswerComesBeforeIt() throws Exception {
        AtomicInteger arrived = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            for (int i = 0; i < 2; i++) {
                peer.readRequest();
                for (int j = 0; j < 6; j++) {
                    peer.read(1);
                    arrived.incrementAndGet();
                }
                peer.write(OK);
            }
        })) {
            Sinks.Empty<ByteBuffer> end = Sinks.empty();
            Call call = Call.put(
                    client,
                    server.port(),
                    Flux.just(buffer("abc"), buffer(""), buffer("def")).concatWith(end.asMono()),
                    6L);
            await().during(Duration.ofMillis(200)).atMost(Call.PATIENCE).until(() -> arrived.get() == 3);
            end.tryEmitEmpty();
            assertThat(call.text()).isEqualTo("ok");
            assertThat(Call.put(client, server.port(), Flux.just(buffer("abcdef")), 6L)
                            .text())
                    .isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void contentThatDoesNotEnd_isSent_andCancelled() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        CompletableFuture<byte[]> got = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            got.complete(peer.read(6));
            peer.write(OK);
            peer.readRequest();
            peer.write(OK);
        })) {
            Flux<ByteBuffer> content = Flux.just(buffer("abc"), buffer("def"))
                    .concatWith(Flux.never())
                    .doOnCancel(() -> cancelled.set(true));
            assertThat(Call.put(client, server.port(), content, 6L).text()).isEqualTo("ok");
            assertThat(Call.await(got)).isEqualTo("abcdef".getBytes(StandardCharsets.US_ASCII));
            assertThat(cancelled).isTrue();
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void contentTooLong_orFailingAtItsEnd_orCancelledThere_isNotTakenForWhole() throws Exception {
        AtomicInteger arrived = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            arrived.set(0);
            peer.readRequest();
            while (peer.read(1).length == 1) {
                arrived.incrementAndGet();
            }
        })) {
            Flux<ByteBuffer> whole = Flux.just(buffer("abc"), buffer("def"));
            Call tooLong = Call.put(client, server.port(), whole.concatWithValues(buffer("g")), 6L);
            assertThat(tooLong.failure()).hasMessageContaining("more than the 6 bytes");
            Call failing = Call.put(
                    client, server.port(), whole.concatWith(Flux.error(new IllegalStateException("mine"))), 6L);
            assertThat(failing.failure()).hasMessage("mine");
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 2);
            Call cancelled = Call.put(client, server.port(), whole.concatWith(Flux.never()), 6L);
            await().atMost(Call.PATIENCE).until(() -> server.heads().size() == 3 && arrived.get() == 3);
            cancelled.future.cancel(true);
            await().atMost(Call.PATIENCE).until(() -> server.ended() == 3);
            assertThat(arrived.get()).isLessThan(6);
        }
    }

    @Test
    void expect_isWaitedFor_thenTheContentGoes() throws Exception {
        AtomicBoolean asked = new AtomicBoolean();
        CompletableFuture<Boolean> early = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            // Whoever does not wait asks for the content in the task that sends the head.
            early.complete(asked.get());
            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            peer.read(3);
            peer.write(OK);
        })) {
            Call call = expecting(server, Flux.just(buffer("abc")).doOnRequest(n -> asked.set(true)));
            assertThat(call.text()).isEqualTo("ok");
            assertThat(Call.await(early)).isFalse();
        }
    }

    @Test
    void expectThatIsNotAnswered_doesNotHoldTheContentForLong() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.read(3);
            peer.write(OK);
            peer.readRequest();
            peer.read(3);
            peer.write("HTTP/1.1 100 Continue\r\n\r\n" + OK);
        })) {
            assertThat(expecting(server, Flux.just(buffer("abc"))).text()).isEqualTo("ok");
            assertThat(expecting(server, Flux.just(buffer("abc"))).text()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void expectThatIsRefused_getsTheAnswer_andTheContentIsNotAskedFor() throws Exception {
        AtomicInteger subscriptions = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 412 Precondition Failed\r\nContent-Length: 3\r\n\r\nno!");
            peer.readAll();
        })) {
            Call call = expecting(server, Flux.just(buffer("abc")).doOnSubscribe(s -> subscriptions.incrementAndGet()));
            assertThat(call.text()).isEqualTo("no!");
            assertThat(call.status()).isEqualTo(412);
            assertThat(subscriptions).hasValue(0);
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 1 && client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    private Call expecting(ScriptedServer server, Flux<ByteBuffer> content) {
        return Call.run(
                client,
                Call.request(server.port(), "/").method(SdkHttpMethod.PUT).putHeader("Expect", "100-continue"),
                Call.content(content, 3L),
                Long.MAX_VALUE,
                execute -> {});
    }

    @Test
    void answerBeforeTheContentHasGone_isHandedOut_andTheContentIsCancelled() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!");
            peer.readAll();
        })) {
            Flux<ByteBuffer> content =
                    Flux.just(buffer("abc")).concatWith(Flux.never()).doOnCancel(() -> cancelled.set(true));
            Call call = Call.put(client, server.port(), content, 6L);
            assertThat(call.text()).isEqualTo("no!");
            assertThat(call.status()).isEqualTo(403);
            await().atMost(Call.PATIENCE).untilTrue(cancelled);
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 1 && client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void futureCancelledDuringUpload_cancelsTheContent() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.readAll();
        })) {
            Flux<ByteBuffer> content =
                    Flux.just(buffer("abc")).concatWith(Flux.never()).doOnCancel(() -> cancelled.set(true));
            Call call = Call.put(client, server.port(), content, 6L);
            await().atMost(Call.PATIENCE).until(() -> !server.heads().isEmpty());
            call.future.cancel(true);
            await().atMost(Call.PATIENCE).untilTrue(cancelled);
            await().atMost(Call.PATIENCE)
                    .until(() -> server.ended() == 1 && client.stats().equals(new TransportStats(0, 0, 0, 0, 0, 0)));
        }
    }

    private static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void buffersOfAThirdParty_mayBeOffset() throws Exception {
        CompletableFuture<byte[]> got = new CompletableFuture<>();
        byte[] bytes = {9, 9, 1, 2, 3, 9};
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            got.complete(peer.read(6));
            peer.write(OK);
        })) {
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(6).put(bytes).position(2).limit(5);
            ByteBuffer heap = ByteBuffer.wrap(bytes, 2, 3).slice();
            assertThat(Call.put(client, server.port(), Flux.just(heap, direct), 6L)
                            .text())
                    .isEqualTo("ok");
            assertThat(Call.await(got)).isEqualTo(new byte[] {1, 2, 3, 1, 2, 3});
            assertThat(direct.position()).isEqualTo(2);
            assertThat(Arrays.asList(heap.position(), direct.remaining())).containsExactly(0, 3);
        }
    }
}
