package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;
import static org.springframework.web.reactive.function.server.ServerResponse.notFound;
import static org.springframework.web.reactive.function.server.ServerResponse.status;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreException;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.HeaderAssertions;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Streams an object into a response, with ranges and conditions. */
class ServeObjectTest {

    // The program.
    record Films(Store store) {

        RouterFunction<ServerResponse> routes() {
            return route().GET("/films/{name}", this::film).build();
        }

        Mono<ServerResponse> film(ServerRequest request) {
            return store.get(request.pathVariable("name"), ReadOptions.fromHttp(request.headers()::header))
                    .flatMap(film -> status(film.httpStatus())
                            .headers(headers -> film.httpHeaders(headers::set))
                            .body(film.body(), ByteBuffer.class))
                    .switchIfEmpty(notFound().build())
                    .onErrorResume(
                            StoreException.class,
                            e -> status(e.httpStatus())
                                    .headers(headers -> e.httpHeaders(headers::set))
                                    .build());
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] BYTES = randomBytes(3_000_000);

    private final Store store = MemoryStore.create();
    private final ObjectInfo film = Objects.requireNonNull(store.put(
                    "film",
                    Content.bytes(BYTES),
                    WriteOptions.defaults()
                            .withAttributes(Attributes.none()
                                    .withContentType("video/mp4")
                                    .withCacheControl("max-age=60")))
            .block(PATIENCE));
    private final String etag = '"' + film.etag() + '"';
    private final AtomicLong buffers = new AtomicLong();
    private final WebTestClient client = WebTestClient.bindToRouterFunction(
                    new Films(CountingStore.of(store, buffers)).routes())
            .configureClient()
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(BYTES.length))
            .build();

    @Test
    void wholeObject_comesWithItsValidatorsAndAttributes() {
        WebTestClient.ResponseSpec response = get("/films/film");

        response.expectStatus().isOk();
        HeaderAssertions header = response.expectHeader();
        header.contentType(MediaType.valueOf("video/mp4"));
        header.contentLength(BYTES.length);
        header.valueEquals("ETag", etag);
        header.exists("Last-Modified");
        header.valueEquals("Cache-Control", "max-age=60");
        header.valueEquals("Accept-Ranges", "bytes");
        assertThat(bodyOf(response)).isEqualTo(BYTES);
    }

    @Test
    void slowClient_keepsTheBodyFromBeingReadAhead() {
        Flux<byte[]> body = get("/films/film").returnResult(byte[].class).getResponseBody();

        StepVerifier.create(body, 0)
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(buffers.get()).isBetween(1L, 2L))
                .thenRequest(9)
                .expectNextCount(9)
                .then(() -> assertThat(buffers.get()).isBetween(10L, 11L))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void range_isPartialContent() {
        WebTestClient.ResponseSpec response = get("/films/film", "Range", "bytes=1000000-1999999");

        response.expectStatus().isEqualTo(206);
        response.expectHeader().valueEquals("Content-Range", "bytes 1000000-1999999/3000000");
        response.expectHeader().contentLength(1_000_000);
        assertThat(bodyOf(response)).isEqualTo(Arrays.copyOfRange(BYTES, 1_000_000, 2_000_000));
    }

    @Test
    void suffixRange_isTheEnd() {
        WebTestClient.ResponseSpec response = get("/films/film", "Range", "bytes=-5");

        response.expectStatus().isEqualTo(206);
        assertThat(bodyOf(response)).isEqualTo(Arrays.copyOfRange(BYTES, BYTES.length - 5, BYTES.length));
    }

    @Test
    void rangePastTheEnd_isNotSatisfiable_andTellsTheSize() {
        WebTestClient.ResponseSpec response = get("/films/film", "Range", "bytes=3000000-");

        response.expectStatus().isEqualTo(416);
        response.expectHeader().valueEquals("Content-Range", "bytes */3000000");
    }

    @Test
    void ifNoneMatchOfThisVersion_isNotModified_withoutABody() {
        WebTestClient.ResponseSpec response = get("/films/film", "If-None-Match", etag);

        response.expectStatus().isNotModified();
        response.expectHeader().valueEquals("ETag", etag);
        response.expectHeader().doesNotExist("Content-Length");
        response.expectHeader().doesNotExist("Content-Type");
        response.expectBody().isEmpty();
    }

    @Test
    void ifModifiedSinceItsOwnDate_isNotModified() {
        String lastModified =
                get("/films/film").returnResult(Void.class).getResponseHeaders().getFirst("Last-Modified");

        get("/films/film", "If-Modified-Since", lastModified).expectStatus().isNotModified();
    }

    @Test
    void ifRangeOfThisVersion_isPartialContent() {
        WebTestClient.ResponseSpec response = get("/films/film", "Range", "bytes=0-9", "If-Range", etag);

        response.expectStatus().isEqualTo(206);
        assertThat(bodyOf(response)).isEqualTo(Arrays.copyOf(BYTES, 10));
    }

    @Test
    void ifRangeOfAnOlderVersion_isTheWholeObject() {
        WebTestClient.ResponseSpec response = get("/films/film", "Range", "bytes=0-9", "If-Range", "\"older\"");

        response.expectStatus().isOk();
        assertThat(bodyOf(response)).isEqualTo(BYTES);
    }

    @Test
    void ifMatchOfAnOlderVersion_isPreconditionFailed() {
        get("/films/film", "If-Match", "\"older\"").expectStatus().isEqualTo(412);
    }

    @Test
    void absentObject_isNotFound() {
        get("/films/none").expectStatus().isNotFound();
    }

    private WebTestClient.ResponseSpec get(String uri, String... headers) {
        WebTestClient.RequestHeadersSpec<?> request = client.get().uri(uri);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.exchange();
    }

    private static byte[] bodyOf(WebTestClient.ResponseSpec response) {
        return response.expectBody().returnResult().getResponseBody();
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
