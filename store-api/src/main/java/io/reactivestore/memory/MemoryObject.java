package io.reactivestore.memory;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;

/** An answer whose bytes lie in memory: it stays readable after the object was replaced, and until the store is closed. */
final class MemoryObject implements StoredObject {

    private final StoredBytes stored;
    private final ReadOptions options;
    private final Lifecycle lifecycle;
    private final Status status;
    private final Span span;

    MemoryObject(StoredBytes stored, ReadOptions options, Lifecycle lifecycle) {
        this.stored = stored;
        this.options = options;
        this.lifecycle = lifecycle;
        this.status = Conditions.judge("get", stored.info(), options);
        this.span = Conditions.span("get", stored.info(), status, options);
    }

    @Override
    public ObjectInfo info() {
        return stored.info();
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public Span span() {
        return span;
    }

    @Override
    public Served served() {
        return Served.fromSource();
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        ByteBuffer bytes = stored.bytes().slice((int) span.start(), (int) span.length());
        return Buffers.chunks(bytes, options.chunkBytes()).doOnNext(chunk -> requireOpen());
    }

    private void requireOpen() {
        lifecycle.requireOpen("get", stored.info().key());
    }

    @Override
    public String toString() {
        return "MemoryObject[" + stored.info() + ", " + span + "]";
    }
}
