package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ReadOnlyStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store inner = MemoryStore.create();
    private final Store store = ReadOnlyStore.of(inner);

    @Test
    void read_goesThrough() {
        inner.put("a", Content.text("hello")).block(PATIENCE);
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("hello");
        assertThat(store.list("").collectList().block(PATIENCE)).hasSize(1);
    }

    @Test
    void change_isRefusedAndNothingChanges() {
        inner.put("a", Content.text("hello")).block(PATIENCE);
        expectRefused(store.put("a", Content.empty()), "put a: the store is read-only");
        expectRefused(store.putIfAbsent("b", Content.empty()), "put b: the store is read-only");
        expectRefused(store.delete("a"), "delete a: the store is read-only");
        expectRefused(store.deleteAll(Flux.just("a")), "deleteAll: the store is read-only");
        expectRefused(store.deletePrefix("x/"), "deletePrefix x/: the store is read-only");
        expectRefused(store.copy("a", "b"), "copy a: the store is read-only");
        expectRefused(store.rename("a", "b"), "copy a: the store is read-only");
        assertThat(inner.list("").collectList().block(PATIENCE)).hasSize(1);
        assertThat(inner.getText("a").block(PATIENCE)).isEqualTo("hello");
    }

    @Test
    void refusedChange_doesNotTouchWhatWasPassedIn() {
        AtomicBoolean touched = new AtomicBoolean();
        Flux<String> keys = Flux.defer(() -> {
            touched.set(true);
            return Flux.just("a");
        });
        expectRefused(store.deleteAll(keys), "deleteAll: the store is read-only");
        assertThat(touched).isFalse();
    }

    @Test
    void malformedArgument_isRefusedAtTheCallAllTheSame() {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.put("", Content.empty()),
                () -> store.delete(""),
                () -> store.copy("", "b"),
                () -> store.copy("a", "a"),
                () -> store.deletePrefix("\uD800"))) {
            assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
        }
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.put("a", null),
                () -> store.put("a", Content.empty(), null),
                () -> store.delete("a", (DeleteOptions) null),
                () -> store.copy("a", "b", (WriteOptions) null),
                () -> store.deleteAll(null),
                () -> store.deletePrefix(null))) {
            assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void capabilities_areThoseOfTheInnerStoreWithoutChanges() {
        StoreCapabilities capabilities = store.capabilities();
        assertThat(capabilities.writes()).isFalse();
        assertThat(capabilities.deletes()).isFalse();
        assertThat(capabilities.conditionalPut()).isFalse();
        assertThat(capabilities.conditionalDelete()).isFalse();
        assertThat(capabilities.conditionalCopy()).isFalse();
        assertThat(capabilities.ranges()).isTrue();
        assertThat(capabilities.listOrder()).isEqualTo(inner.capabilities().listOrder());
    }

    @Test
    void closed_failsAsClosedAndNotAsReadOnly() {
        store.close().block(PATIENCE);
        StepVerifier.create(store.delete("a"))
                .expectError(StoreClosedException.class)
                .verify(PATIENCE);
    }

    private static void expectRefused(Publisher<?> change, String message) {
        StepVerifier.create(change)
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreUnsupportedException.class)
                        .hasMessage(message))
                .verify(PATIENCE);
    }
}
