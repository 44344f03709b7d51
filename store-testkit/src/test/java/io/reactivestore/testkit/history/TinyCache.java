package io.reactivestore.testkit.history;

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
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/** The smallest memory cache that keeps the promise, each of whose rules can be left out: what the checker must be able to tell. */
final class TinyCache implements Store {

    enum Rule {
        /** The end of a mutation drops the copy. */
        DROP,
        /** A fill that began before the last mutation ended, or while one is under way, is not kept. */
        FENCE,
        /** A mutation without an answer blocks fills for the time in doubt, and outdates them at its end. */
        DOUBT,
        /** A put keeps its own bytes only if no other mutation was under way beside it. */
        ALONE
    }

    private static final class Key {
        private long stamp;
        private int inFlight;
        private int doubts;
        private long begun;

        private boolean free() {
            return inFlight == 0 && doubts == 0;
        }
    }

    private final Store source;
    private final StoreRuntime runtime;
    private final Duration inDoubt;
    private final Set<Rule> rules;
    private final MemoryStore memory;
    private final Map<String, Key> keys = new HashMap<>();
    private long hits;

    /** @param known every key there can be: a prefix operation must reach them all */
    TinyCache(Store source, StoreRuntime runtime, Duration inDoubt, Set<Rule> rules, List<String> known) {
        this.source = source;
        this.runtime = runtime;
        this.inDoubt = inDoubt;
        this.rules = rules;
        this.memory = MemoryStore.create(runtime);
        known.forEach(key -> keys.put(key, new Key()));
    }

    long hits() {
        return hits;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return memory.get(key, options).doOnNext(hit -> hits++).switchIfEmpty(Mono.defer(() -> load(key, options)));
    }

    private Mono<StoredObject> load(String key, ReadOptions options) {
        if (options.range() != null) {
            return source.get(key, options);
        }
        Key fence = fence(key);
        long stamp = fence.stamp;
        return source.get(key, options)
                .flatMap(found -> found.bytes().map(bytes -> {
                    if (!rules.contains(Rule.FENCE) || (fence.free() && fence.stamp == stamp)) {
                        keep(key, bytes);
                    }
                    return found;
                }));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return Mono.defer(() -> {
            Key fence = fence(key);
            boolean freeAtBegin = fence.free();
            return content.body(runtime)
                    .next()
                    .flatMap(bytes -> mutation(key::equals, source.put(key, content, options), () -> {
                        boolean alone = freeAtBegin && fence.begun == 1 && fence.free();
                        if (alone || !rules.contains(Rule.ALONE)) {
                            keep(key, bytes);
                        }
                    }));
        });
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return mutation(key::equals, source.delete(key, options), () -> {});
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> wanted) {
        return Flux.from(wanted)
                .concatMap(key -> delete(key)
                        .thenReturn(new DeleteResult(key, null))
                        .onErrorResume(e -> Mono.just(new DeleteResult(key, e))));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return mutation(key -> key.startsWith(prefix), source.deletePrefix(prefix), () -> {});
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return mutation(to::equals, source.copy(from, to, options), () -> {});
    }

    private <T> Mono<T> mutation(Predicate<String> which, Mono<T> work, Runnable keepOwn) {
        return Mono.defer(() -> {
            List<String> touched =
                    List.copyOf(keys.keySet()).stream().filter(which).toList();
            for (String key : touched) {
                Key fence = fence(key);
                fence.begun = fence.inFlight == 0 ? 1 : fence.begun + 1;
                fence.inFlight++;
            }
            boolean[] over = new boolean[1];
            return work.doOnSuccess(v -> end(touched, SignalType.ON_COMPLETE, over, keepOwn))
                    .doOnError(e -> end(touched, SignalType.ON_ERROR, over, keepOwn))
                    .doOnCancel(() -> end(touched, SignalType.CANCEL, over, keepOwn));
        });
    }

    private void end(List<String> touched, SignalType how, boolean[] over, Runnable keepOwn) {
        if (over[0]) {
            return;
        }
        over[0] = true;
        for (String key : touched) {
            Key fence = fence(key);
            fence.inFlight--;
            fence.stamp++;
            if (how != SignalType.ON_COMPLETE && rules.contains(Rule.DOUBT)) {
                fence.doubts++;
                runtime.timers().schedule(() -> settle(fence), inDoubt.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (rules.contains(Rule.DROP)) {
                memory.delete(key).subscribe(v -> {}, e -> {});
            }
        }
        if (how == SignalType.ON_COMPLETE) {
            keepOwn.run();
        }
    }

    private static void settle(Key fence) {
        fence.doubts--;
        fence.stamp++;
    }

    private void keep(String key, ByteBuffer bytes) {
        memory.put(key, Content.buffer(bytes)).subscribe(v -> {}, e -> {});
    }

    private Key fence(String key) {
        return keys.get(key);
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return source.getRanges(key, ranges, options);
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return source.head(key, options);
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        return source.list(options);
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return source.listDirectory(prefix);
    }

    @Override
    public StoreCapabilities capabilities() {
        return source.capabilities();
    }

    @Override
    public Mono<Void> open() {
        return source.open();
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
