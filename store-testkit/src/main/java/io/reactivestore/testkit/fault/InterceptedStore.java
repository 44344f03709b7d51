package io.reactivestore.testkit.fault;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.internal.Lifecycle;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store around a store in which every operation passes one place. Closing it ends what goes through it; the inner store stays
 * open.
 */
abstract class InterceptedStore implements Store {

    private final Store inner;
    private final Lifecycle lifecycle = Lifecycle.trivial();

    InterceptedStore(Store inner) {
        this.inner = inner;
    }

    /** Makes what is subscribed to in the place of an operation of the inner store. */
    abstract <T> Flux<T> intercept(StoreOperation operation, @Nullable String key, Flux<T> inner);

    /** A put, with whatever becomes of its content on the way. */
    Mono<ObjectInfo> interceptPut(String key, Content content, Function<Content, Mono<ObjectInfo>> put) {
        return one(StoreOperation.PUT, key, put.apply(content));
    }

    /** A get, with whatever becomes of the answer on the way. */
    Mono<StoredObject> interceptGet(String key, Mono<StoredObject> get) {
        return one(StoreOperation.GET, key, get);
    }

    /** The keys of a bulk delete on their way in. */
    Publisher<String> interceptKeys(Publisher<String> keys) {
        return keys;
    }

    final <T> Mono<T> one(StoreOperation operation, @Nullable String key, Mono<T> of) {
        return intercept(operation, key, of.flux()).singleOrEmpty();
    }

    @Override
    public final Mono<StoredObject> get(String key, ReadOptions options) {
        Mono<StoredObject> get = inner.get(key, options);
        return lifecycle
                .whenOpen("get", key, () -> interceptGet(key, get))
                .map(found -> new InterceptedObject(
                        found, body -> body.doOnNext(chunk -> lifecycle.requireOpen("get", key))));
    }

    @Override
    public final Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return runMany(StoreOperation.GET_RANGES, key, inner.getRanges(key, ranges, options));
    }

    @Override
    public final Mono<ObjectInfo> head(String key, ReadOptions options) {
        return run(StoreOperation.HEAD, key, inner.head(key, options));
    }

    @Override
    public final Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        // Here, since the inner put may be called only when its content is there.
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        return lifecycle.whenOpen("put", key, () -> interceptPut(key, content, body -> inner.put(key, body, options)));
    }

    @Override
    public final Mono<Void> delete(String key, DeleteOptions options) {
        return run(StoreOperation.DELETE, key, inner.delete(key, options));
    }

    @Override
    public final Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return runMany(StoreOperation.DELETE_ALL, null, inner.deleteAll(interceptKeys(keys)));
    }

    @Override
    public final Mono<Long> deletePrefix(String prefix) {
        return run(StoreOperation.DELETE_PREFIX, prefix, inner.deletePrefix(prefix));
    }

    @Override
    public final Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return runMany(StoreOperation.LIST, options.prefix(), inner.list(options));
    }

    @Override
    public final Flux<ListEntry> listDirectory(String prefix) {
        return runMany(StoreOperation.LIST_DIRECTORY, prefix, inner.listDirectory(prefix));
    }

    @Override
    public final Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return run(StoreOperation.COPY, from, inner.copy(from, to, options));
    }

    @Override
    public final StoreCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public final Mono<Void> open() {
        return lifecycle.open().then(one(StoreOperation.OPEN, null, inner.open()));
    }

    @Override
    public final Mono<Void> close() {
        return lifecycle.close();
    }

    private <T> Mono<T> run(StoreOperation operation, @Nullable String key, Mono<T> of) {
        return lifecycle.whenOpen(operation.method(), key, () -> one(operation, key, of));
    }

    private <T> Flux<T> runMany(StoreOperation operation, @Nullable String key, Flux<T> of) {
        return lifecycle.whenOpenMany(operation.method(), key, () -> intercept(operation, key, of));
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + inner + "]";
    }
}
