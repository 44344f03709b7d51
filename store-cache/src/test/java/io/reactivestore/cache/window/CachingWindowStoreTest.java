package io.reactivestore.cache.window;

import static io.reactivestore.cache.window.Stage.CONTEXT;
import static io.reactivestore.cache.window.Stage.await;
import static io.reactivestore.cache.window.Stage.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.decorate.PrefixedStore;
import io.reactivestore.decorate.ReadOnlyStore;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What a window store asks of its inner store, and what it does when that is not as it should be. */
class CachingWindowStoreTest {

    private final MemoryStore memory = MemoryStore.create();
    private final CountingStore inner = CountingStore.over(memory);
    private final Stage stage = new Stage(inner);

    @Test
    void innerStoreInAnotherOrder_isRefused() {
        for (ListOrder order : new ListOrder[] {ListOrder.UTF16, ListOrder.NONE}) {
            Store unordered = new ForwardingStore(memory) {
                @Override
                public StoreCapabilities capabilities() {
                    return super.capabilities().withListOrder(order);
                }
            };
            assertThatThrownBy(() -> CachingWindowStore.builder(unordered).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("CachingWindowStore: ")
                    .hasMessageEndingWith("does not list in UTF-8 order");
        }
    }

    @Test
    void innerStoreThatCannotWrite_isRefused() {
        assertThatThrownBy(() ->
                        CachingWindowStore.builder(ReadOnlyStore.of(memory)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("cannot write and delete");
    }

    @Test
    void fetch_readsNoValueOfOtherKeys_thoughTheyLieInBetween() {
        for (String key : new String[] {"a", "aa", "a\u0000", "aaa"}) {
            for (long start = 0; start < 10; start++) {
                stage.putInner(key, start, "v");
            }
        }
        long gets = inner.calls(StoreOperation.GET);
        assertThat(stage.fetch("a", 3, Long.MAX_VALUE)).hasSize(7);
        assertThat(inner.calls(StoreOperation.GET) - gets).isEqualTo(7);
    }

    @Test
    void fetchAll_readsNoValueOutsideOfTheTime() {
        for (long start = 0; start < 10; start++) {
            stage.putInner("a", start, "v");
            stage.putInner("b", start, "v");
        }
        long gets = inner.calls(StoreOperation.GET);
        assertThat(stage.fetchAll(2, 3)).hasSize(4);
        assertThat(inner.calls(StoreOperation.GET) - gets).isEqualTo(4);
    }

    @Test
    void whatIsHeld_isReadWithoutTheInnerStore() {
        stage.put("a", 0, "v");
        long gets = inner.calls(StoreOperation.GET);
        stage.fetch("a", 0, 1);
        stage.get("a", 0);
        stage.flush();
        stage.get("a", 0);
        assertThat(inner.calls(StoreOperation.GET)).isEqualTo(gets);
    }

    @Test
    void nothingHappens_beforeSubscription() {
        var ignored = new Object[] {
            stage.store.put(WindowedKey.of("a", 0), bytes("v"), CONTEXT),
            stage.store.fetch(bytes("a"), 0, 1),
            stage.store.flush(),
            stage.store.clear()
        };
        assertThat(ignored).isNotEmpty();
        assertThat(inner.calls()).isZero();
        assertThat(stage.all()).isEmpty();
    }

    @Test
    void eachSubscription_isAnewRead() {
        var windows = stage.store.fetch(bytes("a"), 0, 9).map(Stage::line);
        assertThat(await(windows)).isEmpty();
        stage.put("a", 1, "v");
        assertThat(await(windows)).containsExactly("a@1=v");
    }

    @Test
    void valuePut_doesNotChangeWithTheCallersBytes() {
        byte[] value = {'v'};
        var put = stage.store.put(WindowedKey.of("a", 0), ByteBuffer.wrap(value), CONTEXT);
        value[0] = 'w';
        await(put);
        assertThat(stage.get("a", 0)).containsExactly("a@0=v");
    }

    @Test
    void demandOfTwo_readsFewValuesAhead_andCancelStopsIt() {
        for (long start = 0; start < 100; start++) {
            stage.putInner("a", start, "v");
        }
        long gets = inner.calls(StoreOperation.GET);
        StepVerifier.create(stage.store.fetch(bytes("a"), 0, 99).map(Stage::line), 0)
                .thenRequest(2)
                .expectNext("a@0=v", "a@1=v")
                .thenCancel()
                .verify(Stage.PATIENCE);
        assertThat(inner.calls(StoreOperation.GET) - gets).isBetween(2L, 12L);
        assertThat(inner.inFlight()).isZero();
    }

    @Test
    void keyThatIsNoneOfOurs_failsReadsThatMeetIt() {
        stage.put("a", 0, "v");
        await(memory.put("readme.txt", Content.text("hello")));
        stage.store
                .all()
                .as(StepVerifier::create)
                .thenConsumeWhile(entry -> true)
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreCorruptException.class)
                        .hasMessage("list readme.txt: the key is none of a window store"))
                .verify(Stage.PATIENCE);
        assertThat(stage.fetch("a", 0, 1)).containsExactly("a@0=v");
    }

    @Test
    void valueWithoutRecordTime_failsReadsOfIt() {
        await(memory.put("c400000000000000/00000", Content.text("short")));
        stage.store
                .get(WindowedKey.of("a", 0))
                .as(StepVerifier::create)
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreCorruptException.class)
                        .hasMessage("get c400000000000000/00000: the value has no record time before it"))
                .verify(Stage.PATIENCE);
    }

    @Test
    void storesWithPrefixes_shareOneInnerStore() {
        Stage left = new Stage(PrefixedStore.of(memory, "left/"));
        Stage right = new Stage(PrefixedStore.of(memory, "right/"));
        left.put("a", 0, "left");
        right.put("a", 0, "right");
        left.flush();
        right.flush();
        await(left.store.clear());
        assertThat(left.all()).isEmpty();
        assertThat(right.all()).containsExactly("a@0=right");
        assertThat(right.inner()).containsExactly("a@0=right");
    }

    @Test
    void settingsOfTheCache_arePassedOn() {
        Stage small = new Stage(
                inner, settings -> settings.writeBack(w -> w.maxDirtyBytes(100).name("windows")));
        for (long start = 0; start < 20; start++) {
            small.put("a", start, "0123456789");
        }
        assertThat(small.inner()).as("flushed to make room").hasSizeGreaterThan(10);
        assertThat(small.all()).hasSize(20);
        assertThat(small.store.toString()).contains("windows").contains("maxDirtyBytes=100");
    }

    @Test
    void afterClosing_everythingFails() {
        await(stage.store.close());
        stage.store
                .all()
                .as(StepVerifier::create)
                .expectError(StoreClosedException.class)
                .verify(Stage.PATIENCE);
        stage.store
                .put(WindowedKey.of("a", 0), bytes("v"), CONTEXT)
                .as(StepVerifier::create)
                .expectError(StoreClosedException.class)
                .verify(Stage.PATIENCE);
    }

    @Test
    void nulls_areRefusedAtTheCall() {
        assertThatThrownBy(() -> stage.store.get(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("get: key is null");
        assertThatThrownBy(() -> stage.store.put(WindowedKey.of("a", 0), bytes("v"), null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("put: context is null");
        assertThatThrownBy(() -> stage.store.put(WindowedKey.of("a", 0), null, CONTEXT))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("put: value is null");
    }
}
