package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/** An answer of the source that is not kept; its body ends when the cache is closed. */
final class StreamedView implements StoredObject {

    private final StoredObject object;
    private final ReadOptions options;
    private final Function<Flux<ByteBuffer>, Flux<ByteBuffer>> untilClose;

    StreamedView(StoredObject object, ReadOptions options, Function<Flux<ByteBuffer>, Flux<ByteBuffer>> untilClose) {
        this.object = object;
        this.options = options;
        this.untilClose = untilClose;
    }

    @Override
    public ObjectInfo info() {
        return object.info();
    }

    @Override
    public Status status() {
        return object.status();
    }

    @Override
    public Span span() {
        return object.span();
    }

    @Override
    public Served served() {
        return object.served();
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        return untilClose.apply(object.body());
    }

    @Override
    public String toString() {
        return "StreamedView[" + object + "]";
    }
}
