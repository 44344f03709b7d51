package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store with a bug: reads and writes of single objects throw at the call. */
final class Throwing implements Store {

    private final Store inner;

    Throwing(Store inner) {
        this.inner = inner;
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
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return inner.head(key, options);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        if (Manifest.isReserved(key)) {
            return inner.put(key, content, options);
        }
        throw bug(key);
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        if (Manifest.isReserved(key)) {
            return inner.delete(key, options);
        }
        throw bug(key);
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return inner.deleteAll(keys);
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return inner.deletePrefix(prefix);
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        return inner.list(options);
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return inner.listDirectory(prefix);
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return inner.copy(from, to, options);
    }

    @Override
    public StoreCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public Mono<Void> open() {
        return inner.open();
    }

    @Override
    public Mono<Void> close() {
        return inner.close();
    }

    private static IllegalStateException bug(String key) {
        return new IllegalStateException("a bug, with " + key);
    }
}
