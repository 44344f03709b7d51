package io.reactivestore.memory;

import io.reactivestore.Attributes;
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
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.internal.Arguments;
import io.reactivestore.internal.BufferedObject;
import io.reactivestore.internal.BulkDelete;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Contents;
import io.reactivestore.internal.Directory;
import io.reactivestore.internal.KeyRange;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.OrderedMap;
import io.reactivestore.internal.Ranges;
import io.reactivestore.internal.Unsupported;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Objects in the memory of the process. Lists in UTF-8 order from a snapshot taken at subscription; all conditions are atomic.
 * Signals arrive on the caller's thread, or on that of the content's publisher. Lost at the end of the process, and at close.
 */
public final class MemoryStore implements Store {
    /*
     * How it works. All objects lie in one immutable map; a change replaces it by compare-and-set and is tried again if another
     * change came first, so that a condition and its change are one step. A reader works on the map it found. To close takes the map
     * away: an operation that was let in before finds that it is gone, which is not the same as an object that is not there.
     *
     *   state     written by                  guard   seen by others
     *   objects   put, delete, copy, close    CAS     at once, as a whole; null from the close on
     */

    private final StoreRuntime runtime;
    private final Lifecycle lifecycle;
    private final AtomicReference<@Nullable OrderedMap<String, StoredBytes>> objects =
            new AtomicReference<>(OrderedMap.empty(Keys.UTF8_ORDER));

    /** Makes etags of two stores differ, so that a cache before one never takes the other's for its own. */
    private final String etagPrefix;

    private final AtomicLong writes = new AtomicLong();

    private MemoryStore(StoreRuntime runtime) {
        this.runtime = runtime;
        this.etagPrefix = Long.toHexString(runtime.random().nextLong()) + "-";
        this.lifecycle = new Lifecycle(Mono::empty, () -> Mono.fromRunnable(() -> objects.set(null)));
    }

    /** An empty store. */
    public static MemoryStore create() {
        return create(StoreRuntime.system());
    }

    /** An empty store that takes its clock and its randomness from here. */
    public static MemoryStore create(StoreRuntime runtime) {
        return new MemoryStore(Keys.requireNonNull("create", "runtime", runtime));
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Keys.requireKey("get", key);
        Keys.requireNonNull("get", "options", options);
        return lifecycle.whenOpen(
                "get",
                key,
                () -> Mono.justOrEmpty(find("get", key, options))
                        .map(found -> new BufferedObject(
                                found.info(), found.bytes(), options, Served.fromSource(), lifecycle)));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        Keys.requireKey("getRanges", key);
        List<ByteRange> wanted = Arguments.requireRanges(ranges, options);
        return lifecycle.whenOpenMany("getRanges", key, () -> {
            StoredBytes found = find("getRanges", key, options);
            if (found == null) {
                return Flux.error(new ObjectNotFoundException("getRanges", key));
            }
            Conditions.require("getRanges", found.info(), options);
            return Flux.range(0, wanted.size())
                    .map(i -> Ranges.slice(found.info(), found.bytes(), i, wanted.get(i), options));
        });
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        Keys.requireKey("head", key);
        Keys.requireNonNull("head", "options", options);
        return lifecycle.whenOpen("head", key, () -> {
            StoredBytes found = find("head", key, options);
            if (found == null) {
                return Mono.empty();
            }
            Conditions.require("head", found.info(), options);
            return Mono.just(found.info());
        });
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        return lifecycle.whenOpen("put", key, () -> {
            Unsupported.requireNoEncryption("put", key, options);
            return Contents.collect("put", key, content, runtime).map(bytes -> store(key, bytes, options));
        });
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        return lifecycle.whenOpen("delete", key, () -> {
            Unsupported.requireNoVersion("delete", key, options.version());
            return Mono.fromRunnable(() -> remove("delete", key, options));
        });
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return lifecycle.whenOpenMany(
                "deleteAll", null, () -> BulkDelete.each(keys, 1, key -> delete(key, DeleteOptions.defaults())));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Keys.requirePrefix("deletePrefix", prefix);
        return lifecycle.whenOpen(
                "deletePrefix",
                prefix,
                () -> Mono.fromCallable(() -> {
                    long deleted = 0;
                    Iterator<StoredBytes> found = new KeyRange<>(
                            objects("deletePrefix", prefix), StoredBytes::key, ListOptions.prefix(prefix));
                    while (found.hasNext()) {
                        deleted += remove("deletePrefix", found.next().key(), DeleteOptions.defaults()) ? 1 : 0;
                    }
                    return deleted;
                }));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return lifecycle.whenOpenMany("list", options.prefix(), () -> {
            OrderedMap<String, StoredBytes> snapshot = objects("list", options.prefix());
            return Flux.fromIterable(() -> new KeyRange<>(snapshot, StoredBytes::key, options))
                    .map(found -> found.info().withAttributes(null));
        });
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        Keys.requirePrefix("listDirectory", prefix);
        return lifecycle.whenOpenMany("listDirectory", prefix, () -> Directory.list(prefix, this::list));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return lifecycle.whenOpen(
                "copy",
                from,
                () -> Mono.fromCallable(() -> replace("copy", to, (map, present) -> {
                    StoredBytes source = map.get(from);
                    if (source == null) {
                        throw new ObjectNotFoundException("copy", from);
                    }
                    Unsupported.requireNoEncryption("copy", to, options);
                    Conditions.require("copy", to, present == null ? null : present.info(), options);
                    Attributes attributes =
                            options.attributes() == null ? source.info().attributes() : options.attributes();
                    ObjectInfo info = newInfo(to, source.info().size(), attributes);
                    return map.with(to, new StoredBytes(info, source.bytes()));
                })));
    }

    @Override
    public StoreCapabilities capabilities() {
        return StoreCapabilities.standard();
    }

    @Override
    public Mono<Void> open() {
        return lifecycle.open();
    }

    @Override
    public Mono<Void> close() {
        return lifecycle.close();
    }

    @Override
    public String toString() {
        OrderedMap<String, StoredBytes> present = objects.get();
        return "MemoryStore[" + (present == null ? "closed" : present.size() + " objects") + "]";
    }

    private OrderedMap<String, StoredBytes> objects(String operation, String key) {
        OrderedMap<String, StoredBytes> present = objects.get();
        if (present == null) {
            throw new StoreClosedException(operation, key);
        }
        return present;
    }

    private @Nullable StoredBytes find(String operation, String key, ReadOptions options) {
        Unsupported.requireNoVersion(operation, key, options.version());
        return objects(operation, key).get(key);
    }

    private ObjectInfo newInfo(String key, long size, @Nullable Attributes attributes) {
        String etag = etagPrefix + Long.toHexString(writes.incrementAndGet());
        return new ObjectInfo(key, size, etag, null, runtime.clock().instant(), attributes);
    }

    private ObjectInfo store(String key, ByteBuffer bytes, WriteOptions options) {
        Attributes attributes = options.attributes() == null ? Attributes.none() : options.attributes();
        return replace("put", key, (map, present) -> {
            Conditions.require("put", key, present == null ? null : present.info(), options);
            return map.with(key, new StoredBytes(newInfo(key, bytes.remaining(), attributes), bytes));
        });
    }

    private ObjectInfo replace(
            String operation,
            String key,
            BiFunction<OrderedMap<String, StoredBytes>, @Nullable StoredBytes, OrderedMap<String, StoredBytes>>
                    change) {
        while (true) {
            OrderedMap<String, StoredBytes> before = objects(operation, key);
            OrderedMap<String, StoredBytes> after = change.apply(before, before.get(key));
            StoredBytes written = after.get(key);
            if (written != null && objects.compareAndSet(before, after)) {
                return written.info();
            }
        }
    }

    private boolean remove(String operation, String key, DeleteOptions options) {
        while (true) {
            OrderedMap<String, StoredBytes> before = objects(operation, key);
            StoredBytes present = before.get(key);
            if (present == null) {
                return false;
            }
            Conditions.requireEtag(operation, key, present.info(), options.ifMatch());
            if (objects.compareAndSet(before, before.without(key))) {
                return true;
            }
        }
    }
}
