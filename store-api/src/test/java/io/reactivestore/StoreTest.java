package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** The methods of {@link Store} that have a body there. */
class StoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store store = MemoryStore.create();

    @Test
    void absentObject_isAnEmptyAnswer() {
        StepVerifier.create(store.get("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.getBytes("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.getByteArray("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.getText("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.getRange("a", ByteRange.from(0)))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(store.head("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.size("a")).expectComplete().verify(PATIENCE);
        StepVerifier.create(store.exists("a"))
                .expectNext(false)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void readOfAnAbsentObject_isAnError() {
        StepVerifier.create(store.read("a"))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(ObjectNotFoundException.class)
                        .hasMessage("read a: no such object"))
                .verify(PATIENCE);
    }

    @Test
    void presentObject_isToldInEveryShape() {
        store.put("a", Content.text("hello")).block(PATIENCE);
        assertThat(store.getBytes("a").block(PATIENCE).remaining()).isEqualTo(5);
        assertThat(store.getByteArray("a").block(PATIENCE)).hasSize(5);
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("hello");
        assertThat(store.getRange("a", ByteRange.of(1, 3)).block(PATIENCE))
                .isEqualTo(ByteBuffer.wrap(new byte[] {'e', 'l'}));
        assertThat(store.size("a").block(PATIENCE)).isEqualTo(5);
        assertThat(store.exists("a").block(PATIENCE)).isTrue();
        assertThat(store.read("a", ReadOptions.defaults().withChunkBytes(2))
                        .map(ByteBuffer::remaining)
                        .collectList()
                        .block(PATIENCE))
                .containsExactly(2, 2, 1);
    }

    @Test
    void emptyObject_isAnEmptyValueAndNotAnEmptyAnswer() {
        store.put("a", Content.empty()).block(PATIENCE);
        assertThat(store.getText("a").block(PATIENCE)).isEmpty();
        assertThat(store.getByteArray("a").block(PATIENCE)).isEmpty();
        StepVerifier.create(store.read("a")).expectComplete().verify(PATIENCE);
    }

    @Test
    void readWithAConditionThatAnswersNotModified_isRefusedAtTheCall() {
        assertThatThrownBy(() -> store.read("a", ReadOptions.defaults().withIfNoneMatch("e")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("read: ");
    }

    @Test
    void getAll_keepsTheOrderAndLeavesOutWhatIsAbsent() {
        for (String key : List.of("a", "b", "c")) {
            store.put(key, Content.text(key)).block(PATIENCE);
        }
        Flux<String> found = store.getAll(Flux.just("c", "x", "a", "b"), 2).concatMap(StoredObject::text);
        assertThat(found.collectList().block(PATIENCE)).containsExactly("c", "a", "b");
    }

    @Test
    void getAll_asksForAsManyKeysAsItMayAskForAtOnce() {
        TestPublisher<String> keys = TestPublisher.create();
        StepVerifier.create(store.getAll(keys, 3), 0)
                .then(() -> keys.assertMinRequested(3).assertMaxRequested(3))
                .thenCancel()
                .verify(PATIENCE);
        assertThatThrownBy(() -> store.getAll(null, 1)).hasMessage("getAll: keys is null");
        assertThatThrownBy(() -> store.getAll(keys, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("getAll: need a concurrency of 1 or more, was 0");
    }

    @Test
    void sizesAndEmptiness_areThoseOfAllWithThePrefix() {
        store.put("p/a", Content.text("xx")).block(PATIENCE);
        store.put("p/b", Content.text("yyy")).block(PATIENCE);
        store.put("q", Content.text("z")).block(PATIENCE);
        assertThat(store.sizeOf("p/").block(PATIENCE)).isEqualTo(5);
        assertThat(store.sizeOf("").block(PATIENCE)).isEqualTo(6);
        assertThat(store.sizeOf("none").block(PATIENCE)).isZero();
        assertThat(store.isEmpty("p/").block(PATIENCE)).isFalse();
        assertThat(store.isEmpty("none").block(PATIENCE)).isTrue();
    }

    @Test
    void putThatLosesItsCondition_isAnAnswer() {
        PutResult first = store.putIfAbsent("a", Content.text("1")).block(PATIENCE);
        assertThat(first.stored()).isTrue();
        assertThat(store.putIfAbsent("a", Content.text("2")).block(PATIENCE).stored())
                .isFalse();
        assertThat(store.putIfMatch("a", "other", Content.text("3"))
                        .block(PATIENCE)
                        .stored())
                .isFalse();
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("1");
        assertThat(store.putIfMatch("a", first.info().etag(), Content.text("4"))
                        .block(PATIENCE)
                        .stored())
                .isTrue();
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("4");
    }

    @Test
    void rename_movesTheObjectWithItsAttributes() {
        Attributes attributes = Attributes.none().withContentType("text/plain");
        store.put("a", Content.text("1"), WriteOptions.defaults().withAttributes(attributes))
                .block(PATIENCE);
        assertThat(store.rename("a", "b").block(PATIENCE).attributes()).isEqualTo(attributes);
        assertThat(store.list("").map(ObjectInfo::key).collectList().block(PATIENCE))
                .containsExactly("b");
        StepVerifier.create(store.rename("a", "c"))
                .expectError(ObjectNotFoundException.class)
                .verify(PATIENCE);
        assertThatThrownBy(() -> store.rename("a", "a")).hasMessage("rename: a onto itself");
        assertThatThrownBy(() -> store.rename("", "a")).hasMessage("rename: the key is empty");
    }
}
