package io.reactivestore.decorate;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.internal.Arguments;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that can be read only: every put, copy and delete fails with {@link StoreUnsupportedException} when it is subscribed to,
 * and does not reach the inner store.
 */
public final class ReadOnlyStore extends ForwardingStore {

    private ReadOnlyStore(Store inner) {
        super(inner);
    }

    /**
     * A view without writes.
     *
     * @param inner is read; not closed by this store
     */
    public static ReadOnlyStore of(Store inner) {
        return new ReadOnlyStore(inner);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        return run("put", key, refused("put", key));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        return run("delete", key, refused("delete", key));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return run(
                "deleteAll",
                null,
                ReadOnlyStore.<DeleteResult>refused("deleteAll", null).flux());
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Keys.requirePrefix("deletePrefix", prefix);
        return run("deletePrefix", prefix, refused("deletePrefix", prefix));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return run("copy", from, refused("copy", from));
    }

    /** What the inner store can do, but for all that writes or deletes. */
    @Override
    public StoreCapabilities capabilities() {
        return inner().capabilities()
                .withWrites(false)
                .withDeletes(false)
                .withConditionalPut(false)
                .withConditionalDelete(false)
                .withConditionalCopy(false);
    }

    private static <T> Mono<T> refused(String operation, @Nullable String key) {
        return Mono.error(() -> new StoreUnsupportedException(operation, key, "the store is read-only", null));
    }
}
