package io.reactivestore.testkit;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.internal.Arguments;
import java.util.Comparator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store that can do less than the one behind it, and says so as it should. */
final class RefusingStore extends ForwardingStore {

    private final StoreCapabilities can;

    RefusingStore(Store inner, StoreCapabilities can) {
        super(inner);
        this.can = can;
    }

    @Override
    public StoreCapabilities capabilities() {
        return can;
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Mono<ObjectInfo> put = inner.put(key, content, options);
        boolean conditionsFine = can.conditionalPut() || !options.isConditional();
        boolean attributesFine = can.attributes() || options.attributes() == null;
        return can.writes() && conditionsFine && attributesFine ? put : Mono.error(refusal("put", key));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        Mono<ObjectInfo> copy = inner.copy(from, to, options);
        boolean conditionsFine = can.conditionalCopy() || !options.isConditional();
        boolean attributesFine = can.attributes() || options.attributes() == null;
        return can.writes() && conditionsFine && attributesFine ? copy : Mono.error(refusal("copy", to));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Mono<Void> delete = inner.delete(key, options);
        boolean conditionsFine = can.conditionalDelete() || options.ifMatch() == null;
        return can.deletes() && conditionsFine ? delete : Mono.error(refusal("delete", key));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return can.deletes() ? inner.deleteAll(keys) : Flux.error(refusal("deleteAll", null));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Mono<Long> deletePrefix = inner.deletePrefix(prefix);
        return can.deletes() ? deletePrefix : Mono.error(refusal("deletePrefix", prefix));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Flux<ObjectInfo> list = inner.list(options);
        if (can.listOrder() != StoreCapabilities.ListOrder.NONE) {
            return list;
        }
        return options.startAfter() == null && options.endBefore() == null
                ? list.sort(Comparator.comparing(info -> info.key().hashCode() * 31))
                : Flux.error(refusal("list", options.prefix()));
    }

    private static StoreUnsupportedException refusal(String operation, String key) {
        return new StoreUnsupportedException(operation, key, "this store cannot do that", null);
    }
}
