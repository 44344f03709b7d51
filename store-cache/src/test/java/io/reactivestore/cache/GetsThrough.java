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
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store whose gets pass through an operator. */
final class GetsThrough implements Store {

    private final Store inner;
    private final UnaryOperator<Mono<StoredObject>> operator;

    GetsThrough(Store inner, UnaryOperator<Mono<StoredObject>> operator) {
        this.inner = inner;
        this.operator = operator;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return operator.apply(inner.get(key, options));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return inner.getRanges(key, ranges, options);
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return inner.head(key, options);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return inner.put(key, content, options);
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return inner.delete(key, options);
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
}
