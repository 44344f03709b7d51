package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;
import static org.springframework.web.reactive.function.server.ServerResponse.ok;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Lists a store as one line of JSON per object, no faster than the client reads. */
class ListAsNdjsonTest {

    // The program.
    record Listings(Store store) {

        RouterFunction<ServerResponse> routes() {
            return route().GET("/objects", this::list).build();
        }

        Mono<ServerResponse> list(ServerRequest request) {
            return ok().contentType(MediaType.APPLICATION_NDJSON)
                    .body(store.list(request.queryParam("prefix").orElse("")), ObjectInfo.class);
        }
    }

    record Line(String key, long size) {}

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OBJECTS = 10_000;

    /** WebFlux asks for 32 elements at a time, in one operator. */
    private static final int HELD_BY_WEBFLUX = 64;

    private final MemoryStore store = MemoryStore.create();
    private final AtomicLong listed = new AtomicLong();
    private final WebTestClient client = WebTestClient.bindToRouterFunction(
                    new Listings(CountingStore.of(store, listed)).routes())
            .build();

    @BeforeEach
    void fillTheStore() {
        Flux.range(0, OBJECTS)
                .concatMap(i -> store.put("a/%05d".formatted(i), Content.text("x")))
                .then(store.put("b", Content.text("four")))
                .block(PATIENCE);
    }

    @Test
    void slowClient_keepsTheStoreFromBeingReadAhead() {
        StepVerifier.create(lines("/objects"), 0)
                .thenRequest(2)
                .expectNext(new Line("a/00000", 1), new Line("a/00001", 1))
                .then(() -> assertThat(listed.get()).isLessThan(HELD_BY_WEBFLUX))
                .thenRequest(1000)
                .expectNextCount(1000)
                .then(() -> assertThat(listed.get()).isBetween(1002L, 1002L + HELD_BY_WEBFLUX))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void wholeListing_isInTheOrderOfTheKeys() {
        StepVerifier.create(lines("/objects").map(Line::key).skip(OBJECTS - 1))
                .expectNext("a/09999", "b")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void prefix_listsOnlyWhatHasIt() {
        StepVerifier.create(lines("/objects?prefix=b"))
                .expectNext(new Line("b", 4))
                .expectComplete()
                .verify(PATIENCE);
    }

    private Flux<Line> lines(String uri) {
        return client.get().uri(uri).exchange().returnResult(Line.class).getResponseBody();
    }
}
