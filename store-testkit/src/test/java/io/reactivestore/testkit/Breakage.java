package io.reactivestore.testkit;

import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A way in which a store can be wrong.
 *
 * @param name what it does
 * @param suite the suite that must notice
 * @param of breaks a store that is right
 */
record Breakage(String name, Class<? extends StoreContract> suite, UnaryOperator<Store> of) {

    /** A store whose bodies are changed. */
    static UnaryOperator<Store> bodies(UnaryOperator<Flux<ByteBuffer>> change) {
        return inner -> new ForwardingStore(inner) {
            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return inner.get(key, options).map(answer -> new Answer(answer, change));
            }
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
