package io.reactivestore.cache.writeback;

import io.reactivestore.Attempts;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.ContextView;

/**
 * A store in memory whose requests wait, if the test says so, until the test applies and answers them: in any order, also after the
 * caller has given up. For one thread.
 */
final class HeldBackStore extends ForwardingStore {

    enum Op {
        GET,
        PUT,
        DELETE,
        DELETE_PREFIX,
        LIST
    }

    final List<String> sent = new ArrayList<>();
    private final Set<Op> held = EnumSet.noneOf(Op.class);
    private final List<Request> waiting = new ArrayList<>();

    HeldBackStore(StoreRuntime runtime) {
        super(MemoryStore.create(runtime));
    }

    HeldBackStore hold(Op... ops) {
        held.addAll(List.of(ops));
        return this;
    }

    /** Lets requests pass again; those that wait go on waiting. */
    HeldBackStore pass() {
        held.clear();
        return this;
    }

    /** The oldest request that waits and was not taken before; also if its caller has given up. */
    Request take() {
        return waiting.remove(0);
    }

    /** How many requests wait for the test and have a caller. */
    long waitingCount() {
        return waiting.stream().filter(request -> !request.cancelled).count();
    }

    Store past() {
        return inner();
    }

    String text(String key) {
        return inner().getText(key).blockOptional(Duration.ofSeconds(1)).orElse("(none)");
    }

    void write(String key, String text) {
        inner().put(key, Content.text(text)).block(Duration.ofSeconds(1));
    }

    List<String> keys() {
        return inner().list("").map(ObjectInfo::key).collectList().block(Duration.ofSeconds(1));
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return gated(Op.GET, key, super.get(key, options));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return gated(Op.PUT, key, super.put(key, content, options));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return gated(Op.DELETE, key, super.delete(key, options));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return gated(Op.DELETE_PREFIX, prefix, super.deletePrefix(prefix));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        return gated(Op.LIST, options.prefix(), Mono.just(options)).flatMapMany(super::list);
    }

    private <T> Mono<T> gated(Op op, String key, Mono<T> work) {
        return Mono.defer(() -> {
            sent.add(op + " " + key);
            return held.contains(op) ? Mono.create(sink -> new Request(work, sink)) : work;
        });
    }

    /** A request that waits. */
    final class Request {
        private final Mono<Object> work;
        private final MonoSink<Object> sink;
        private final ContextView context;
        boolean cancelled;

        @SuppressWarnings("unchecked")
        <T> Request(Mono<T> work, MonoSink<T> sink) {
            this.work = (Mono<Object>) work.cache();
            this.sink = (MonoSink<Object>) sink;
            this.context = sink.contextView();
            sink.onCancel(() -> cancelled = true);
            waiting.add(this);
        }

        /** The store does it; the caller hears nothing yet. */
        Request apply() {
            work.block(Duration.ofSeconds(1));
            return this;
        }

        /** The store does it, unless it has, and the caller hears of it. */
        void answer() {
            work.subscribe(sink::success, sink::error, sink::success);
        }

        /** The caller gets this instead. What the store has done or will do is another matter. */
        void fail(Throwable error) {
            sink.error(error);
        }

        /** The store's client gave an attempt up and has sent the request once more. */
        void noteUnansweredAttempt() {
            Attempts.unanswered(context);
        }
    }
}
