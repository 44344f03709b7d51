package io.reactivestore.testkit.fault;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;

/** An answer with another body; everything else is as it was. */
final class InterceptedObject implements StoredObject {

    private final StoredObject inner;
    private final UnaryOperator<Flux<ByteBuffer>> change;

    InterceptedObject(StoredObject inner, UnaryOperator<Flux<ByteBuffer>> change) {
        this.inner = inner;
        this.change = change;
    }

    @Override
    public ObjectInfo info() {
        return inner.info();
    }

    @Override
    public Status status() {
        return inner.status();
    }

    @Override
    public Span span() {
        return inner.span();
    }

    @Override
    public Served served() {
        return inner.served();
    }

    @Override
    public ReadOptions options() {
        return inner.options();
    }

    @Override
    public Flux<ByteBuffer> body() {
        return change.apply(inner.body());
    }

    @Override
    public String toString() {
        return "InterceptedObject[" + inner + "]";
    }
}
