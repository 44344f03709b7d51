package io.reactivestore.testkit.simulate;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/** What a {@code Mono} answers, once it did. */
final class Answer<T> {

    private final Disposable subscription;
    private @Nullable T value;
    private @Nullable Throwable error;
    private boolean there;

    Answer(Mono<T> mono) {
        this.subscription = mono.subscribe(v -> value = v, this::failed, () -> there = true);
    }

    boolean isThere() {
        return there;
    }

    @Nullable T get() {
        if (error != null) {
            throw Exceptions.propagate(error);
        }
        return value;
    }

    void cancel() {
        subscription.dispose();
    }

    private void failed(Throwable e) {
        error = e;
        there = true;
    }
}
