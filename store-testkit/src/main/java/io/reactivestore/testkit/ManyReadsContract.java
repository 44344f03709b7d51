package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoredObject;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** Asking for many objects at once: in the order of the keys, absent ones left out. */
public interface ManyReadsContract extends StoreContract {

    @Test
    default void manyKeys_areAnsweredInTheirOrder() {
        String[] keys = IntStream.range(0, 10).mapToObj(i -> "key-" + i).toArray(String[]::new);
        givenKeys(keys);
        assertThat(keysOf(Flux.fromArray(keys), 4)).containsExactly(keys);
        List<String> reversed =
                IntStream.range(0, 10).mapToObj(i -> keys[9 - i]).toList();
        assertThat(keysOf(Flux.fromIterable(reversed), 4)).containsExactlyElementsOf(reversed);
    }

    @Test
    default void absentKeys_areLeftOut() {
        givenKeys("a", "c");
        assertThat(keysOf(Flux.just("a", "b", "c", "d"), 2)).containsExactly("a", "c");
        assertThat(keysOf(Flux.just("b"), 2)).isEmpty();
    }

    @Test
    default void repeatedKey_isAnsweredEachTime() {
        givenKeys("a");
        assertThat(keysOf(Flux.just("a", "a", "a"), 2)).containsExactly("a", "a", "a");
    }

    @Test
    default void noKeys_completeEmpty() {
        none(store().getAll(Flux.empty(), 2));
    }

    @Test
    default void concurrencyOfOne_works() {
        givenKeys("a", "b", "c");
        assertThat(keysOf(Flux.just("c", "b", "a"), 1)).containsExactly("c", "b", "a");
    }

    @Test
    default void bodiesOfManyAnswers_canBeReadTogether() {
        given("a", "one");
        given("b", "two");
        given("c", "three");
        Flux<String> texts = store().getAll(Flux.just("a", "b", "c"), 3)
                .collectList()
                .flatMapMany(objects -> Flux.fromIterable(objects).flatMapSequential(StoredObject::text, 3));
        assertThat(all(texts)).containsExactly("one", "two", "three");
    }

    @Test
    default void malformedKeyAmongMany_failsTheCall() {
        givenKeys("a");
        failure(IllegalArgumentException.class, store().getAll(Flux.just("a", ""), 1));
    }

    @Test
    default void errorOfTheKeys_comesThroughAsItIs() {
        givenKeys("a");
        Exception mine = new Exception("mine");
        assertThat(failure(Exception.class, store().getAll(Flux.just("a").concatWith(Mono.error(mine)), 2)))
                .isSameAs(mine);
    }

    @Test
    default void keysOfManyReads_areAskedForAsTheyAreUsed() {
        givenKeys("a");
        TestPublisher<String> keys = TestPublisher.create();
        Probe<StoredObject> probe = Probe.of(this, store().getAll(keys, 3));
        keys.assertMaxRequested(3);
        probe.ask(1);
        keys.next("a");
        probe.awaitReceived(1);
        probe.cancel();
        keys.assertCancelled();
        assertThat(probe.received()).hasSize(1);
    }

    private List<String> keysOf(Flux<String> keys, int concurrency) {
        return all(store().getAll(keys, concurrency).map(object -> object.info().key()));
    }
}
