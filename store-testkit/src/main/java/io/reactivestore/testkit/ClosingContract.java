package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;

/** What a closing finds under way comes to an end: nothing hangs, and nothing is torn. */
public interface ClosingContract extends StoreContract {

    ReadOptions SMALL_CHUNKS = ReadOptions.defaults().withChunkBytes(2).withFirstPartBytes(2);

    @Test
    default void openBody_endsWithStoreClosed() {
        given(KEY, 20);
        Probe<ByteBuffer> probe = Probe.of(
                        this, one(store().get(KEY, SMALL_CHUNKS)).body())
                .ask(1)
                .awaitReceived(1);
        done(store().close());
        probe.ask(100);
        assertThat(probe.awaitError(StoreClosedException.class).key()).isEqualTo(KEY);
        assertThat(Samples.join(probe.received()).length).isLessThan(20);
    }

    @Test
    default void openRead_endsWithStoreClosed() {
        given(KEY, 20);
        Probe<ByteBuffer> probe =
                Probe.of(this, store().read(KEY, SMALL_CHUNKS)).ask(1).awaitReceived(1);
        done(store().close());
        probe.ask(100).awaitError(StoreClosedException.class);
    }

    @Test
    default void bodySubscribedToAfterClosing_failsWithStoreClosed() {
        given(KEY, 20);
        StoredObject object = one(store().get(KEY, SMALL_CHUNKS));
        done(store().close());
        failure(StoreClosedException.class, object.body());
        failure(StoreClosedException.class, object.byteArray());
    }

    @Test
    default void factsOfAnAnswer_stayAfterClosing() {
        given(KEY, 20);
        StoredObject object = one(store().get(KEY));
        done(store().close());
        assertThat(object.info().size()).isEqualTo(20);
        assertThat(object.span().length()).isEqualTo(20);
    }

    @Test
    default void buffersAlreadyDelivered_stayGoodAfterClosing() {
        given(KEY, 20);
        ByteBuffer bytes = one(store().getBytes(KEY));
        List<ByteBuffer> chunks = all(store().read(KEY, SMALL_CHUNKS));
        done(store().close());
        assertThat(Samples.array(bytes)).isEqualTo(Samples.bytes(20));
        assertThat(Samples.join(chunks)).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void listingUnderWay_ends() {
        givenKeys(IntStream.range(0, 20).mapToObj(i -> "key-" + i).toArray(String[]::new));
        Probe<ObjectInfo> probe = Probe.of(this, store().list("")).ask(1).awaitReceived(1);
        done(store().close());
        probe.ask(100).awaitEnd();
        if (probe.hasFailed()) {
            probe.awaitError(StoreClosedException.class);
        } else {
            assertThat(probe.received()).hasSize(20);
        }
    }

    @Test
    @Needs(Need.WRITES)
    default void putUnderWay_endsAfterItsSource() {
        TestPublisher<ByteBuffer> bytes = TestPublisher.create();
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Content.publisher(bytes))).ask(1);
        Samples.eventually(this, () -> bytes.assertMinRequested(1));
        bytes.next(ByteBuffer.wrap(Samples.bytes(10)));
        // Whether a closing waits for a put or ends it is left to the store.
        Probe<Void> close = Probe.of(this, store().close()).ask(1);
        bytes.complete();
        put.awaitEnd();
        close.awaitCompletion();
        if (put.hasFailed()) {
            put.awaitError(StoreClosedException.class);
        }
    }

    @Test
    default void loadsUnderWayWhileClosing_succeedOrFailWithStoreClosed() {
        given(KEY, 20);
        List<Signal<byte[]>> ends = all(Flux.range(0, 32)
                .flatMap(
                        i -> i == 16
                                ? store().close().<Signal<byte[]>>then(Mono.empty())
                                : store().getByteArray(KEY)
                                        .subscribeOn(Schedulers.parallel())
                                        .materialize(),
                        32));
        assertThat(ends).hasSize(31).allSatisfy(end -> {
            if (end.isOnError()) {
                assertThat(end.getThrowable()).isInstanceOf(StoreClosedException.class);
            } else {
                assertThat(end.get()).isEqualTo(Samples.bytes(20));
            }
        });
        failure(StoreClosedException.class, store().get(KEY));
    }

    @Test
    default void readsOverAndOverWhileClosing_neverTakeWhatIsClosedForAbsent() {
        given(KEY, 20);
        List<Flux<String>> reads = List.of(
                store().getByteArray(KEY).map(bytes -> "get of " + bytes.length).flux(),
                store().head(KEY).map(info -> "head of " + info.size()).flux(),
                store().list(KEY).map(info -> "list of " + info.size()),
                store().getRanges(KEY, List.of(ByteRange.from(0)), ReadOptions.defaults())
                        .map(ranged -> "ranges of " + ranged.span().length()));
        Flux<String> answers = overAndOver(reads).takeUntil("nothing"::equals);
        assertThat(all(answers.mergeWith(closeSoon()).distinct()))
                .isSubsetOf("get of 20", "head of 20", "list of 20", "ranges of 20");
    }

    @Test
    @Needs({Need.WRITES, Need.DELETES})
    default void writesOverAndOverWhileClosing_areDoneOrFailWithStoreClosed() {
        given(KEY, 20);
        List<Flux<String>> writes = List.of(
                store().put("put", Content.text("text"))
                        .map(info -> "put of " + info.size())
                        .flux(),
                store().copy(KEY, "copied")
                        .map(info -> "copy of " + info.size())
                        .flux(),
                store().delete("absent").thenReturn("delete").flux(),
                store().deletePrefix("none/").map(count -> "delete of " + count).flux());
        assertThat(all(overAndOver(writes).mergeWith(closeSoon()).distinct()))
                .isSubsetOf("put of 4", "copy of 20", "delete", "delete of 0");
    }

    /** Until the store is closed; each time on a thread of its own, so that nobody else's is taken up. */
    private static Flux<String> overAndOver(List<Flux<String>> operations) {
        return Flux.fromIterable(operations)
                .flatMap(
                        operation -> operation
                                .defaultIfEmpty("nothing")
                                .subscribeOn(Schedulers.boundedElastic())
                                .repeat()
                                .onErrorResume(StoreClosedException.class, closed -> Mono.empty()),
                        operations.size());
    }

    private Mono<String> closeSoon() {
        return Mono.delay(Duration.ofMillis(2)).then(store().close()).then(Mono.empty());
    }
}
