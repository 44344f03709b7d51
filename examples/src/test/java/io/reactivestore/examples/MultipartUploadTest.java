package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;
import static org.springframework.web.reactive.function.server.ServerResponse.ok;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Stores the files of a multipart upload while they arrive, and gives every pooled buffer back. */
class MultipartUploadTest {

    // The program.
    record Uploads(Store store) {

        RouterFunction<ServerResponse> routes() {
            return route().POST("/files", this::upload).build();
        }

        Mono<ServerResponse> upload(ServerRequest request) {
            return request.bodyToFlux(PartEvent.class)
                    .windowUntil(PartEvent::isLast)
                    .concatMap(part -> part.switchOnFirst(
                            (first, events) -> store.put(((FilePartEvent) first.get()).filename(), content(events))))
                    .map(ObjectInfo::key)
                    .collectList()
                    .flatMap(keys -> ok().bodyValue(keys))
                    .doOnDiscard(PartEvent.class, Uploads::release);
        }

        static Content content(Flux<PartEvent> events) {
            return Content.publisher(
                    events,
                    event -> event.content().readableByteCount(),
                    (event, copy) -> event.content().toByteBuffer(copy),
                    Uploads::release);
        }

        static void release(PartEvent event) {
            DataBufferUtils.release(event.content());
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** As many bytes as fit into a packet, so that a large file comes in hundreds of buffers. */
    private static final int BUFFER_BYTES = 1400;

    private final byte[] large = randomBytes(1_000_000);
    private final byte[] body = new MultipartBody()
            .file("large.bin", large)
            .file("small.txt", "hello".getBytes(StandardCharsets.UTF_8))
            .end();
    private final PooledBuffers buffers = new PooledBuffers();
    private final MemoryStore store = MemoryStore.create();
    private final RouterFunction<ServerResponse> routes = new Uploads(store).routes();

    @Test
    void uploadOfTwoFiles_storesBoth_andGivesEveryBufferBack() {
        post(buffers.of(body, BUFFER_BYTES))
                .expectStatus()
                .isOk()
                .expectBody(new ParameterizedTypeReference<List<String>>() {})
                .isEqualTo(List.of("large.bin", "small.txt"));

        assertThat(store.getByteArray("large.bin").block(PATIENCE)).isEqualTo(large);
        assertThat(store.getText("small.txt").block(PATIENCE)).isEqualTo("hello");
        buffers.assertAllGivenBack(body.length / BUFFER_BYTES);
    }

    @Test
    void brokenUpload_leavesNoObject_andGivesEveryBufferBack() {
        Flux<DataBuffer> broken =
                buffers.of(body, BUFFER_BYTES).take(300).concatWith(Flux.error(new IOException("gone")));

        post(broken).expectStatus().is5xxServerError();

        assertThat(store.exists("large.bin").block(PATIENCE)).isFalse();
        buffers.assertAllGivenBack(300);
    }

    @Test
    void cancelledUpload_leavesNoObject_andGivesEveryBufferBack() {
        TestPublisher<DataBuffer> socket = TestPublisher.create();
        MockServerHttpRequest request = MockServerHttpRequest.post("/files")
                .contentType(MediaType.parseMediaType(MultipartBody.CONTENT_TYPE))
                .body(socket);

        StepVerifier.create(RouterFunctions.toHttpHandler(routes).handle(request, new MockServerHttpResponse()))
                .then(() -> buffers.of(body, BUFFER_BYTES).take(300).subscribe(socket::next))
                .thenCancel()
                .verify(PATIENCE);

        assertThat(store.exists("large.bin").block(PATIENCE)).isFalse();
        buffers.assertAllGivenBack(300);
    }

    @Test
    void putThatFailsUnread_givesEveryBufferBack() {
        store.close().block(PATIENCE);

        post(buffers.of(body, BUFFER_BYTES)).expectStatus().is5xxServerError();

        buffers.assertAllGivenBack(1);
    }

    private WebTestClient.ResponseSpec post(Flux<DataBuffer> body) {
        return WebTestClient.bindToRouterFunction(routes)
                .build()
                .post()
                .uri("/files")
                .header("Content-Type", MultipartBody.CONTENT_TYPE)
                .body(BodyInserters.fromDataBuffers(body))
                .exchange();
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
