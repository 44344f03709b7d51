package io.reactivestore.cache.behaviour;

import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A store that counts what reaches it, and whose operations can be held up or made to fail. */
final class WatchedStore extends ForwardingStore {

    private final Map<String, Long> calls = new ConcurrentHashMap<>();
    private final Map<String, Sinks.Empty<Void>> gates = new ConcurrentHashMap<>();
    private final Map<String, RuntimeException> failures = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable ReadOptions> lastRead = new AtomicReference<>();
    private volatile StoreCapabilities capabilities;

    WatchedStore(Store inner) {
        super(inner);
        this.capabilities = inner.capabilities();
    }

    /** How often an operation was asked for; reading the bytes of an answer is none. */
    long calls(String operation) {
        return calls.getOrDefault(operation, 0L);
    }

    /** What the last get asked for. */
    @Nullable ReadOptions lastRead() {
        return lastRead.get();
    }

    /** From now on the inner store does this operation, but its answer waits for {@link #release}. */
    void hold(String operation) {
        gates.put(operation, Sinks.empty());
    }

    void release(String operation) {
        Sinks.Empty<Void> gate = gates.remove(operation);
        if (gate != null) {
            gate.tryEmitEmpty();
        }
    }

    /** Later calls pass; those held stay so until what is returned runs. */
    Runnable unhold(String operation) {
        Sinks.Empty<Void> gate = gates.remove(operation);
        return () -> gate.tryEmitEmpty();
    }

    /** From now on this operation fails and does not reach the inner store, until {@link #heal}. */
    void fail(String operation, RuntimeException failure) {
        failures.put(operation, failure);
    }

    /** The same for one key only. */
    void fail(String operation, String key, RuntimeException failure) {
        failures.put(operation + " " + key, failure);
    }

    void heal(String operation) {
        failures.keySet().removeIf(what -> what.equals(operation) || what.startsWith(operation + " "));
    }

    void pretend(StoreCapabilities capabilities) {
        this.capabilities = capabilities;
    }

    @Override
    public StoreCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        return Mono.defer(() -> {
            calls.merge("get", 1L, Long::sum);
            lastRead.set(options);
            return super.get(key, options);
        });
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return Mono.defer(() -> {
            count(operation);
            RuntimeException failure = failures.getOrDefault(operation + " " + key, failures.get(operation));
            Sinks.Empty<Void> gate = gates.get(operation);
            if (failure != null) {
                return Mono.error(failure);
            }
            return gate == null
                    ? work
                    : work.materialize().delayUntil(answer -> gate.asMono()).dematerialize();
        });
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return Flux.defer(() -> {
            count(operation);
            RuntimeException failure = failures.get(operation);
            return failure == null ? work : Flux.error(failure);
        });
    }

    /** A get comes here for its answer and again for the bytes, so it is counted where it is asked for. */
    private void count(String operation) {
        if (!operation.equals("get")) {
            calls.merge(operation, 1L, Long::sum);
        }
    }
}
