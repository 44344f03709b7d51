package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** Unconditional puts: as a whole or not at all, visible once acknowledged. */
@Needs(Need.WRITES)
public interface WriteContract extends StoreContract {

    @Test
    default void put_makesTheObjectVisibleEverywhere() {
        none(store().get(KEY));
        done(store().put(KEY, Content.text("hello")));
        assertThat(textOf(KEY)).isEqualTo("hello");
        assertThat(one(store().exists(KEY))).isTrue();
        assertThat(keys()).containsExactly(KEY);
    }

    @Test
    default void put_tellsTheFactsAboutWhatWasWritten() {
        ObjectInfo written = one(store().put(KEY, Content.text("hello")));
        ObjectInfo head = one(store().head(KEY));
        assertThat(written.key()).isEqualTo(KEY);
        assertThat(written.size()).isEqualTo(5);
        assertThat(written.etag()).isEqualTo(head.etag());
        assertThat(written.version()).isEqualTo(head.version());
    }

    @Test
    default void putOverAnObject_replacesIt() {
        String old = one(store().put(KEY, Content.text("the old one"))).etag();
        assertThat(textOf(KEY)).isEqualTo("the old one");
        ObjectInfo info = one(store().put(KEY, Content.text("new")));
        assertThat(info.etag()).isNotEqualTo(old);
        assertThat(textOf(KEY)).isEqualTo("new");
        assertThat(one(store().size(KEY))).isEqualTo(3);
        assertThat(keys()).containsExactly(KEY);
    }

    @Test
    default void putOverAShorterObject_replacesIt() {
        done(store().put(KEY, Content.text("x")));
        done(store().put(KEY, Content.bytes(Samples.bytes(5000))));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(5000));
    }

    @Test
    default void putOfTheSameBytesAgain_isFine() {
        done(store().put(KEY, Content.text("same")));
        done(store().put(KEY, Content.text("same")));
        assertThat(textOf(KEY)).isEqualTo("same");
    }

    @Test
    default void manyPuts_leaveEachItsOwnBytes() {
        List<String> keys = List.of("a", "b", "a/a", "a/b", "b/a", "c/d/e/f");
        done(Flux.fromIterable(keys).flatMap(key -> store().put(key, Content.text("text of " + key)), 6));
        keys.forEach(key -> assertThat(textOf(key)).isEqualTo("text of " + key));
        Samples.assertListed(store(), keys(), keys.toArray(String[]::new));
    }

    @Test
    default void putBesideOthers_leavesThemAlone() {
        String sibling = given("a/c", "sibling").etag();
        done(store().put("a/b", Content.text("one")));
        done(store().put("a", Content.text("two")));
        assertThat(one(store().head("a/c")).etag()).isEqualTo(sibling);
        assertThat(textOf("a/c")).isEqualTo("sibling");
    }

    @Test
    default void putUnderWay_isInvisible() {
        TestPublisher<ByteBuffer> bytes = TestPublisher.create();
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Content.publisher(bytes))).ask(1);
        awaitSubscribed(bytes);
        bytes.next(ByteBuffer.wrap(Samples.bytes(100)));
        none(store().get(KEY));
        assertThat(keys()).isEmpty();
        bytes.complete();
        put.awaitCompletion();
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void putUnderWayOverAnObject_leavesTheOldOneVisible() {
        done(store().put(KEY, Content.text("old")));
        TestPublisher<ByteBuffer> bytes = TestPublisher.create();
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Content.publisher(bytes))).ask(1);
        awaitSubscribed(bytes);
        bytes.next(ByteBuffer.wrap(Samples.bytes(100)));
        assertThat(textOf(KEY)).isEqualTo("old");
        bytes.complete();
        put.awaitCompletion();
        assertThat(one(store().size(KEY))).isEqualTo(100);
    }

    @Test
    default void putCancelledUnderWay_leavesNothingAndStopsItsSource() {
        TestPublisher<ByteBuffer> bytes = TestPublisher.create();
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Content.publisher(bytes))).ask(1);
        awaitSubscribed(bytes);
        bytes.next(ByteBuffer.wrap(Samples.bytes(100)));
        put.cancel();
        Samples.eventually(this, bytes::assertCancelled);
        none(store().get(KEY));
        assertThat(keys()).isEmpty();
        done(store().put(KEY, Content.text("later")));
        assertThat(textOf(KEY)).isEqualTo("later");
    }

    @Test
    default void failingSource_failsThePutAsItIs_andChangesNothing() {
        done(store().put(KEY, Content.text("old")));
        Exception mine = new Exception("mine");
        Flux<ByteBuffer> bytes = Flux.just(ByteBuffer.wrap(Samples.bytes(100))).concatWith(Mono.error(mine));
        assertThat(failure(Exception.class, store().put(KEY, Content.publisher(bytes))))
                .isSameAs(mine);
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    @Test
    default void sourceThatFailsAtOnce_failsThePut_andWritesNothing() {
        Exception mine = new Exception("mine");
        assertThat(failure(Exception.class, store().put(KEY, Content.publisher(Flux.error(mine)))))
                .isSameAs(mine);
        none(store().get(KEY));
    }

    @Test
    default void sourceThatThrowsAtSubscription_failsThePut_andWritesNothing() {
        IllegalStateException mine = new IllegalStateException("mine");
        Flux<ByteBuffer> bytes = Flux.defer(() -> {
            throw mine;
        });
        assertThat(failure(IllegalStateException.class, store().put(KEY, Content.publisher(bytes))))
                .isSameAs(mine);
        none(store().get(KEY));
    }

    @Test
    default void encryptionThatNobodyKnows_isNotIgnored() {
        WriteOptions unknown = WriteOptions.defaults().withEncryption("no-such-algorithm", null);
        failure(StoreException.class, store().put(KEY, Content.text("secret"), unknown));
        none(store().get(KEY));
    }

    private void awaitSubscribed(TestPublisher<ByteBuffer> bytes) {
        Samples.eventually(this, () -> bytes.assertMinRequested(1));
    }
}
