package io.reactivestore.cache;

import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;

/** A store whose gets pass through an operator. */
final class GetsThrough extends ForwardingStore {

    private final UnaryOperator<Mono<StoredObject>> operator;

    GetsThrough(Store inner, UnaryOperator<Mono<StoredObject>> operator) {
        super(inner);
        this.operator = operator;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return operator.apply(inner().get(key, options));
    }
}
