package io.reactivestore.benchmarks;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.internal.BufferedObject;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** A source that has an object under every key, and takes no time to answer. */
final class ComputedSource extends ForwardingStore {

    private final Lifecycle lifecycle = Lifecycle.trivial();
    private final Function<String, ByteBuffer> values;

    /** @param values the bytes of a key's object, read-only */
    ComputedSource(Function<String, ByteBuffer> values) {
        super(MemoryStore.create());
        this.values = values;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return Mono.fromSupplier(() -> {
            ByteBuffer bytes = values.apply(key);
            ObjectInfo info = new ObjectInfo(key, bytes.remaining(), "1", null, Instant.EPOCH, Attributes.none());
            return new BufferedObject(info, bytes, options, Served.fromSource(), lifecycle);
        });
    }
}
