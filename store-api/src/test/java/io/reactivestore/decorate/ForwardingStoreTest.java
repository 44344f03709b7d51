package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class ForwardingStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store inner = MemoryStore.create();
    private final Store store = new ForwardingStore(inner) {};

    @Test
    void malformedArgument_isRefusedAtTheCall() {
        assertThatThrownBy(() -> store.get("", ReadOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("get: the key is empty");
        assertThatThrownBy(() -> store.list((ListOptions) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("list: options is null");
        assertThatThrownBy(() -> new ForwardingStore(null) {}).isInstanceOf(NullPointerException.class);
    }

    @Test
    void answer_isThatOfTheInnerStore() {
        WriteOptions options =
                WriteOptions.defaults().withAttributes(Attributes.none().withContentType("text/plain"));
        inner.put("a", Content.text("hello"), options).block(PATIENCE);
        StoredObject expected = inner.get("a").block(PATIENCE);
        StoredObject found =
                store.get("a", ReadOptions.defaults().withChunkBytes(2)).block(PATIENCE);

        assertThat(found.info()).isEqualTo(expected.info());
        assertThat(found.status()).isEqualTo(expected.status());
        assertThat(found.span()).isEqualTo(expected.span());
        assertThat(found.served()).isEqualTo(expected.served());
        assertThat(found.httpStatus()).isEqualTo(200);
        assertThat(headers(found)).isEqualTo(headers(expected)).containsEntry("Content-Type", "text/plain");
        assertThat(found.text().block(PATIENCE)).isEqualTo("hello");
        assertThat(found.bytes().block(PATIENCE).remaining()).isEqualTo(5);
        assertThat(found.body().map(ByteBuffer::remaining).collectList().block(PATIENCE))
                .containsExactly(2, 2, 1);
    }

    @Test
    void closed_failsEveryOperationAndLeavesTheInnerStoreOpen() {
        inner.put("a", Content.text("hello")).block(PATIENCE);
        store.close().block(PATIENCE);
        store.close().block(PATIENCE);

        for (Flux<?> operation : List.of(
                store.get("a").flux(),
                store.head("a").flux(),
                store.getRanges("a", List.of(), ReadOptions.defaults()),
                store.put("a", Content.empty()).flux(),
                store.delete("a").flux(),
                store.deleteAll(Flux.just("a")),
                store.deletePrefix("").flux(),
                store.list(""),
                store.listDirectory(""),
                store.copy("a", "b").flux(),
                store.open().flux())) {
            StepVerifier.create(operation)
                    .expectError(StoreClosedException.class)
                    .verify(PATIENCE);
        }
        assertThat(inner.getText("a").block(PATIENCE)).isEqualTo("hello");
    }

    @Test
    void closedDuringABody_endsIt() {
        inner.put("a", Content.text("hello")).block(PATIENCE);
        StoredObject found =
                store.get("a", ReadOptions.defaults().withChunkBytes(2)).block(PATIENCE);
        StepVerifier.create(found.body(), 1)
                .expectNextCount(1)
                .then(() -> store.close().block(PATIENCE))
                .thenRequest(1)
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(StoreClosedException.class).hasMessage("get a: the store is closed"))
                .verify(PATIENCE);
        StepVerifier.create(found.bytes())
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
    }

    @Test
    void around_seesEveryOperationAndEveryBody() {
        List<String> seen = new ArrayList<>();
        Store watched = new ForwardingStore(inner) {
            @Override
            protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
                return work.doOnSubscribe(s -> seen.add(operation + " " + key));
            }

            @Override
            protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
                return work.doOnSubscribe(s -> seen.add(operation + "* " + key));
            }
        };
        watched.put("a", Content.text("hello")).block(PATIENCE);
        watched.read("a").blockLast(PATIENCE);
        watched.getText("a").block(PATIENCE);
        watched.list("").blockLast(PATIENCE);
        watched.deleteAll(Flux.just("a")).blockLast(PATIENCE);
        watched.open().block(PATIENCE);
        watched.close().block(PATIENCE);

        assertThat(seen).containsExactly("put a", "get a", "get* a", "get a", "get a", "list* ", "deleteAll* null");
    }

    private static Map<String, String> headers(StoredObject object) {
        Map<String, String> headers = new HashMap<>();
        object.httpHeaders(headers::put);
        return headers;
    }
}
