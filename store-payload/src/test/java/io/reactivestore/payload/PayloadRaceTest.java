package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.lookup;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Writers, removers and readers of one key at once: a reader gets what one writer wrote, or nothing, and never corruption. */
class PayloadRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 5_000 : 150;

    /** For all rounds, on a disk and beside other work. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    @Test
    void readersAmongWriters_neverSeeCorruption_inMemory() {
        race(MemoryStore.create(), false);
    }

    @Test
    void readersAmongWriters_neverSeeCorruption_inADirectory() {
        race(LocalStore.create(directory), false);
    }

    @Test
    void readersAmongWritersOfTwoStores_neverSeeCorruption() {
        race(LocalStore.create(directory), true);
    }

    /** @param foreign whether the remover does not know of the writers, as in another process */
    private static void race(Store store, boolean foreign) {
        PayloadStore payloads = PayloadStore.builder(store).build();
        PayloadStore remover = foreign ? PayloadStore.builder(store).build() : payloads;
        Flux<String> writes = Flux.range(0, ROUNDS)
                .flatMap(
                        i -> payloads.persist(key("a"), Content.text("value " + i % 3), "read", List.of())
                                .subscribeOn(Schedulers.parallel()),
                        2)
                .map(meta -> "written");
        Flux<String> removals = Flux.range(0, ROUNDS / 5)
                .concatMap(i -> remover.remove(key("a")).thenReturn("removed").subscribeOn(Schedulers.parallel()));
        Flux<String> reads = Flux.range(0, ROUNDS)
                .flatMap(
                        i -> payloads.lookup(key("a"))
                                .map(PayloadFixture::text)
                                .subscribeOn(Schedulers.parallel())
                                .switchIfEmpty(Mono.just("nothing")),
                        2);

        List<String> seen = Flux.merge(writes, removals, reads).collectList().block(PATIENCE);

        assertThat(seen)
                .contains("written", "removed")
                .allMatch(
                        text -> List.of("written", "removed", "nothing").contains(text) || text.matches("value [012]"));
        assertThat(lookup(payloads, "a"))
                .satisfiesAnyOf(
                        text -> assertThat(text).isNull(),
                        text -> assertThat(text).matches("value [012]"));
    }
}
