package io.reactivestore.s3;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Work that goes on after its operation was cancelled or has failed, so that nothing is left on the server. */
final class Cleanups {

    private static final Logger LOG = Loggers.getLogger(Cleanups.class);

    private final Set<Mono<Void>> running = ConcurrentHashMap.newKeySet();

    /**
     * Starts work that goes on whoever waits for it; close does.
     *
     * @return its end, which never fails
     */
    Mono<Void> start(Mono<Void> work) {
        Mono<Void> shared = work.onErrorComplete().cache();
        running.add(shared);
        shared.doFinally(end -> running.remove(shared))
                .subscribe(nothing -> {}, e -> LOG.warn("cleaning up failed", e));
        return shared;
    }

    /** Completes when all that was started has ended. */
    Mono<Void> settled() {
        return Mono.defer(() -> Mono.when(running));
    }
}
