package io.reactivestore.s3.http;

import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.TransportConfig;
import reactor.util.context.Context;

/**
 * A pool whose waiting line can be left. Reactor Netty does not tell its pool that a request which waits for a connection has been
 * cancelled; here the {@link Attempt}, found in the Context, gets hold of its place in the line.
 */
final class LeavingProvider implements ConnectionProvider {

    private final ConnectionProvider pool;

    LeavingProvider(ConnectionProvider pool) {
        this.pool = pool;
    }

    @Override
    public Mono<? extends Connection> acquire(
            TransportConfig config,
            ConnectionObserver observer,
            @Nullable Supplier<? extends SocketAddress> remoteAddress,
            @Nullable AddressResolverGroup<?> resolver) {
        Mono<? extends Connection> source = pool.acquire(config, observer, remoteAddress, resolver);
        return new Mono<Connection>() {
            @Override
            public void subscribe(CoreSubscriber<? super Connection> actual) {
                Attempt attempt = actual.currentContext().getOrDefault(Attempt.class, null);
                source.subscribe(attempt == null ? actual : new Place(attempt, actual));
            }
        };
    }

    @Override
    public void disposeWhen(SocketAddress address) {
        pool.disposeWhen(address);
    }

    @Override
    public void dispose() {
        pool.dispose();
    }

    @Override
    public Mono<Void> disposeLater() {
        return pool.disposeLater();
    }

    @Override
    public boolean isDisposed() {
        return pool.isDisposed();
    }

    @Override
    public int maxConnections() {
        return pool.maxConnections();
    }

    @Override
    public @Nullable Map<SocketAddress, Integer> maxConnectionsPerHost() {
        return pool.maxConnectionsPerHost();
    }

    @Override
    public @Nullable Builder mutate() {
        return pool.mutate();
    }

    @Override
    public @Nullable String name() {
        return pool.name();
    }

    private record Place(Attempt attempt, CoreSubscriber<? super Connection> actual)
            implements CoreSubscriber<Connection> {

        @Override
        public void onSubscribe(Subscription subscription) {
            attempt.waiting(subscription);
            actual.onSubscribe(subscription);
        }

        @Override
        public void onNext(Connection connection) {
            actual.onNext(connection);
        }

        @Override
        public void onError(Throwable error) {
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
