package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Puts a cache in front of a store: one line changes, the routes stay as they are. */
class CacheInFrontTest {

    // The program.
    static Store cached(Store source) {
        return CacheStore.builder(source).memory(m -> m.maxBytes(64L << 20)).build();
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CountingStore source = CountingStore.over(MemoryStore.create());
    private final Store cache = cached(source);
    private final WebTestClient client = WebTestClient.bindToRouterFunction(new ServeObjectTest.Films(cache).routes())
            .build();

    CacheInFrontTest() {
        source.put("film", Content.text("0123456789")).block(PATIENCE);
    }

    @Test
    void secondRequest_readsNothingFromTheSource() {
        String etag = etagOf(get());
        assertThat(source.calls(StoreOperation.GET)).isOne();

        get().expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals("ETag", etag)
                .expectBody(String.class)
                .isEqualTo("0123456789");
        assertThat(source.calls(StoreOperation.GET)).isOne();
    }

    @Test
    void rangeAndCondition_areAnsweredFromMemory() {
        String etag = etagOf(get());

        client.get()
                .uri("/films/film")
                .header("Range", "bytes=2-4")
                .exchange()
                .expectStatus()
                .isEqualTo(206)
                .expectBody(String.class)
                .isEqualTo("234");
        client.get()
                .uri("/films/film")
                .header("If-None-Match", etag)
                .exchange()
                .expectStatus()
                .isNotModified();
        assertThat(source.calls(StoreOperation.GET)).isOne();
    }

    @Test
    void closingTheCache_leavesTheSourceOpen() {
        get().expectStatus().isOk();
        cache.close().block(PATIENCE);

        assertThat(source.getText("film").block(PATIENCE)).isEqualTo("0123456789");
    }

    private WebTestClient.ResponseSpec get() {
        return client.get().uri("/films/film").exchange();
    }

    private static String etagOf(WebTestClient.ResponseSpec response) {
        return String.valueOf(response.expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseHeaders()
                .getETag());
    }
}
