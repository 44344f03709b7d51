package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Real threads: writers with keys of their own, beside flushes, scans and evictions. */
class WriteBackRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WRITERS = 4;
    private static final int WRITES = 1_500;

    private final Store inner = MemoryStore.create();

    @Test
    void everyWriterReadsItsOwnWrites_andTheInnerStoreHasThemInTheEnd() {
        WriteBackStore store =
                WriteBackStore.builder(inner).maxEntries(10).maxDirtyBytes(200).build();
        Set<String> told = ConcurrentHashMap.newKeySet();
        Flux<Void> writers = Flux.range(0, WRITERS).flatMap(writer -> writer(store, writer), WRITERS);
        Mono<Void> beside = Mono.defer(() -> store.flush()
                        .doOnNext(entry -> assertThat(told.add(Stage.line(entry)))
                                .as("told twice: %s", entry)
                                .isTrue())
                        .thenMany(store.scan(ListOptions.defaults()))
                        .then())
                .subscribeOn(Schedulers.parallel())
                .repeat(200)
                .then();
        StepVerifier.create(Flux.merge(2, writers, beside)).expectComplete().verify(PATIENCE);

        StepVerifier.create(store.flush().then()).expectComplete().verify(PATIENCE);
        assertThat(store.stats().dirtyEntries()).isZero();
        assertThat(store.stats().dirtyBytes()).isZero();
        assertThat(store.stats().waitingWrites()).isZero();
        assertThat(store.stats().entries()).isLessThanOrEqualTo(10);
        StepVerifier.create(inner.list("")
                        .concatMap(info -> inner.getText(info.key()))
                        .distinct())
                .expectNext("" + (WRITES - 1))
                .expectComplete()
                .verify(PATIENCE);
    }

    @RepeatedTest(20)
    void putsBesideAClosing_areFlushedIfTheyWereAcknowledged() {
        WriteBackStore store = WriteBackStore.builder(inner).maxEntries(2).build();
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Flux<String> puts = Flux.range(0, 200)
                .flatMap(
                        i -> store.put("k" + i, Content.text("x"))
                                .doOnNext(info -> acknowledged.add(info.key()))
                                .map(info -> info.key())
                                .onErrorResume(StoreClosedException.class, e -> Mono.empty())
                                .subscribeOn(Schedulers.parallel()),
                        16);
        Mono<String> close =
                Mono.<String>defer(() -> store.close().then(Mono.empty())).delaySubscription(Duration.ofMillis(2));
        StepVerifier.create(Flux.merge(2, puts, close).then()).expectComplete().verify(PATIENCE);

        StepVerifier.create(inner.list("").map(info -> info.key()).collectList())
                .assertNext(keys -> assertThat(keys).containsExactlyInAnyOrderElementsOf(acknowledged))
                .expectComplete()
                .verify(PATIENCE);
    }

    /** Each key belongs to one writer, who puts ever higher numbers and reads back. */
    private static Mono<Void> writer(WriteBackStore store, int writer) {
        return Flux.range(0, WRITES)
                .concatMap(
                        i -> {
                            String key = "k" + writer + "-" + i % 5;
                            String value = "" + (i < WRITES - 5 ? i : WRITES - 1);
                            return store.put(key, Content.text(value))
                                    .then(store.getText(key))
                                    .doOnNext(read -> assertThat(read).isEqualTo(value));
                        },
                        1)
                .subscribeOn(Schedulers.parallel())
                .then();
    }
}
