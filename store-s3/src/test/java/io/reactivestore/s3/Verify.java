package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Waits for the ends of publishers, but not for ever. */
final class Verify {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Verify() {}

    static <T> T one(Mono<T> mono) {
        T value = mono.block(PATIENCE);
        assertThat(value).as("one value").isNotNull();
        return value;
    }

    static void none(Publisher<?> publisher) {
        assertThat(all(publisher)).as("no value").isEmpty();
    }

    static <T> List<T> all(Publisher<T> publisher) {
        return one(Flux.from(publisher).collectList());
    }

    static <E extends Throwable> E failure(Class<E> type, Publisher<?> publisher) {
        AtomicReference<Throwable> found = new AtomicReference<>();
        StepVerifier.create(Flux.from(publisher).ignoreElements())
                .expectErrorSatisfies(found::set)
                .verify(PATIENCE);
        if (!type.isInstance(found.get())) {
            throw new AssertionError("expected a " + type.getSimpleName() + ", was", found.get());
        }
        return type.cast(found.get());
    }
}
