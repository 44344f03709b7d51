package io.reactivestore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.PutResult;
import io.reactivestore.Store;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A condition and its change are one step, whoever else writes. */
class MemoryStoreRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ACTORS = 8;
    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 20_000 : 500;

    private final Store store = MemoryStore.create();

    @Test
    void putIfAbsentOfMany_isWonByOne() {
        for (int round = 0; round < ROUNDS; round++) {
            String key = "k" + round;
            Long won = atOnce(store.putIfAbsent(key, Content.empty()))
                    .filter(PutResult::stored)
                    .count()
                    .block(PATIENCE);
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void countingWithPutIfMatch_losesNoStep() {
        store.put("counter", Content.text("0")).block(PATIENCE);
        Mono<PutResult> step = store.get("counter")
                .flatMap(found -> found.text()
                        .map(Integer::parseInt)
                        .flatMap(n -> store.putIfMatch(
                                "counter", found.info().etag(), Content.text(Integer.toString(n + 1)))));
        Mono<PutResult> won = step.repeat().filter(PutResult::stored).next();
        atOnce(won.repeat(ROUNDS - 1)).blockLast(PATIENCE);
        assertThat(store.getText("counter").block(PATIENCE)).isEqualTo(Integer.toString(ACTORS * ROUNDS));
    }

    @Test
    void conditionalDeleteAndPut_neverBothWin() {
        for (int round = 0; round < ROUNDS; round++) {
            String etag = store.put("a", Content.text("old")).block(PATIENCE).etag();
            Mono<Boolean> delete = store.delete("a", DeleteOptions.defaults().withIfMatch(etag))
                    .thenReturn(true)
                    .onErrorReturn(PreconditionFailedException.class, false);
            Mono<Boolean> put = store.putIfMatch("a", etag, Content.text("new")).map(PutResult::stored);
            Boolean deleted = Mono.zip(onAThread(delete), onAThread(put), (d, p) -> {
                        // A delete that comes after the put finds another etag; a put after the delete finds nothing.
                        assertThat(d).isNotEqualTo(p);
                        return d;
                    })
                    .block(PATIENCE);
            assertThat(store.exists("a").block(PATIENCE)).isEqualTo(!deleted);
        }
    }

    @Test
    void writesOfManyKeys_allArrive() {
        Flux.range(0, ACTORS)
                .flatMap(actor -> Flux.range(0, ROUNDS)
                        .concatMap(i -> store.put(actor + "/" + i, Content.empty()))
                        .subscribeOn(Schedulers.parallel()))
                .blockLast(PATIENCE);
        assertThat(store.list("").count().block(PATIENCE)).isEqualTo((long) ACTORS * ROUNDS);
    }

    @Test
    void readsBesideTheClose_neverTakeWhatIsGoneForAbsent() {
        for (int round = 0; round < ROUNDS; round++) {
            Store closing = MemoryStore.create();
            closing.put("a", Content.text("a")).block(PATIENCE);
            Flux<String> reads = Flux.just(
                            closing.getText("a"),
                            closing.head("a").map(ObjectInfo::key),
                            closing.list("a").map(ObjectInfo::key),
                            closing.copy("a", "b").thenReturn("a"))
                    .concatMap(read -> Flux.from(read).defaultIfEmpty("nothing"))
                    .repeat()
                    .onErrorResume(StoreClosedException.class, closed -> Mono.empty());
            Mono<Void> close =
                    Mono.delay(Duration.ofNanos(round * 100L % 50_000)).then(closing.close());
            Mono<Set<String>> answers = reads.collect(Collectors.toSet());
            assertThat(Mono.zip(onAThread(answers), close.thenReturn(true), (found, closed) -> found)
                            .block(PATIENCE))
                    .isSubsetOf("a");
        }
    }

    private static <T> Flux<T> atOnce(Publisher<T> work) {
        return Flux.range(0, ACTORS).flatMap(actor -> Flux.from(work).subscribeOn(Schedulers.parallel()));
    }

    private static <T> Mono<T> onAThread(Mono<T> work) {
        return work.subscribeOn(Schedulers.parallel());
    }
}
