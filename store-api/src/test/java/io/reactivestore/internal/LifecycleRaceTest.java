package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A first use and a close at the same time: what was opened is closed after it, and nothing is opened after the close. */
class LifecycleRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 1_000_000 : 20_000;

    @Test
    void firstUseAndClose_endClosed() {
        for (int i = 0; i < ROUNDS; i++) {
            List<String> events = new CopyOnWriteArrayList<>();
            Lifecycle lifecycle = new Lifecycle(
                    () -> Mono.fromRunnable(() -> events.add("open")),
                    () -> Mono.fromRunnable(() -> events.add("close")));
            CyclicBarrier start = new CyclicBarrier(2);
            Mono<Object> use = lifecycle
                    .whenOpen("get", "a", Mono::empty)
                    .onErrorResume(StoreClosedException.class, e -> Mono.empty());
            Mono.when(atOnce(start, use), atOnce(start, lifecycle.close())).block(PATIENCE);
            assertThat(events).as("round " + i).isIn(List.of("open", "close"), List.of("close"));
        }
    }

    private static Mono<?> atOnce(CyclicBarrier start, Mono<?> work) {
        return Mono.fromCallable(start::await).then(work).subscribeOn(Schedulers.boundedElastic());
    }
}
