package io.reactivestore.testkit;

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
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Hands every operation on, so that a broken store has to say only what it breaks. */
class ForwardingStore implements Store {

    final Store inner;

    ForwardingStore(Store inner) {
        this.inner = inner;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return inner.get(key, options);
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return inner.getRanges(key, ranges, options);
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        return inner.head(key, options);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return inner.put(key, content, options);
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return inner.delete(key, options);
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return inner.deleteAll(keys);
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return inner.deletePrefix(prefix);
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        return inner.list(options);
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return inner.listDirectory(prefix);
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
        return inner.open();
    }

    @Override
    public Mono<Void> close() {
        return inner.close();
    }

    /** An answer with another body; what collects its bytes collects those. */
    record Answer(StoredObject answer, UnaryOperator<Flux<ByteBuffer>> change) implements StoredObject {

        @Override
        public ObjectInfo info() {
            return answer.info();
        }

        @Override
        public Status status() {
            return answer.status();
        }

        @Override
        public Span span() {
            return answer.span();
        }

        @Override
        public Served served() {
            return answer.served();
        }

        @Override
        public ReadOptions options() {
            return answer.options();
        }

        @Override
        public Flux<ByteBuffer> body() {
            return change.apply(answer.body());
        }
    }
}
