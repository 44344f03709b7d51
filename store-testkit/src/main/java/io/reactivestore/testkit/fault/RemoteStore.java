package io.reactivestore.testkit.fault;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store of one process as another one sees it: requests and demand arrive on the server's threads, answers and bytes on the
 * client's. If the client is a {@link io.reactivestore.testkit.simulate.SimulatedRuntime} and is killed, it hears nothing more, and
 * what was under way at the server goes on: nobody is left to cancel it. A cancel of a living client arrives at once.
 */
public final class RemoteStore extends InterceptedStore {

    private final StoreRuntime client;
    private final StoreRuntime server;

    private RemoteStore(Store inner, StoreRuntime server, StoreRuntime client) {
        super(inner);
        this.client = client;
        this.server = server;
    }

    /** The store of the server's process as a client sees it. */
    public static RemoteStore over(Store inner, StoreRuntime server, StoreRuntime client) {
        return new RemoteStore(
                Objects.requireNonNull(inner, "inner"),
                Objects.requireNonNull(server, "server"),
                Objects.requireNonNull(client, "client"));
    }

    @Override
    <T> Flux<T> intercept(StoreOperation operation, @Nullable String key, Flux<T> of) {
        return across(of, server, client);
    }

    @Override
    Mono<ObjectInfo> interceptPut(String key, Content content, Function<Content, Mono<ObjectInfo>> put) {
        // Sent as a whole and then applied: a client that is killed in between has written. Here the server asks.
        return Bodies.held(content.through(body -> across(body, client, server)), client)
                .flatMap(arrived ->
                        across(put.apply(arrived).flux(), server, client).singleOrEmpty());
    }

    @Override
    Mono<StoredObject> interceptGet(String key, Mono<StoredObject> get) {
        return super.interceptGet(key, get).map(found -> new InterceptedObject(found, this::body));
    }

    @Override
    Publisher<String> interceptKeys(Publisher<String> keys) {
        return across(Flux.from(keys), client, server);
    }

    private Flux<ByteBuffer> body(Flux<ByteBuffer> body) {
        return across(body, server, client);
    }

    private static <T> Flux<T> across(Flux<T> of, StoreRuntime asked, StoreRuntime asking) {
        return of.subscribeOn(asked.delivery()).publishOn(asking.delivery(), 1);
    }
}
