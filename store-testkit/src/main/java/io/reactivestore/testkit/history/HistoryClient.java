package io.reactivestore.testkit.history;

import io.reactivestore.ByteRange;
import io.reactivestore.DeleteResult;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnsupportedException;
import java.nio.ByteBuffer;
import java.util.HashMap;
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
        return write(() -> history.delete(name, key), write -> store.delete(key));
    }

    /** Deletes all objects with a prefix. */
    public Mono<Void> deletePrefix(String prefix) {
        return write(() -> history.deletePrefix(name, prefix), write -> store.deletePrefix(prefix));
    }

    /** Copies an object. */
    public Mono<Void> copy(String from, String to) {
        return write(() -> history.copy(name, from, to), write -> store.copy(from, to));
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
                    .flatMap(object -> object.bytes().<Runnable>map(bytes -> () -> end(read, object, bytes)))
                    .defaultIfEmpty(absent);
            return ending(answer, error -> read.failed(), read::failed);
        });
    }

    /** Reads a range of an object. */
    public Mono<Void> read(String key, ByteRange range) {
        return read(key, ReadOptions.defaults().withRange(range));
    }

    /** The process of this client died: nothing that is under way will be answered. */
    public void crash() {
        List.copyOf(underWay).forEach(Runnable::run);
    }

    private Mono<Void> write(Supplier<Write> begin, Function<Write, Mono<?>> work) {
        return Mono.defer(() -> {
            Write write = begin.get();
            Runnable ok = write::ok;
            return ending(work.apply(write).then(Mono.just(ok)), error -> end(write, error), write::unknown);
        });
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
}
