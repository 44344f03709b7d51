package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Content of pooled buffers: each comes back exactly once, whatever becomes of the put, and is not looked at afterwards. */
@Needs(Need.WRITES)
public interface PooledContentContract extends StoreContract {

    @Test
    default void pooledContent_isWrittenAsItWasBeforeItWasReleased() {
        Pool pool = new Pool();
        done(store().put(KEY, Pool.content(elements(pool, 10))));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(100));
        assertThat(pool.takenCount()).isEqualTo(10);
        pool.assertAllReleasedOnce();
    }

    @Test
    default void pooledContentOfKnownLength_isWrittenAndReleased() {
        Pool pool = new Pool();
        done(store().put(KEY, Pool.content(elements(pool, 10)).withLength(100)));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(100));
        pool.assertAllReleasedOnce();
    }

    @Test
    default void pooledContentOfOneElement_isWrittenAndReleased() {
        Pool pool = new Pool();
        done(store().put(KEY, Pool.content(elements(pool, 1))));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(10));
        pool.assertAllReleasedOnce();
    }

    @Test
    default void pooledContentThroughAQueue_isWrittenAndReleased() {
        Pool pool = new Pool();
        done(store().put(KEY, Pool.content(elements(pool, 10).publishOn(Schedulers.parallel(), 4))));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(100));
        pool.assertAllReleasedOnce();
    }

    @Test
    default void pooledContentThatFails_isReleased() {
        Pool pool = new Pool();
        Exception mine = new Exception("mine");
        Flux<Pool.Pooled> failing = elements(pool, 3).concatWith(Mono.error(mine));
        assertThat(failure(Exception.class, store().put(KEY, Pool.content(failing))))
                .isSameAs(mine);
        none(store().get(KEY));
        pool.assertAllReleasedOnce();
    }

    @Test
    default void pooledContentOfTheWrongLength_isReleased() {
        Pool pool = new Pool();
        Content tooLong = Pool.content(elements(pool, 5)).withLength(25);
        failure(StoreCorruptException.class, store().put(KEY, tooLong));
        Content tooShort = Pool.content(elements(pool, 5)).withLength(51);
        failure(StoreCorruptException.class, store().put(KEY, tooShort));
        none(store().get(KEY));
        Samples.eventually(this, pool::assertAllReleasedOnce);
    }

    @Test
    default void pooledContentOfACancelledPut_isReleased() {
        Pool pool = new Pool();
        Flux<Pool.Pooled> endless = elements(pool, 3).concatWith(Flux.never());
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Pool.content(endless))).ask(1);
        Samples.eventually(this, () -> assertThat(pool.releasedCount()).isPositive());
        put.cancel();
        Samples.eventually(this, pool::assertAllReleasedOnce);
        none(store().get(KEY));
    }

    @Test
    default void pooledContentQueuedInACancelledPut_isReleased() {
        Pool pool = new Pool();
        // One is let through. Not publishOn: cancelled before its task begins, it loses its queue (reactor-core 4396).
        Flux<Pool.Pooled> queued = Flux.zip(
                each -> (Pool.Pooled) each[0],
                4,
                elements(pool, 10),
                Flux.just(1).concatWith(Flux.never()));
        Probe<ObjectInfo> put =
                Probe.of(this, store().put(KEY, Pool.content(queued))).ask(1);
        Samples.eventually(this, () -> assertThat(pool.releasedCount()).isPositive());
        assertThat(pool.releasedCount()).isOne();
        assertThat(pool.takenCount()).isEqualTo(4);
        put.cancel();
        Samples.eventually(this, pool::assertAllReleasedOnce);
    }

    @Test
    @Needs(Need.CONDITIONAL_PUT)
    default void pooledContentOfARefusedPut_isReleased() {
        given(KEY, "old");
        Pool pool = new Pool();
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        failure(PreconditionFailedException.class, store().put(KEY, Pool.content(elements(pool, 10)), ifAbsent));
        Samples.eventually(this, pool::assertAllReleasedOnce);
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    @Test
    default void pooledContentOfAClosedStore_isNotTaken() {
        Pool pool = new Pool();
        done(store().close());
        failure(StoreClosedException.class, store().put(KEY, Pool.content(elements(pool, 10))));
        assertThat(pool.takenCount()).isZero();
    }

    @Test
    default void pooledContentWhoseCopyThrows_isReleased() {
        Pool pool = new Pool();
        IllegalStateException mine = new IllegalStateException("mine");
        Content content = Content.publisher(
                elements(pool, 3),
                Pool.Pooled::size,
                (pooled, target) -> {
                    throw mine;
                },
                Pool.Pooled::release);
        failure(IllegalStateException.class, store().put(KEY, content));
        Samples.eventually(this, pool::assertAllReleasedOnce);
        none(store().get(KEY));
    }

    @Test
    default void pooledContentPutTwice_failsTheSecondTime() {
        Pool pool = new Pool();
        Content content = Pool.content(elements(pool, 3));
        done(store().put(KEY, content));
        failure(IllegalStateException.class, store().put(KEY, content));
        assertThat(one(store().size(KEY))).isEqualTo(30);
        pool.assertAllReleasedOnce();
    }

    /** Elements of 10 bytes each, taken from the pool as they are asked for. */
    private static Flux<Pool.Pooled> elements(Pool pool, int count) {
        return Flux.range(0, count)
                .map(i -> pool.take(Arrays.copyOfRange(Samples.bytes(10 * count), 10 * i, 10 * i + 10)));
    }
}
