package io.reactivestore.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An answer whose bytes lie in memory: it stays readable after the object was replaced, and until the store is closed. */
public final class BufferedObject implements StoredObject {

    private final ObjectInfo info;
    private final ByteBuffer whole;
    private final ReadOptions options;
    private final Served served;
    private final Lifecycle lifecycle;
    private final Status status;
    private final Span span;

    /**
     * Fails as a get does if a condition does not hold or the range starts past the end.
     *
     * @param whole the bytes of the object, read-only, which nobody changes
     * @param lifecycle the store's: its close ends the answer
     */
    public BufferedObject(ObjectInfo info, ByteBuffer whole, ReadOptions options, Served served, Lifecycle lifecycle) {
        this.info = info;
        this.whole = whole;
        this.options = options;
        this.served = served;
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
        return served;
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        return Buffers.chunks(view(), options.chunkBytes()).doOnNext(chunk -> requireOpen());
    }

    @Override
    public Mono<ByteBuffer> bytes() {
        return Buffers.whole(this, () -> {
            requireOpen();
            return view();
        });
    }

    private ByteBuffer view() {
        return whole.slice((int) span.start(), (int) span.length());
    }

    private void requireOpen() {
        lifecycle.requireOpen("get", info.key());
    }

    @Override
    public String toString() {
        return "BufferedObject[" + info + ", " + span + ", " + served.tier() + "]";
    }
}
