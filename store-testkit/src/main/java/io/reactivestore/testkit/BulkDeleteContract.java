package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.DeleteResult;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** Deleting many objects: one result per key, in the order of the keys, whatever becomes of each. */
@Needs(Need.DELETES)
public interface BulkDeleteContract extends StoreContract {

    @Test
    default void manyKeys_areDeletedInOneGo() {
        givenKeys("a", "b", "c", "kept");
        assertThat(deleted("a", "b", "c")).containsExactly("a", "b", "c");
        assertThat(keys()).containsExactly("kept");
    }

    @Test
    default void results_comeInTheOrderOfTheKeys() {
        String[] keys = IntStream.range(0, 20).mapToObj(i -> "k" + (i * 7 % 20)).toArray(String[]::new);
        givenKeys(keys);
        assertThat(deleted(keys)).containsExactly(keys);
        assertThat(keys()).isEmpty();
    }

    @Test
    default void absentKeysAmongTheDeleted_areFine() {
        givenKeys("a", "c");
        assertThat(deleted("a", "b", "c", "d")).containsExactly("a", "b", "c", "d");
        assertThat(keys()).isEmpty();
    }

    @Test
    default void malformedKeyAmongTheDeleted_isAFailedResult() {
        givenKeys("a", "b");
        String tooLong = "x".repeat(1025);
        List<DeleteResult> results = all(store().deleteAll(Flux.just("a", "", "b", tooLong)));
        assertThat(results).extracting(DeleteResult::key).containsExactly("a", "", "b", tooLong);
        assertThat(results).extracting(DeleteResult::deleted).containsExactly(true, false, true, false);
        assertThat(results.get(1).error()).isInstanceOf(IllegalArgumentException.class);
        assertThat(Objects.requireNonNull(results.get(1).error()).getMessage()).contains("deleteAll: ");
        assertThat(keys()).isEmpty();
    }

    @Test
    default void repeatedKeyAmongTheDeleted_hasAResultEachTime() {
        givenKeys("a");
        assertThat(deleted("a", "a", "a")).containsExactly("a", "a", "a");
    }

    @Test
    default void oddKeysAmongTheDeleted_areDeleted() {
        givenKeys("a&b<c>", "a b+c%20", "ü🚀", "x//y", "quote\"'");
        assertThat(deleted("a&b<c>", "a b+c%20", "ü🚀", "x//y", "quote\"'")).hasSize(5);
        assertThat(keys()).isEmpty();
    }

    @Test
    default void noKeys_deleteNothing() {
        givenKeys("a");
        none(store().deleteAll(Flux.empty()));
        assertThat(keys()).containsExactly("a");
    }

    @Test
    default void errorOfTheDeletedKeys_comesAfterTheResultsBeforeIt() {
        givenKeys("a", "b");
        Exception mine = new Exception("mine");
        Flux<DeleteResult> results = store().deleteAll(Flux.just("a", "b").concatWith(Mono.error(mine)));
        Probe<DeleteResult> probe = Probe.of(this, results).ask(10);
        assertThat(probe.awaitError(Exception.class)).isSameAs(mine);
        assertThat(probe.received()).extracting(DeleteResult::key).containsExactly("a", "b");
        assertThat(keys()).isEmpty();
    }

    @Test
    default void keyWithoutSuccessor_isNotWaitedForLong() {
        givenKeys("a", "b");
        Flux<String> keys =
                Flux.concat(Mono.just("a"), Mono.just("b").delayElement(Duration.ofMillis(100)), Flux.never());
        Probe<DeleteResult> probe = Probe.of(this, store().deleteAll(keys)).ask(10);
        probe.awaitReceived(2);
        assertThat(probe.hasEnded()).isFalse();
        probe.cancel();
    }

    @Test
    default void deletedKeys_areAskedForInBoundedBatches() {
        TestPublisher<String> keys = TestPublisher.create();
        Probe<DeleteResult> probe = Probe.of(this, store().deleteAll(keys)).ask(Long.MAX_VALUE);
        Samples.eventually(this, () -> keys.assertMinRequested(1));
        keys.assertMaxRequested(100_000);
        keys.next("a").complete();
        probe.awaitCompletion();
        assertThat(probe.received()).containsExactly(new DeleteResult("a", null));
    }

    @Test
    default void resultsOnDemand_comeOneByOne() {
        givenKeys("a", "b", "c");
        Probe<DeleteResult> probe = Probe.of(this, store().deleteAll(Flux.just("a", "b", "c")));
        probe.ask(1).awaitReceived(1);
        assertThat(probe.received()).hasSize(1);
        probe.ask(2).awaitReceived(3);
        probe.awaitCompletion();
        assertThat(probe.received()).extracting(DeleteResult::key).containsExactly("a", "b", "c");
    }

    @Test
    default void cancelledBulkDelete_stopsAskingForKeys() {
        TestPublisher<String> keys = TestPublisher.create();
        Probe<DeleteResult> probe = Probe.of(this, store().deleteAll(keys)).ask(10);
        Samples.eventually(this, () -> keys.assertMinRequested(1));
        probe.cancel();
        Samples.eventually(this, keys::assertCancelled);
    }

    private List<String> deleted(String... keys) {
        return all(store().deleteAll(Flux.fromArray(keys)).map(result -> {
            assertThat(result.error()).isNull();
            return result.key();
        }));
    }
}
