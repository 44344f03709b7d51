package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectNotFoundException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Nothing happens before a subscription, and each subscription is an operation of its own. */
public interface LazinessContract extends StoreContract {

    @Test
    default void operationsNobodySubscribesTo_changeNothing() {
        given(KEY, "old");
        given("target.bin", "target");
        List<ObjectInfo> before = all(store().list(""));
        for (Call call : Call.all()) {
            call.on(store());
        }
        // A store that starts work at the call gets the time of two requests to be caught at it.
        none(store().head("no-such-key"));
        assertThat(all(store().list(""))).isEqualTo(before);
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    @Test
    @Needs(Need.WRITES)
    default void contentOfAPutNobodySubscribesTo_isNotRead() {
        AtomicInteger subscriptions = new AtomicInteger();
        Mono<ObjectInfo> put = store().put(KEY, counted(subscriptions));
        none(store().head(KEY));
        assertThat(subscriptions).hasValue(0);
        done(put);
        assertThat(subscriptions).hasValue(1);
        done(put);
        assertThat(subscriptions).hasValue(2);
    }

    @Test
    @Needs(Need.DELETES)
    default void keysOfADeleteNobodySubscribesTo_areNotAskedFor() {
        givenKeys("a");
        AtomicInteger subscriptions = new AtomicInteger();
        Flux<DeleteResult> deleteAll = store().deleteAll(Flux.defer(() -> {
            subscriptions.incrementAndGet();
            return Flux.just("a");
        }));
        assertThat(one(store().exists("a"))).isTrue();
        assertThat(subscriptions).hasValue(0);
        done(deleteAll);
        assertThat(subscriptions).hasValue(1);
        assertThat(one(store().exists("a"))).isFalse();
    }

    @Test
    default void questionsAskedAgain_seeWhatIsThereNow() {
        Mono<StoredObject> get = store().get(KEY);
        Mono<ObjectInfo> head = store().head(KEY);
        Mono<String> text = store().getText(KEY);
        Mono<Boolean> exists = store().exists(KEY);
        none(get);
        none(head);
        assertThat(one(exists)).isFalse();
        replaced(KEY, "first");
        assertThat(one(get).info().size()).isEqualTo(5);
        assertThat(one(text)).isEqualTo("first");
        assertThat(one(exists)).isTrue();
        replaced(KEY, "the second");
        Mono<String> textOfGet = get.flatMap(StoredObject::text);
        assertThat(one(textOfGet)).isEqualTo("the second");
        assertThat(one(head).size()).isEqualTo(10);
        assertThat(one(text)).isEqualTo("the second");
        removed(KEY);
        none(get);
        none(head);
        assertThat(one(exists)).isFalse();
    }

    @Test
    default void readAskedAgain_readsTheNewBytes() {
        given(KEY, "first");
        Flux<ByteBuffer> read = store().read(KEY);
        Mono<ByteBuffer> range = store().getRange(KEY, ByteRange.of(0, 3));
        var ranges = store().getRanges(KEY, List.of(ByteRange.of(0, 3)), ReadOptions.defaults());
        assertThat(Samples.text(Samples.join(all(read)))).isEqualTo("first");
        replaced(KEY, "second");
        assertThat(Samples.text(Samples.join(all(read)))).isEqualTo("second");
        assertThat(Samples.text(one(range))).isEqualTo("sec");
        assertThat(Samples.text(one(ranges.single()).bytes())).isEqualTo("sec");
    }

    @Test
    default void listingAskedAgain_seesWhatIsThereNow() {
        Flux<ObjectInfo> list = store().list("a/");
        Flux<ListEntry> directory = store().listDirectory("a");
        Mono<Long> sizeOf = store().sizeOf("a/");
        none(list);
        givenKeys("a/b", "a/c/d");
        assertThat(all(list)).hasSize(2);
        assertThat(all(directory)).hasSize(2);
        assertThat(one(sizeOf)).isEqualTo(2);
        replaced("a/e", "new");
        removed("a/b");
        assertThat(all(list)).hasSize(2);
        assertThat(all(directory)).extracting(ListEntry::name).contains("a/e").doesNotContain("a/b");
        assertThat(one(sizeOf)).isEqualTo(4);
    }

    @Test
    @Needs(Need.DELETES)
    default void deletesSubscribedToAgain_deleteAgain() {
        Mono<Void> delete = store().delete("a");
        Flux<DeleteResult> deleteAll = store().deleteAll(Flux.just("a"));
        Mono<Long> deletePrefix = store().deletePrefix("a");
        for (Publisher<?> deletion : List.of(delete, deleteAll, deletePrefix)) {
            for (int round = 0; round < 2; round++) {
                givenKeys("a");
                done(deletion);
                assertThat(keys()).isEmpty();
            }
        }
    }

    @Test
    @Needs({Need.WRITES, Need.DELETES})
    default void writesSubscribedToAgain_writeAgain() {
        Mono<ObjectInfo> put = store().put(KEY, Content.text("text"));
        Mono<ObjectInfo> copy = store().copy(KEY, "copy");
        for (int round = 0; round < 2; round++) {
            done(put);
            done(copy);
            assertThat(textOf("copy")).isEqualTo("text");
            done(store().deletePrefix(""));
        }
        Mono<ObjectInfo> rename = store().rename(KEY, "moved");
        done(put);
        done(rename);
        failure(ObjectNotFoundException.class, rename);
        done(put);
        done(rename);
        assertThat(keys()).containsExactly("moved");
    }

    @Test
    @Needs({Need.WRITES, Need.CONDITIONAL_PUT})
    default void conditionalWritesSubscribedToAgain_areJudgedAgain() {
        var putIfAbsent = store().putIfAbsent(KEY, Content.text("text"));
        assertThat(one(putIfAbsent).stored()).isTrue();
        assertThat(one(putIfAbsent).stored()).isFalse();
        String etag = one(store().head(KEY)).etag();
        var putIfMatch = store().putIfMatch(KEY, etag, Content.text("other"));
        assertThat(one(putIfMatch).stored()).isTrue();
        assertThat(one(putIfMatch).stored()).isFalse();
    }

    private static Content counted(AtomicInteger subscriptions) {
        return Content.publisher(Flux.defer(() -> {
                    subscriptions.incrementAndGet();
                    return Flux.just(ByteBuffer.wrap(Samples.bytes(10)));
                }))
                .asReplayable();
    }
}
