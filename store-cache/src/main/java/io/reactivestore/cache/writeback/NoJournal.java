package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Writes go into the table at once, and are lost with the process. */
final class NoJournal implements Journal {

    private final Table table;
    private final StoreRuntime runtime;

    NoJournal(Table table, StoreRuntime runtime) {
        this.table = table;
        this.runtime = runtime;
    }

    @Override
    public boolean isLasting() {
        return false;
    }

    @Override
    public Mono<Void> open(Consumer<Recovered> takeOver) {
        return Mono.empty();
    }

    @Override
    public @Nullable Shortage take(Entry write, Runnable taken, Consumer<Throwable> failed) {
        Shortage shortage = table.insert(write, runtime.nanoTime());
        if (shortage == null) {
            taken.run();
        }
        return shortage;
    }

    @Override
    public <T> Mono<T> clear(LongFunction<T> begin) {
        return Mono.fromSupplier(() -> begin.apply(0));
    }

    @Override
    public void acknowledged(Entry write) {}

    @Override
    public void cleared(long sequence) {}

    @Override
    public Mono<Void> settled(String operation, @Nullable String key) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> drained() {
        return Mono.empty();
    }

    @Override
    public Mono<Void> close(BooleanSupplier calm) {
        return Mono.empty();
    }
}
