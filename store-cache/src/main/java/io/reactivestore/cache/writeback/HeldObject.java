package io.reactivestore.cache.writeback;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Duration;
import reactor.core.publisher.Flux;

/** An answer from the table: it stays readable after the object was replaced or flushed, until the store is closed. */
final class HeldObject implements StoredObject {

    private static final Served FROM_MEMORY = new Served(Served.MEMORY, false, Duration.ZERO);

    private final ObjectInfo info;
    private final ByteBuffer value;
    private final ReadOptions options;
    private final Lifecycle lifecycle;
    private final Status status;
    private final Span span;

    HeldObject(ObjectInfo info, ByteBuffer value, ReadOptions options, Lifecycle lifecycle) {
        this.info = info;
        this.value = value;
        this.options = options;
        this.lifecycle = lifecycle;
        this.status = Conditions.judge("get", info, options);
        this.span = Conditions.span("get", info, status, options);
    }

    @Override
    public ObjectInfo info() {
        return info;
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
        return FROM_MEMORY;
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        ByteBuffer bytes = value.slice((int) span.start(), (int) span.length());
        return Buffers.chunks(bytes, options.chunkBytes()).doOnNext(chunk -> lifecycle.requireOpen("get", info.key()));
    }

    @Override
    public String toString() {
        return "HeldObject[" + info + ", " + span + "]";
    }
}
