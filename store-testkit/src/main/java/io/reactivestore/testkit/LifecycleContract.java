package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.DeleteResult;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnsupportedException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Opening, which nobody has to ask for, and closing, after which every operation fails. */
public interface LifecycleContract extends StoreContract {

    @Test
    default void openedStore_isUsable() {
        none(store().open());
        given(KEY, "text");
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    @Test
    default void firstOperation_opensTheStore() {
        assertThat(one(store().exists(KEY))).isFalse();
        given(KEY, "text");
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    @Test
    default void secondOpening_isHarmless() {
        Mono<Void> open = store().open();
        none(open);
        given(KEY, "text");
        none(open);
        none(store().open());
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    @Test
    default void manyOpeningsAtOnce_areOne() {
        done(Flux.range(0, 16).flatMap(i -> store().open().subscribeOn(Schedulers.parallel()), 16));
        assertThat(one(store().exists(KEY))).isFalse();
    }

    @Test
    default void manyFirstOperationsAtOnce_allWork() {
        given(KEY, "text");
        assertThat(all(Flux.range(0, 16).flatMap(i -> store().getText(KEY).subscribeOn(Schedulers.parallel()), 16)))
                .hasSize(16)
                .containsOnly("text");
    }

    @Test
    default void cancelledOpening_doesNotHinderTheNext() {
        Probe.of(this, store().open()).cancel();
        none(store().open());
        assertThat(one(store().exists(KEY))).isFalse();
    }

    @Test
    default void capabilities_areKnownBeforeOpeningAndFinalAfterIt() {
        assertThat(store().capabilities()).isNotNull();
        none(store().open());
        StoreCapabilities opened = store().capabilities();
        given(KEY, "text");
        assertThat(textOf(KEY)).isEqualTo("text");
        assertThat(store().capabilities()).isEqualTo(opened);
        done(store().close());
        assertThat(store().capabilities()).isEqualTo(opened);
    }

    @Test
    default void storeClosedUnused_isFine() {
        none(store().close());
    }

    @Test
    default void secondClosing_isHarmless() {
        given(KEY, "text");
        Mono<Void> close = store().close();
        none(close);
        none(close);
        none(store().close());
    }

    @Test
    default void manyClosingsAtOnce_areOne() {
        given(KEY, "text");
        done(Flux.range(0, 16).flatMap(i -> store().close().subscribeOn(Schedulers.parallel()), 16));
        failure(StoreClosedException.class, store().get(KEY));
    }

    @Test
    default void closingNobodySubscribesTo_closesNothing() {
        store().close();
        assertThat(one(store().exists(KEY))).isFalse();
    }

    @Test
    default void closedStore_cannotBeOpened() {
        none(store().close());
        failure(StoreClosedException.class, store().open());
    }

    @Test
    default void closedStore_failsEveryOperation() {
        given(KEY, "text");
        none(store().open());
        none(store().close());
        for (Call call : Call.all()) {
            StoreException error = failure(StoreException.class, orResultError(call.on(store())));
            // A read-only view may refuse what it never does before it asks whether it is open.
            assertThat(error)
                    .as("%s", call)
                    .isInstanceOfAny(StoreClosedException.class, StoreUnsupportedException.class);
            assertThat(error.operation()).as("%s", call).isIn(call.operations());
            assertThat(error.retryable()).as("%s", call).isFalse();
        }
    }

    @Test
    default void operationMadeBeforeTheClosing_failsAfterIt() {
        given(KEY, "text");
        var get = store().get(KEY);
        var list = store().list("");
        none(store().close());
        failure(StoreClosedException.class, get);
        failure(StoreClosedException.class, list);
    }

    @Test
    default void storeTellsWhatItIs() {
        assertThat(store().toString()).isNotBlank();
    }

    /** A bulk delete may tell key by key that the store is closed. */
    private static Publisher<?> orResultError(Publisher<?> publisher) {
        return Flux.from(publisher)
                .concatMap(value -> value instanceof DeleteResult result && !result.deleted()
                        ? Mono.error(Objects.requireNonNull(result.error()))
                        : Mono.just(value));
    }
}
