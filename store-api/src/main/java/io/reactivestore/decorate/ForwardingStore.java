package io.reactivestore.decorate;

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
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Hands every operation on to another store: the base of the decorators here, and of yours.
 *
 * <p>Override a method to change one operation, or {@code around} to wrap them all. The methods that {@link Store} has a body for
 * are composed here as anywhere, so they go through the methods you override.
 *
 * <p>Arguments are checked by the inner store, at the call. Closing ends what goes through this store: later operations and open
 * bodies fail, and the inner store stays open.
 */
public class ForwardingStore implements Store {

    private final Store inner;
    private final Lifecycle lifecycle = Lifecycle.trivial();

    /**
     * A store before another one.
     *
     * @param inner does the work; not closed by this store
     */
    protected ForwardingStore(Store inner) {
        this.inner = Keys.requireNonNull("decorate", "inner", inner);
    }

    /** The store that does the work. */
    protected final Store inner() {
        return inner;
    }

    /**
     * Wraps an operation that gives one answer, or the collecting of the bytes of an answer. Hands it on as it is, unless overridden.
     *
     * @param operation the method of {@link Store}; {@code get} also for the bytes; never {@code open} or {@code close}
     * @param key what it is about: a key, the source of a copy, or a prefix
     * @param work the operation
     * @return what is done instead
     */
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return work;
    }

    /**
     * Wraps an operation that gives many answers, or the reading of a body. Hands it on as it is, unless overridden.
     *
     * @param operation the method of {@link Store}; {@code get} for a body
     * @param key what it is about: a key or a prefix, or null for {@code deleteAll}
     * @param work the operation
     * @return what is done instead
     */
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return work;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return run("get", key, inner.get(key, options)).map(found -> new ForwardedObject(this, found, found.info()));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return run("getRanges", key, inner.getRanges(key, ranges, options));
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return run("head", key, inner.head(key, options));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return run("put", key, inner.put(key, content, options));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return run("delete", key, inner.delete(key, options));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return run("deleteAll", null, inner.deleteAll(keys));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return run("deletePrefix", prefix, inner.deletePrefix(prefix));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return run("list", options.prefix(), inner.list(options));
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return run("listDirectory", prefix, inner.listDirectory(prefix));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return run("copy", from, inner.copy(from, to, options));
    }

    @Override
    public StoreCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public Mono<Void> open() {
        return whileOpen("open", null, inner.open());
    }

    /** Closes this store and not the inner one. */
    @Override
    public Mono<Void> close() {
        return lifecycle.close();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + inner + "]";
    }

    // Closed is asked twice: for a caller that comes too late, and for work that `around` made wait.

    final <T> Mono<T> run(String operation, String key, Mono<T> work) {
        return whileOpen(operation, key, around(operation, key, whileOpen(operation, key, work)));
    }

    final <T> Flux<T> run(String operation, @Nullable String key, Flux<T> work) {
        return whileOpen(operation, key, around(operation, key, whileOpen(operation, key, work)));
    }

    final void requireOpen(String operation, @Nullable String key) {
        lifecycle.requireOpen(operation, key);
    }

    private <T> Mono<T> whileOpen(String operation, @Nullable String key, Mono<T> work) {
        return Mono.defer(() -> {
            requireOpen(operation, key);
            return work;
        });
    }

    private <T> Flux<T> whileOpen(String operation, @Nullable String key, Flux<T> work) {
        return Flux.defer(() -> {
            requireOpen(operation, key);
            return work;
        });
    }
}
