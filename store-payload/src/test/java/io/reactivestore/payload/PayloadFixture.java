package io.reactivestore.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Words of the tests of payloads. */
final class PayloadFixture {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    private PayloadFixture() {}

    static PayloadKey key(String input) {
        return PayloadKey.of(input.getBytes(StandardCharsets.UTF_8));
    }

    static PayloadMeta persist(PayloadStore payloads, String input, String payload) {
        return one(payloads.persist(key(input), Content.text(payload), "read", List.of()));
    }

    /** The payload as text, or null if there is none. */
    static @Nullable String lookup(PayloadStore payloads, String input) {
        Payload found = payloads.lookup(key(input)).block(PATIENCE);
        return found == null ? null : text(found);
    }

    static String text(Payload payload) {
        return StandardCharsets.UTF_8.decode(payload.bytes()).toString();
    }

    static void put(Store store, String name, String text) {
        one(store.put(name, Content.text(text)));
    }

    static <T> T one(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    static <T> List<T> all(Flux<T> flux) {
        return one(flux.collectList());
    }

    static void done(Mono<Void> mono) {
        mono.block(PATIENCE);
    }

    static <E extends Throwable> E failure(Class<E> type, Mono<?> mono) {
        AtomicReference<Throwable> found = new AtomicReference<>();
        StepVerifier.create(mono).expectErrorSatisfies(found::set).verify(PATIENCE);
        assertThat(found.get()).isInstanceOf(type);
        return type.cast(found.get());
    }
}
