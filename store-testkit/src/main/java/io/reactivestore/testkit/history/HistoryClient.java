package io.reactivestore.testkit.history;

import io.reactivestore.ByteRange;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnsupportedException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Uses a store and records what it did. Each subscription is one operation of the history; a cancel is an end without an answer.
 * Errors are recorded and handed on. Not for many threads at once.
 */
public final class HistoryClient {

    private final History history;
    private final String name;
    private final Store store;
    private final Set<Runnable> underWay = new LinkedHashSet<>();
    private final Map<String, String> etags = new HashMap<>();

    HistoryClient(History history, String name, Store store) {
        this.history = history;
        this.name = name;
        this.store = store;
    }

    /** Writes an object of this many bytes. */
    public Mono<Void> put(String key, int bytes) {
        return put(key, bytes, WriteOptions.defaults());
    }

    /** Writes an object of this many bytes, perhaps on a condition. */
    public Mono<Void> put(String key, int bytes, WriteOptions options) {
        return write(() -> history.put(name, key), write -> store.put(key, write.content(bytes), options));
    }

    /** Deletes an object. */
    public Mono<Void> delete(String key) {
        return delete(key, DeleteOptions.defaults());
    }

    /** Deletes an object, perhaps on a condition. */
    public Mono<Void> delete(String key, DeleteOptions options) {
        return write(() -> history.delete(name, key), write -> store.delete(key, options));
    }

    /** Deletes all objects with a prefix. */
    public Mono<Void> deletePrefix(String prefix) {
        return write(() -> history.deletePrefix(name, prefix), write -> store.deletePrefix(prefix));
    }

    /** Copies an object. */
    public Mono<Void> copy(String from, String to) {
        return copy(from, to, WriteOptions.defaults());
    }

    /** Copies an object, perhaps on a condition. */
    public Mono<Void> copy(String from, String to, WriteOptions options) {
        return write(() -> history.copy(name, from, to), write -> store.copy(from, to, options));
    }

    /** Renames an object. */
    public Mono<Void> rename(String from, String to) {
        return write(() -> history.rename(name, from, to), write -> store.rename(from, to));
    }

    /** Deletes several objects in one go, each of them once. */
    public Mono<Void> deleteAll(List<String> keys) {
        return Mono.defer(() -> {
            Map<String, Write> writes = new HashMap<>();
            keys.forEach(key -> writes.computeIfAbsent(key, each -> history.delete(name, each)));
            Runnable givenUp = () -> writes.values().forEach(Write::unknown);
            Mono<Runnable> deleted = store.deleteAll(Flux.fromIterable(List.copyOf(writes.keySet())))
                    .doOnNext(result -> end(writes, result))
                    // A key without a result has no known end.
                    .then(Mono.just(givenUp));
            return ending(deleted, error -> givenUp.run(), givenUp);
        });
    }

    /** Reads a whole object. */
    public Mono<Void> read(String key) {
        return read(key, ReadOptions.defaults());
    }

    /** Reads an object, or a range of it that {@link Values} can tell. */
    public Mono<Void> read(String key, ReadOptions options) {
        return Mono.defer(() -> {
            Read read = history.read(name, key);
            Runnable absent = read::absent;
            Mono<Runnable> answer = store.get(key, options)
                    .doOnNext(object -> see(object.info()))
                    .flatMap(object -> ended(read, object))
                    .defaultIfEmpty(absent);
            return ending(answer, error -> read.failed(), read::failed);
        });
    }

    /** Reads a range of an object. */
    public Mono<Void> read(String key, ByteRange range) {
        return read(key, ReadOptions.defaults().withRange(range));
    }

    /** Reads ranges of an object, of which at least one can be told by {@link Values}. */
    public Mono<Void> readRanges(String key, List<ByteRange> ranges) {
        return Mono.defer(() -> {
            Read read = history.read(name, key);
            Runnable absent = read::absent;
            Mono<Runnable> answer = store.getRanges(key, ranges, ReadOptions.defaults())
                    .collectList()
                    .<Runnable>map(parts -> () -> read.returned(parts))
                    .onErrorReturn(ObjectNotFoundException.class, absent);
            return ending(answer, error -> read.failed(), read::failed);
        });
    }

    /** Asks for the facts of an object. Needs {@link History#appliedOrder()}, as everything that tells only etags. */
    public Mono<Void> head(String key) {
        return Mono.defer(() -> {
            Read read = history.read(name, key);
            Runnable absent = read::absent;
            Mono<Runnable> answer = store.head(key, ReadOptions.defaults())
                    .doOnNext(this::see)
                    .<Runnable>map(info -> () -> read.returned(info))
                    .defaultIfEmpty(absent);
            return ending(answer, error -> read.failed(), read::failed);
        });
    }

    /**
     * Lists objects: a read of the facts of each key.
     *
     * @param keys all keys that there can be
     */
    public Mono<Void> list(ListOptions options, List<String> keys) {
        String after = options.startAfter();
        String before = options.endBefore();
        List<String> within = keys.stream()
                .filter(key -> key.startsWith(options.prefix()))
                .filter(key -> after == null || Keys.UTF8_ORDER.compare(key, after) > 0)
                .filter(key -> before == null || Keys.UTF8_ORDER.compare(key, before) < 0)
                .toList();
        return listing(within, store.list(options));
    }

    /** Lists the objects directly under a prefix that ends in a slash; the same as to what is read. */
    public Mono<Void> listDirectory(String prefix, List<String> keys) {
        List<String> within = keys.stream()
                .filter(key -> key.startsWith(prefix) && key.indexOf('/', prefix.length()) < 0)
                .toList();
        return listing(within, store.listDirectory(prefix).mapNotNull(ListEntry::info));
    }

    /** The etag of a key that this client saw last. */
    public @Nullable String lastEtag(String key) {
        return etags.get(key);
    }

    /** The process of this client died: nothing that is under way will be answered. */
    public void crash() {
        List.copyOf(underWay).forEach(Runnable::run);
    }

    private Mono<Void> write(Supplier<Write> begin, Function<Write, Mono<?>> send) {
        return Mono.defer(() -> {
            Write write = begin.get();
            Runnable ok = write::ok;
            Mono<?> work = send.apply(write).doOnNext(answer -> {
                if (answer instanceof ObjectInfo info) {
                    see(info);
                }
            });
            return ending(work.then(Mono.just(ok)), error -> end(write, error), write::unknown);
        });
    }

    private Mono<Void> listing(List<String> keys, Flux<ObjectInfo> found) {
        return Mono.defer(() -> {
            Map<String, Read> reads = new LinkedHashMap<>();
            keys.forEach(key -> reads.put(key, history.read(name, key)));
            Runnable failed = () -> reads.values().forEach(Read::failed);
            Mono<Runnable> answer = found.doOnNext(this::see).collectList().map(infos -> () -> end(reads, infos));
            return ending(answer, error -> failed.run(), failed);
        });
    }

    private void see(ObjectInfo info) {
        etags.put(info.key(), info.etag());
    }

    /** Records exactly one end: what the answer says, the error, or a cancel or crash before either. */
    private Mono<Void> ending(Mono<Runnable> answer, Consumer<Throwable> failed, Runnable givenUp) {
        Runnable[] giveUp = new Runnable[1];
        giveUp[0] = () -> {
            if (underWay.remove(giveUp[0])) {
                givenUp.run();
            }
        };
        underWay.add(giveUp[0]);
        return answer.doOnNext(end -> {
                    if (underWay.remove(giveUp[0])) {
                        end.run();
                    }
                })
                .doOnError(error -> {
                    if (underWay.remove(giveUp[0])) {
                        failed.accept(error);
                    }
                })
                .doOnCancel(giveUp[0])
                .then();
    }

    private static Mono<Runnable> ended(Read read, StoredObject object) {
        return object.status() == StoredObject.Status.NOT_MODIFIED
                ? Mono.just(() -> read.returned(object.info()))
                : object.bytes().map(bytes -> () -> end(read, object, bytes));
    }

    private static void end(Map<String, Read> reads, List<ObjectInfo> found) {
        for (ObjectInfo info : found) {
            Read read = reads.remove(info.key());
            if (read == null) {
                throw new IllegalStateException("listed twice, or though it was not asked for: " + info);
            }
            read.returned(info);
        }
        reads.values().forEach(Read::absent);
    }

    private static void end(Read read, StoredObject object, ByteBuffer bytes) {
        if (object.status() == StoredObject.Status.FULL) {
            read.returned(bytes);
        } else {
            read.returned(bytes, object.span().start());
        }
    }

    private void end(Map<String, Write> writes, DeleteResult result) {
        Write write = writes.remove(result.key());
        if (write != null && result.error() == null) {
            write.ok();
        } else if (write != null) {
            end(write, result.error());
        }
    }

    private void end(Write write, @Nullable Throwable error) {
        boolean refused = error instanceof StoreUnsupportedException
                || error instanceof IllegalArgumentException
                || (error instanceof PreconditionFailedException && !history.retriesBelow());
        if (refused) {
            write.failed();
        } else {
            write.unknown();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
