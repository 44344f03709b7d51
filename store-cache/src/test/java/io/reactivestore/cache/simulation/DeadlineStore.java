package io.reactivestore.cache.simulation;

import io.reactivestore.Attempts;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A remote store as its client library shows it: a request that is not answered in time fails, or is sent once more. */
final class DeadlineStore extends ForwardingStore {

    private static final Set<String> REPEATED = Set.of("put", "delete", "deletePrefix", "copy");

    private final StoreRuntime runtime;
    private final Duration deadline;
    private final boolean repeats;

    /** @param repeats whether a mutation that went unanswered is tried again */
    DeadlineStore(Store inner, StoreRuntime runtime, Duration deadline, boolean repeats) {
        super(inner);
        this.runtime = runtime;
        this.deadline = deadline;
        this.repeats = repeats;
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        Mono<T> limited = work.timeout(deadline, Mono.error(() -> late(operation, key)), runtime.timers());
        if (!repeats || !REPEATED.contains(operation)) {
            return limited;
        }
        return limited.onErrorResume(
                StoreTimeoutException.class,
                unanswered -> Mono.deferContextual(context -> {
                    Attempts.unanswered(context);
                    return limited;
                }));
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return work.timeout(deadline, Flux.error(() -> late(operation, key)), runtime.timers());
    }

    private StoreTimeoutException late(String operation, @Nullable String key) {
        return new StoreTimeoutException(operation, key, "no answer within " + deadline, null);
    }
}
