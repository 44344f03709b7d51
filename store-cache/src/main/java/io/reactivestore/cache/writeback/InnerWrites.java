package io.reactivestore.cache.writeback;

import io.reactivestore.Attempts;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.writeback.Gates.Pass;
import io.reactivestore.error.StoreTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Sends writes to the inner store, each behind the gate of its key. */
final class InnerWrites {

    /** Other victims are tried for so long after one was refused. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Store inner;
    private final Table table;
    private final Gates gates;
    private final Journal journal;
    private final StoreRuntime runtime;
    private final Duration timeout;
    private final Duration inDoubt;
    private final Runnable acknowledged;

    /** @param acknowledged told after each flushed write */
    InnerWrites(
            Store inner,
            Table table,
            Gates gates,
            Journal journal,
            StoreRuntime runtime,
            Duration timeout,
            Duration inDoubt,
            Runnable acknowledged) {
        this.inner = inner;
        this.table = table;
        this.gates = gates;
        this.journal = journal;
        this.runtime = runtime;
        this.timeout = timeout;
        this.inDoubt = inDoubt;
        this.acknowledged = acknowledged;
    }

    /** Which write of a key a flush wants written: see {@link Table#begin}. */
    record Turn(String key, long claimed, Supplier<Long> cursor, long limit) {

        /** Whatever is dirty at its turn. */
        static Turn ofAny(String key) {
            return ofUpTo(key, Long.MAX_VALUE);
        }

        /** Whatever is dirty at its turn, if any of it was written before. */
        static Turn ofUpTo(String key, long limit) {
            return new Turn(key, 0, () -> Long.MAX_VALUE, limit);
        }
    }

    /** A write that was acknowledged, with the inner store's facts. */
    record Flushed(
            Entry write,
            @Nullable ObjectInfo info,
            @Nullable ByteBuffer old) {

        /** The inner store's etag, if this write was called by the given one. */
        String innerEtag(String etag) {
            ObjectInfo facts = info;
            return facts != null && etag.equals(write.ownEtag()) ? facts.etag() : etag;
        }

        FlushedEntry toFlushedEntry() {
            return new FlushedEntry(write.toDirtyEntry(), old);
        }
    }

    /** Writes a dirty key; empty if it turns out that nothing is to be written. */
    Mono<Flushed> flush(Turn turn, boolean withOld) {
        return gates.holding(turn.key(), pass -> {
            Entry write = table.begin(turn.key(), turn.claimed(), turn.cursor().get(), turn.limit());
            if (write == null) {
                return Mono.empty();
            }
            Mono<Flushed> written = withOld
                    ? old(write.key())
                            .flatMap(old -> deliver(pass, write, old))
                            .switchIfEmpty(Mono.defer(() -> deliver(pass, write, null)))
                    : deliver(pass, write, null);
            return written.doOnSuccess(flushed -> {
                        if (flushed != null) {
                            table.acknowledged(write, flushed.info());
                            journal.acknowledged(write);
                            acknowledged.run();
                        }
                    })
                    .doOnError(error -> table.failed(write, retryAt(error)))
                    .doOnCancel(() -> table.failed(write, runtime.nanoTime() + inDoubt.toNanos()));
        });
    }

    /** Writes past the table, once the gate is there and the journal cannot bring an older write back. */
    <T> Mono<T> past(String operation, String key, Supplier<Mono<T>> send) {
        return gates.holding(
                key,
                pass -> journal.settled(operation, key).then(Mono.defer(() -> {
                    table.beginPassing(key);
                    return send(pass, send)
                            .doOnSuccess(value -> table.endPassing(key, true))
                            .doOnError(error -> table.endPassing(key, !Gates.isRefusal(error)))
                            .doOnCancel(() -> table.endPassing(key, true));
                })));
    }

    private <T> Mono<T> send(Pass pass, Supplier<Mono<T>> send) {
        return Mono.defer(() -> pass.sends() ? send.get() : Mono.<T>never())
                .contextWrite(context -> Attempts.onUnanswered(context, pass::noteUnanswered));
    }

    private Mono<Flushed> deliver(Pass pass, Entry write, @Nullable ByteBuffer old) {
        ByteBuffer value = write.value();
        Mono<Flushed> delivered = value == null
                ? send(pass, () -> inner.delete(write.key(), DeleteOptions.defaults()))
                        .thenReturn(new Flushed(write, null, old))
                : send(pass, () -> inner.put(write.key(), Content.wrap(value), write.options()))
                        .map(info -> new Flushed(write, withAttributes(info, write), old));
        return inTime(value == null ? "delete" : "put", write.key(), delivered);
    }

    private Mono<ByteBuffer> old(String key) {
        return inTime("get", key, inner.get(key).flatMap(StoredObject::bytes));
    }

    private <T> Mono<T> inTime(String operation, String key, Mono<T> work) {
        return work.timeout(timeout, runtime.timers())
                .onErrorMap(
                        TimeoutException.class,
                        e -> new StoreTimeoutException(operation, key, "no answer within " + timeout, e));
    }

    private long retryAt(Throwable error) {
        return runtime.nanoTime() + (Gates.isRefusal(error) ? RETRY_NANOS : Math.max(RETRY_NANOS, inDoubt.toNanos()));
    }

    private static ObjectInfo withAttributes(ObjectInfo info, Entry write) {
        return info.attributes() != null ? info : info.withAttributes(write.attributes());
    }
}
