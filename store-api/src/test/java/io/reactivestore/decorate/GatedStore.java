package io.reactivestore.decorate;

import io.reactivestore.Store;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A store whose operations begin, are counted, and go on when the test lets those on their key go on. */
final class GatedStore extends ForwardingStore {

    private final List<String> started = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Sinks.Empty<Void>> gates = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();

    GatedStore(Store inner) {
        super(inner);
    }

    /** Lets what runs, or will run, on these keys go on. */
    void pass(String... keys) {
        for (String key : keys) {
            gate(key).tryEmitEmpty();
        }
    }

    List<String> started() {
        return List.copyOf(started);
    }

    int running() {
        return running.get();
    }

    int mostRunning() {
        return mostRunning.get();
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return Mono.usingWhen(begun(operation, key), any -> gate(key).asMono().then(work), any -> ended());
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        String name = key == null ? "" : key;
        return Flux.usingWhen(begun(operation, name), any -> gate(name).asMono().thenMany(work), any -> ended());
    }

    private Mono<String> begun(String operation, String key) {
        return Mono.fromCallable(() -> {
            started.add(operation + " " + key);
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            return key;
        });
    }

    private Mono<Void> ended() {
        return Mono.fromRunnable(running::decrementAndGet);
    }

    private Sinks.Empty<Void> gate(String key) {
        return gates.computeIfAbsent(key, any -> Sinks.empty());
    }
}
