package io.reactivestore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnsupportedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** What is particular to this store; the contract kit has the rest. */
class MemoryStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store store = MemoryStore.create();

    @Test
    void list_isInOrderOfUtf8WithinItsBounds() {
        given("a", "a/b", "a/c", "b", "\uFFFD", Character.toString(0x10000));
        assertThat(keys(ListOptions.defaults()))
                .containsExactly("a", "a/b", "a/c", "b", "\uFFFD", Character.toString(0x10000));
        assertThat(keys(ListOptions.prefix("a/"))).containsExactly("a/b", "a/c");
        assertThat(keys(ListOptions.prefix("a/").withStartAfter("a/b"))).containsExactly("a/c");
        assertThat(keys(ListOptions.prefix("a/").withStartAfter("a"))).containsExactly("a/b", "a/c");
        assertThat(keys(ListOptions.prefix("a/").withStartAfter("b"))).isEmpty();
        assertThat(keys(ListOptions.prefix("a").withEndBefore("a/c"))).containsExactly("a", "a/b");
        assertThat(keys(ListOptions.defaults().withEndBefore(""))).isEmpty();
        assertThat(keys(ListOptions.defaults().withStartAfter("a/b").withEndBefore("b")))
                .containsExactly("a/c");
    }

    @Test
    void list_isASnapshotOfTheMomentOfItsSubscription() {
        given("a", "b", "c");
        Flux<String> listing = store.list("").map(ObjectInfo::key);
        StepVerifier.create(listing, 1)
                .expectNext("a")
                .then(() -> {
                    store.delete("b").block(PATIENCE);
                    given("bb");
                })
                .thenRequest(10)
                .expectNext("b", "c")
                .expectComplete()
                .verify(PATIENCE);
        assertThat(listing.collectList().block(PATIENCE)).containsExactly("a", "bb", "c");
    }

    @Test
    void answer_staysReadableAfterTheObjectIsReplacedOrDeleted() {
        store.put("a", Content.text("old")).block(PATIENCE);
        StoredObject old = store.get("a").block(PATIENCE);
        store.put("a", Content.text("new")).block(PATIENCE);
        assertThat(old.text().block(PATIENCE)).isEqualTo("old");
        store.delete("a").block(PATIENCE);
        assertThat(old.text().block(PATIENCE)).isEqualTo("old");
    }

    @Test
    void everyWrite_hasAnEtagOfItsOwnInEveryStore() {
        String first = store.put("a", Content.text("x")).block(PATIENCE).etag();
        String second = store.put("a", Content.text("x")).block(PATIENCE).etag();
        String copied = store.copy("a", "b").block(PATIENCE).etag();
        String other =
                MemoryStore.create().put("a", Content.text("x")).block(PATIENCE).etag();
        assertThat(List.of(first, second, copied, other)).doesNotHaveDuplicates();
    }

    @Test
    void put_becomesVisibleAsAWholeAtItsEnd() {
        store.put("a", Content.text("old")).block(PATIENCE);
        TestPublisher<ByteBuffer> content = TestPublisher.create();
        StepVerifier.create(store.put("a", Content.publisher(content)))
                .then(() -> content.next(ByteBuffer.wrap(new byte[] {'n'})))
                .then(() -> assertThat(store.getText("a").block(PATIENCE)).isEqualTo("old"))
                .then(content::complete)
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("n");
    }

    @Test
    void putThatFailsOrIsCancelled_writesNothing() {
        TestPublisher<ByteBuffer> content = TestPublisher.create();
        StepVerifier.create(store.put("a", Content.publisher(content)))
                .then(() -> content.next(ByteBuffer.allocate(1)))
                .thenCancel()
                .verify(PATIENCE);
        content.assertCancelled();
        StepVerifier.create(store.put("a", Content.publisher(Flux.error(new IllegalStateException("meant")))))
                .expectErrorMessage("meant")
                .verify(PATIENCE);
        StepVerifier.create(store.put("a", Content.text("x").withLength(2)))
                .expectError()
                .verify(PATIENCE);
        assertThat(keys(ListOptions.defaults())).isEmpty();
    }

    @Test
    void conditionOfAPut_isJudgedWhenItsBytesHaveCome() {
        TestPublisher<ByteBuffer> content = TestPublisher.create();
        StepVerifier.create(store.put(
                        "a", Content.publisher(content), WriteOptions.defaults().withIfAbsent()))
                .then(() -> given("a"))
                .then(content::complete)
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
    }

    @Test
    void getRanges_givesEachRangeWithItsIndex() {
        store.put("a", Content.text("0123456789")).block(PATIENCE);
        List<RangedObject> found = store.getRanges(
                        "a",
                        List.of(ByteRange.suffix(2), ByteRange.of(0, 3), ByteRange.of(2, 99)),
                        ReadOptions.defaults())
                .collectList()
                .block(PATIENCE);
        assertThat(found).extracting(RangedObject::index).containsExactlyInAnyOrder(0, 1, 2);
        for (RangedObject range : found) {
            assertThat((long) range.bytes().remaining()).isEqualTo(range.span().length());
            assertThat(range.bytes().get(0))
                    .isEqualTo((byte) ('0' + range.span().start()));
        }
        StepVerifier.create(store.getRanges("a", List.of(ByteRange.from(10)), ReadOptions.defaults()))
                .expectError(RangeNotSatisfiableException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.getRanges("b", List.of(), ReadOptions.defaults()))
                .expectError(ObjectNotFoundException.class)
                .verify(PATIENCE);
        StepVerifier.create(
                        store.getRanges("a", List.of(), ReadOptions.defaults().withIfMatch("x")))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
    }

    @Test
    void whatIsNotKept_isRefusedAndNotIgnored() {
        given("a");
        ReadOptions old = ReadOptions.defaults().withVersion("v");
        WriteOptions encrypted = WriteOptions.defaults().withEncryption("AES256", null);
        for (Publisher<?> refused : List.<Publisher<?>>of(
                store.get("a", old),
                store.head("a", old),
                store.getRanges("a", List.of(), old),
                store.delete("a", DeleteOptions.defaults().withVersion("v")),
                store.put("a", Content.text("new"), encrypted),
                store.copy("a", "b", encrypted))) {
            StepVerifier.create(refused)
                    .expectError(StoreUnsupportedException.class)
                    .verify(PATIENCE);
        }
        assertThat(keys(ListOptions.defaults())).containsExactly("a");
        assertThat(store.size("a").block(PATIENCE)).isZero();
    }

    @Test
    void rangeThatIsLongerThanMayBeBuffered_isRejected() {
        store.put("a", Content.text("0123456789")).block(PATIENCE);
        ReadOptions tight = ReadOptions.defaults().withMaxBufferedBytes(4);
        StepVerifier.create(store.getRanges("a", List.of(ByteRange.of(0, 4)), tight))
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(store.getRanges("a", List.of(ByteRange.of(0, 5)), tight))
                .expectError(StoreRejectedException.class)
                .verify(PATIENCE);
    }

    @Test
    void closed_forgetsAllAndFailsWhatComesLater() {
        store.put("a", Content.text("hello")).block(PATIENCE);
        Flux<ByteBuffer> body = store.get("a").block(PATIENCE).body();
        TestPublisher<ByteBuffer> content = TestPublisher.create();
        StepVerifier.create(store.put("b", Content.publisher(content)))
                .then(() -> store.close().block(PATIENCE))
                .then(content::complete)
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(body).expectError(StoreClosedException.class).verify(PATIENCE);
        for (Mono<?> later : List.of(store.get("a"), store.head("a"), store.delete("a"), store.copy("a", "b"))) {
            StepVerifier.create(later).expectError(StoreClosedException.class).verify(PATIENCE);
        }
        StepVerifier.create(store.list(""))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
        assertThat(store).hasToString("MemoryStore[closed]");
        store.close().block(PATIENCE);
    }

    private void given(String... keys) {
        for (String key : keys) {
            store.put(key, Content.empty()).block(PATIENCE);
        }
    }

    private List<String> keys(ListOptions options) {
        return store.list(options).map(ObjectInfo::key).collectList().block(PATIENCE);
    }
}
