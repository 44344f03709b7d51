package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store with a bug: reads and writes of single objects throw at the call. */
final class Throwing extends ForwardingStore {

    Throwing(Store inner) {
        super(inner);
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        throw bug(key);
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        throw bug(key);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        if (Manifest.isReserved(key)) {
            return super.put(key, content, options);
        }
        throw bug(key);
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        if (Manifest.isReserved(key)) {
            return super.delete(key, options);
        }
        throw bug(key);
    }

    private static IllegalStateException bug(String key) {
        return new IllegalStateException("a bug, with " + key);
    }
}
