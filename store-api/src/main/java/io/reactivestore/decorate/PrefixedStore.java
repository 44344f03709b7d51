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
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreException;
import io.reactivestore.internal.Arguments;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The objects of another store whose keys have a prefix, under the rest of their keys. Nothing else can be reached or seen, in
 * results and in errors alike; only the cause of an error tells the whole key.
 *
 * <p>A key, prefix or bound that is too long together with the prefix is an {@link IllegalArgumentException}. An object whose key is
 * the prefix itself would have an empty key here: it is in no listing, and {@code deletePrefix("")} deletes it.
 */
public final class PrefixedStore extends ForwardingStore {

    private final KeyPrefix prefix;

    private PrefixedStore(Store inner, KeyPrefix prefix) {
        super(inner);
        this.prefix = prefix;
    }

    /**
     * A view of the objects with this prefix.
     *
     * @param inner holds the objects; not closed by this store
     * @param prefix a plain string prefix, such as {@code tenant/}; one that does not end in {@code /} makes {@code
     *     listDirectory("")} list the whole directory that it lies in
     */
    public static PrefixedStore of(Store inner, String prefix) {
        return new PrefixedStore(inner, KeyPrefix.of(prefix));
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return run("get", key, inner().get(prefix.addToKey("get", key), options))
                .map(found -> new ForwardedObject(this, found, found.info().withKey(key)));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return run("getRanges", key, inner().getRanges(prefix.addToKey("getRanges", key), ranges, options));
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return run("head", key, inner().head(prefix.addToKey("head", key), options))
                .map(info -> info.withKey(key));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return run("put", key, inner().put(prefix.addToKey("put", key), content, options))
                .map(info -> info.withKey(key));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return run("delete", key, inner().delete(prefix.addToKey("delete", key), options));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        // A malformed key stays malformed below, so its failed result comes back in its place. Only the empty one would
        // not.
        Flux<String> whole = Flux.from(keys).map(key -> key.isEmpty() ? key : prefix.add(key));
        return run("deleteAll", null, inner().deleteAll(whole)).map(this::told);
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return run("deletePrefix", prefix, inner().deletePrefix(this.prefix.addToPrefix("deletePrefix", prefix)));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        ListOptions whole = ListOptions.prefix(prefix.addToPrefix("list", options.prefix()))
                .withStartAfter(addToBound("startAfter", options.startAfter()))
                .withEndBefore(addToBound("endBefore", options.endBefore()))
                .withParallelism(options.parallelism());
        return run("list", options.prefix(), inner().list(whole))
                .filter(info -> !prefix.isAllOf(info.key()))
                .map(info -> info.withKey(prefix.remove("list", info.key())));
    }

    @Override
    public Flux<ListEntry> listDirectory(String directory) {
        String whole = prefix.addToPrefix("listDirectory", directory);
        // A directory is told by its slash: the root of a prefix without one is a part of the directory that the prefix
        // lies in.
        String listed = directory.isEmpty() ? prefix.directory() : whole;
        return run("listDirectory", directory, inner().listDirectory(listed))
                .filter(entry -> entry.name().startsWith(whole) && !prefix.isAllOf(entry.name()))
                .map(this::told);
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return run("copy", from, inner().copy(prefix.addToKey("copy", from), prefix.addToKey("copy", to), options))
                .map(info -> info.withKey(to));
    }

    @Override
    public String toString() {
        return "PrefixedStore[" + prefix + " of " + inner() + "]";
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return work.onErrorMap(StoreException.class, error -> told(operation, key, error));
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return work.onErrorMap(StoreException.class, error -> told(operation, key, error));
    }

    private StoreException told(String operation, @Nullable String key, StoreException error) {
        String whole = error.key();
        if (whole == null || !prefix.isStartOf(whole)) {
            return error;
        }
        // What the caller's own content or keys fail with is handed on as it is, even if it came from a store like the
        // inner one.
        boolean maybeCallers = operation.equals("put") || operation.equals("deleteAll");
        return maybeCallers && (key == null || !whole.equals(prefix.add(key)))
                ? error
                : error.withKey(prefix.remove(operation, whole));
    }

    private DeleteResult told(DeleteResult result) {
        String key = result.key().isEmpty() ? "" : prefix.remove("deleteAll", result.key());
        Throwable error = result.error();
        if (error instanceof StoreException failure) {
            error = told("delete", key, failure);
        } else if (error != null) {
            error = prefix.whatIsWrongWith("deleteAll", key, error);
        }
        return new DeleteResult(key, error);
    }

    private ListEntry told(ListEntry entry) {
        String name = prefix.remove("listDirectory", entry.name());
        ObjectInfo info = entry.info();
        return new ListEntry(name, info == null ? null : info.withKey(name));
    }

    private @Nullable String addToBound(String name, @Nullable String bound) {
        return bound == null ? null : prefix.addTo("list", name, bound);
    }
}
