package io.reactivestore.decorate;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An answer of the inner store whose bytes are read by way of the decorator, and end when that is closed. */
final class ForwardedObject implements StoredObject {

    private final ForwardingStore store;
    private final StoredObject inner;
    private final ObjectInfo info;

    ForwardedObject(ForwardingStore store, StoredObject inner, ObjectInfo info) {
        this.store = store;
        this.inner = inner;
        this.info = info;
    }

    @Override
    public ObjectInfo info() {
        return info;
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
        return store.run("get", info.key(), inner.body().doOnNext(chunk -> store.requireOpen("get", info.key())));
    }

    @Override
    public Mono<ByteBuffer> bytes() {
        return store.run("get", info.key(), inner.bytes());
    }

    @Override
    public Mono<byte[]> byteArray() {
        return store.run("get", info.key(), inner.byteArray());
    }

    @Override
    public int httpStatus() {
        return inner.httpStatus();
    }

    @Override
    public void httpHeaders(BiConsumer<String, String> header) {
        inner.httpHeaders(header);
    }

    @Override
    public String toString() {
        return "ForwardedObject[" + info + ", " + span() + "]";
    }
}
