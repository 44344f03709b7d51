package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.PutResult;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectChangedException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Many callers at once: no object is ever torn, and conditions are judged together with their writes. */
@Needs(Need.WRITES)
public interface ConcurrencyContract extends StoreContract {

    /**
     * Whether a condition and its write are one step. Default: yes. A server that looks first and writes then says no; its races
     * are run all the same, and held to what remains: every winner has written.
     */
    default boolean conditionsAreAtomic() {
        return true;
    }

    @Test
    @Needs(Need.CONDITIONAL_PUT)
    default void racingIncrements_endAtTheirSum() {
        given(KEY, "0");
        int workers = 5;
        int each = 5;
        done(Flux.range(0, workers)
                .flatMap(
                        worker ->
                                Flux.range(0, each).concatMap(i -> increment()).subscribeOn(Schedulers.parallel()),
                        workers));
        int sum = Integer.parseInt(textOf(KEY));
        if (conditionsAreAtomic()) {
            assertThat(sum).isEqualTo(workers * each);
        } else {
            assertThat(sum).isBetween(each, workers * each);
        }
    }

    @Test
    @Needs(Need.CONDITIONAL_PUT)
    default void racingCreations_haveOneWinner() {
        for (int round = 0; round < 5; round++) {
            String key = "round-" + round;
            List<String> winners = all(Flux.range(0, 8)
                    .flatMap(
                            i -> store().putIfAbsent(key, Content.text("writer " + i))
                                    .subscribeOn(Schedulers.parallel())
                                    .filter(PutResult::stored)
                                    .map(result -> "writer " + i),
                            8));
            if (conditionsAreAtomic()) {
                assertThat(winners).hasSize(1);
            }
            assertThat(winners).contains(textOf(key));
        }
    }

    @Test
    @Needs({Need.DELETES, Need.CONDITIONAL_DELETE, Need.CONDITIONAL_PUT})
    default void racingDeleteAndReplacement_haveOneWinner() {
        for (int round = 0; round < 5; round++) {
            String etag = given(KEY, "old " + round).etag();
            var delete = store().delete(KEY, DeleteOptions.defaults().withIfMatch(etag))
                    .thenReturn("deleted")
                    .onErrorReturn("refused")
                    .subscribeOn(Schedulers.parallel());
            var put = store().putIfMatch(KEY, etag, Content.text("new"))
                    .map(result -> result.stored() ? "written" : "lost")
                    .subscribeOn(Schedulers.parallel());
            String outcome = one(Mono.zip(delete, put, (ofDelete, ofPut) -> ofDelete + " and " + ofPut));
            List<String> left = all(store().getText(KEY));
            if (conditionsAreAtomic()) {
                assertThat(outcome).isIn("deleted and lost", "refused and written");
                assertThat(left).isEqualTo(outcome.endsWith("written") ? List.of("new") : List.of());
            }
            assertThat(left).isIn(List.of(), List.of("new"));
        }
    }

    @Test
    default void racingPuts_leaveOneOfThemWhole() {
        List<String> texts = IntStream.range(0, 8)
                .mapToObj(i -> Integer.toString(i).repeat(1000 + i))
                .toList();
        done(Flux.fromIterable(texts)
                .flatMap(text -> store().put(KEY, Content.text(text)).subscribeOn(Schedulers.parallel()), 8));
        assertThat(textOf(KEY)).isIn(texts);
        assertThat(one(store().size(KEY))).isEqualTo(textOf(KEY).length());
    }

    @Test
    default void readersDuringPuts_seeWholeObjectsOnly() {
        given(KEY, "0".repeat(1000));
        Flux<?> writes = Flux.range(1, 20)
                .concatMap(i ->
                        store().put(KEY, Content.text(Integer.toString(i % 10).repeat(1000))))
                .subscribeOn(Schedulers.parallel());
        Flux<String> reads = Flux.range(0, 40)
                .flatMap(
                        i -> store().getText(KEY)
                                .onErrorComplete(ObjectChangedException.class)
                                .subscribeOn(Schedulers.parallel()),
                        4);
        List<String> seen = all(Flux.merge(writes.ignoreElements().cast(String.class), reads));
        assertThat(seen)
                .allSatisfy(
                        text -> assertThat(text).isEqualTo(text.substring(0, 1).repeat(1000)));
    }

    @Test
    default void manyReadersOfOneObject_allGetItsBytes() {
        given(KEY, 5000);
        List<byte[]> seen =
                all(Flux.range(0, 32).flatMap(i -> store().getByteArray(KEY).subscribeOn(Schedulers.parallel()), 32));
        assertThat(seen).hasSize(32).allSatisfy(bytes -> assertThat(bytes).isEqualTo(Samples.bytes(5000)));
    }

    @Test
    default void writerAlwaysReads_whatItHasJustWritten() {
        done(Flux.range(0, 4)
                .flatMap(
                        worker -> Flux.range(0, 10)
                                .concatMap(i -> store().put("worker-" + worker, Content.text(worker + "-" + i))
                                        .then(store().getText("worker-" + worker))
                                        .doOnNext(text -> assertThat(text).isEqualTo(worker + "-" + i)))
                                .subscribeOn(Schedulers.parallel()),
                        4));
    }

    private Mono<PutResult> increment() {
        Mono<PutResult> attempt = store().get(KEY).flatMap(this::putNext).filter(PutResult::stored);
        return attempt.onErrorComplete(ObjectChangedException.class)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("lost the race")))
                // One of all who race wins each time, but without a pause that grows the losers keep a slow store busy.
                .retryWhen(Retry.backoff(1000, Duration.ofMillis(1))
                        .maxBackoff(Duration.ofMillis(100))
                        .filter(IllegalStateException.class::isInstance));
    }

    private Mono<PutResult> putNext(StoredObject object) {
        return object.text().flatMap(text -> {
            Content next = Content.text(Integer.toString(Integer.parseInt(text) + 1));
            return store().putIfMatch(KEY, object.info().etag(), next);
        });
    }
}
