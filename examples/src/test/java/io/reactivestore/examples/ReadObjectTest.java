package io.reactivestore.examples;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;
import static org.springframework.web.reactive.function.server.ServerResponse.notFound;
import static org.springframework.web.reactive.function.server.ServerResponse.ok;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Reads an object as text and as JSON. */
class ReadObjectTest {

    // The program.
    private record Customers(Store store, JsonMapper json) {

        RouterFunction<ServerResponse> routes() {
            return route().GET("/notes/{id}", this::note)
                    .GET("/customers/{id}", this::customer)
                    .build();
        }

        Mono<ServerResponse> note(ServerRequest request) {
            return store.getText("notes/" + request.pathVariable("id"))
                    .flatMap(text -> ok().bodyValue(text))
                    .switchIfEmpty(notFound().build());
        }

        Mono<ServerResponse> customer(ServerRequest request) {
            return store.getByteArray("customers/" + request.pathVariable("id"))
                    .map(bytes -> json.readValue(bytes, Customer.class))
                    .flatMap(customer -> ok().bodyValue(customer))
                    .switchIfEmpty(notFound().build());
        }
    }

    record Customer(String name, int orders) {}

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store store = MemoryStore.create();
    private final WebTestClient client = WebTestClient.bindToRouterFunction(
                    new Customers(store, JsonMapper.shared()).routes())
            .build();

    @Test
    void textObject_isTheBody() {
        given("notes/1", "grüße");

        get("/notes/1").expectStatus().isOk().expectBody(String.class).isEqualTo("grüße");
    }

    @Test
    void emptyObject_isAnEmptyBody_andNotAnAbsentOne() {
        given("notes/1", "");

        get("/notes/1").expectStatus().isOk().expectBody().isEmpty();
    }

    @Test
    void jsonObject_isReadIntoARecord() {
        given("customers/7", "{\"name\": \"Ada\", \"orders\": 3}");

        get("/customers/7").expectStatus().isOk().expectBody(Customer.class).isEqualTo(new Customer("Ada", 3));
    }

    @Test
    void malformedJson_isAServerError() {
        given("customers/7", "{");

        get("/customers/7").expectStatus().is5xxServerError();
    }

    @Test
    void absentObject_isNotFound() {
        get("/notes/1").expectStatus().isNotFound();
        get("/customers/7").expectStatus().isNotFound();
    }

    private void given(String key, String text) {
        store.put(key, Content.text(text)).block(PATIENCE);
    }

    private WebTestClient.ResponseSpec get(String uri) {
        return client.get().uri(uri).exchange();
    }
}
