package io.reactivestore.s3.http;

import java.time.Duration;
import reactor.netty.resources.ConnectionProvider;

/** Makes the pool of connections that the settings describe. */
final class Pools {

    private Pools() {}

    static ConnectionProvider of(TransportSettings settings) {
        ConnectionProvider.Builder builder = ConnectionProvider.builder("reactivestore")
                .maxConnections(settings.maxConnections())
                .pendingAcquireMaxCount(settings.maxPendingAcquires())
                .pendingAcquireTimeout(settings.acquireTimeout())
                // The one used last is the one least likely to have been closed meanwhile.
                .lifo();
        if (!settings.timeToLive().isZero()) {
            builder.maxLifeTime(settings.timeToLive());
        }
        Duration idle = settings.maxIdleTime();
        if (!idle.isZero()) {
            builder.maxIdleTime(idle);
            if (settings.reapIdle()) {
                builder.evictInBackground(idle);
            }
        }
        return builder.build();
    }
}
