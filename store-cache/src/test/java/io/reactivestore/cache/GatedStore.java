package io.reactivestore.cache;

import io.reactivestore.Attempts;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Signal;
import reactor.util.context.ContextView;

/**
 * A store in memory whose requests wait, if the test says so, until the test applies and answers them: each on its own and in any
 * order, also long after the caller has given up. For one thread.
 */
final class GatedStore implements Store {

    enum Op {
        OPEN,
        GET,
        HEAD,
        PUT,
        DELETE,
        DELETE_PREFIX,
        LIST,
        LIST_DIRECTORY
    }

    private final MemoryStore inner;
    private final Set<Op> held = EnumSet.noneOf(Op.class);
    private final Map<Op, RuntimeException> failing = new EnumMap<>(Op.class);
    private final Map<Op, Integer> calls = new EnumMap<>(Op.class);
    private final List<Request<?>> waiting = new ArrayList<>();
    private boolean holdsReserved;

    /** Whether objects that are read have etags. */
    boolean tellsEtags = true;

    /** What was asked by each get, in order. */
    final List<ReadOptions> reads = new ArrayList<>();

    GatedStore(StoreRuntime runtime) {
        this.inner = MemoryStore.create(runtime);
    }

    /** Lets requests of these kinds wait from now on. */
    GatedStore hold(Op... ops) {
        held.addAll(List.of(ops));
        return this;
    }

    /** The same for keys that belong to a tier's own books, which pass otherwise. */
    GatedStore holdReserved(Op... ops) {
        holdsReserved = true;
        return hold(ops);
    }

    /** Lets requests of these kinds pass again; those that wait go on waiting. */
    GatedStore pass(Op... ops) {
        held.removeAll(List.of(ops));
        List.of(ops).forEach(failing::remove);
        return this;
    }

    GatedStore fail(Op op, RuntimeException error) {
        failing.put(op, error);
        return this;
    }

    /** The oldest request of a kind that waits and was neither taken before nor cancelled. */
    @SuppressWarnings("unchecked")
    <T> Request<T> take(Op op) {
        for (Request<?> request : waiting) {
            if (request.op == op && !request.cancelled) {
                waiting.remove(request);
                return (Request<T>) request;
            }
        }
        throw new AssertionError("no " + op + " waits, only " + waiting);
    }

    /** The oldest request of a kind whose caller has given it up, and which may still be applied. */
    Request<?> takeGivenUp(Op op) {
        for (Request<?> request : waiting) {
            if (request.op == op && request.cancelled) {
                waiting.remove(request);
                return request;
            }
        }
        throw new AssertionError("no " + op + " was given up, only " + waiting);
    }

    boolean waits(Op op) {
        return waiting.stream().anyMatch(request -> request.op == op && !request.cancelled);
    }

    int calls(Op op) {
        return calls.getOrDefault(op, 0);
    }

    /** What lies in it, past the gate. */
    String text(String key) {
        return inner.getText(key).blockOptional(Duration.ofSeconds(1)).orElse("(none)");
    }

    /** What lies in it, past the gate. */
    ObjectInfo info(String key) {
        return inner.head(key).block(Duration.ofSeconds(1));
    }

    /** Written past the gate, as by somebody else. */
    void write(String key, String text) {
        inner.put(key, Content.text(text)).block(Duration.ofSeconds(1));
    }

    void write(String key, byte[] bytes) {
        inner.put(key, Content.bytes(bytes)).block(Duration.ofSeconds(1));
    }

    /** Deleted past the gate, as by somebody else. */
    void remove(String key) {
        inner.delete(key).block(Duration.ofSeconds(1));
    }

    byte[] bytes(String key) {
        return inner.getByteArray(key).block(Duration.ofSeconds(1));
    }

    List<String> keys() {
        return inner.list("").map(ObjectInfo::key).collectList().block(Duration.ofSeconds(1));
    }

    /** Bytes of what lies in it and does not belong to the books themselves. */
    long bytes() {
        return inner
                .list("")
                .filter(info -> !Manifest.isReserved(info.key()))
                .collectList()
                .block(Duration.ofSeconds(1))
                .stream()
                .mapToLong(ObjectInfo::size)
                .sum();
    }

    private record WithoutEtag(StoredObject inner) implements StoredObject {

        @Override
        public ObjectInfo info() {
            ObjectInfo info = inner.info();
            return new ObjectInfo(info.key(), info.size(), "", info.version(), info.lastModified(), info.attributes());
        }

        @Override
        public Status status() {
            return inner.status();
        }

        @Override
        public Span span() {
            return inner.span();
        }

        @Override
        public Served served() {
            return inner.served();
        }

        @Override
        public ReadOptions options() {
            return inner.options();
        }

        @Override
        public Flux<ByteBuffer> body() {
            return inner.body();
        }
    }

    /** A request that waits. */
    static final class Request<T> {
        final Op op;
        final String key;
        private final Mono<T> work;
        private final MonoSink<T> sink;
        private final ContextView context;
        private Signal<T> outcome;
        boolean cancelled;

        Request(Op op, String key, Mono<T> work, MonoSink<T> sink) {
            this.op = op;
            this.key = key;
            this.work = work;
            this.sink = sink;
            this.context = sink.contextView();
        }

        /** The store does it; the caller hears nothing yet. */
        Request<T> apply() {
            outcome = work.materialize().block(Duration.ofSeconds(1));
            return this;
        }

        /** The store does it, unless it has, and the caller hears of it. */
        void answer() {
            if (outcome == null) {
                apply();
            }
            if (outcome.isOnError()) {
                sink.error(outcome.getThrowable());
            } else if (outcome.hasValue()) {
                sink.success(outcome.get());
            } else {
                sink.success();
            }
        }

        /** The caller gets this instead. What the store has done or will do is another matter. */
        void answer(Throwable error) {
            sink.error(error);
        }

        /** The store's client gave an attempt up and has sent the request once more. */
        void noteUnansweredAttempt() {
            Attempts.unanswered(context);
        }

        @Override
        public String toString() {
            return op + " " + key;
        }
    }

    private <T> Mono<T> gated(Op op, String key, Mono<T> work) {
        return Mono.defer(() -> {
            calls.merge(op, 1, Integer::sum);
            if (failing.containsKey(op) && !Manifest.isReserved(key)) {
                return Mono.error(failing.get(op));
            }
            boolean mayWait = holdsReserved || !Manifest.isReserved(key);
            return mayWait && held.contains(op) ? Mono.create(sink -> wait(op, key, work, sink)) : work;
        });
    }

    private <T> void wait(Op op, String key, Mono<T> work, MonoSink<T> sink) {
        Request<T> request = new Request<>(op, key, work, sink);
        waiting.add(request);
        sink.onCancel(() -> request.cancelled = true);
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Mono<StoredObject> answer =
                inner.get(key, options).map(object -> tellsEtags ? object : new WithoutEtag(object));
        return gated(Op.GET, key, answer).doOnSubscribe(asked -> reads.add(options));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return inner.getRanges(key, ranges, options);
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return gated(Op.HEAD, key, inner.head(key, options));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return gated(Op.PUT, key, inner.put(key, content, options));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return gated(Op.DELETE, key, inner.delete(key, options));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return inner.deleteAll(keys);
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return gated(Op.DELETE_PREFIX, prefix, inner.deletePrefix(prefix));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        return gated(Op.LIST, "", Mono.just(inner)).flatMapMany(store -> store.list(options));
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return gated(Op.LIST_DIRECTORY, prefix, Mono.just(inner)).flatMapMany(store -> store.listDirectory(prefix));
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
        return gated(Op.OPEN, "", inner.open());
    }

    @Override
    public Mono<Void> close() {
        return inner.close();
    }

    @Override
    public String toString() {
        return "GatedStore[" + inner + "]";
    }
}
