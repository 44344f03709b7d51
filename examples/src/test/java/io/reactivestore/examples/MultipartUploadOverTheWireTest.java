package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** The upload on a real server, whose pool tells how many buffers are out. */
class MultipartUploadOverTheWireTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LARGE_BYTES = 5_000_000;

    /** One direct arena without thread caches: what was given back counts as given back. */
    private final PooledByteBufAllocator pool = new PooledByteBufAllocator(true, 0, 1, 8192, 9, 0, 0, false);

    private final MemoryStore store = MemoryStore.create();
    private final byte[] body =
            new MultipartBody().file("large.bin", new byte[LARGE_BYTES]).end();
    private DisposableServer server;

    @BeforeEach
    void start() {
        server = HttpServer.create()
                .port(0)
                .childOption(ChannelOption.ALLOCATOR, pool)
                .handle(new ReactorHttpHandlerAdapter(
                        RouterFunctions.toHttpHandler(new MultipartUploadTest.Uploads(store).routes())))
                .bindNow(PATIENCE);
    }

    @AfterEach
    void stop() {
        server.disposeNow(PATIENCE);
    }

    @Test
    void upload_isStored_andThePoolIsWholeAgain() {
        assertThat(post(Flux.just(Unpooled.wrappedBuffer(body))).block(PATIENCE))
                .isEqualTo(200);

        assertThat(store.size("large.bin").block(PATIENCE)).isEqualTo(LARGE_BYTES);
        awaitAllBuffersBack();
    }

    @Test
    void connectionClosedMidway_leavesNoObject_andThePoolIsWholeAgain() {
        Flux<ByteBuf> half = Flux.just(Unpooled.wrappedBuffer(Arrays.copyOf(body, LARGE_BYTES / 2)));
        Disposable client = post(half.concatWith(Flux.never())).subscribe();
        await().atMost(PATIENCE).until(() -> allocations() > 10);

        client.dispose();

        awaitAllBuffersBack();
        assertThat(store.exists("large.bin").block(PATIENCE)).isFalse();
    }

    private Mono<Integer> post(Flux<ByteBuf> body) {
        return HttpClient.newConnection()
                .port(server.port())
                .headers(headers -> headers.set("Content-Type", MultipartBody.CONTENT_TYPE))
                .post()
                .uri("/files")
                .send(body)
                .response()
                .map(response -> response.status().code());
    }

    private void awaitAllBuffersBack() {
        assertThat(allocations()).isGreaterThan(10);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(arena().numActiveAllocations()).isZero());
    }

    private long allocations() {
        return arena().numAllocations();
    }

    private PoolArenaMetric arena() {
        return pool.metric().directArenas().get(0);
    }
}
