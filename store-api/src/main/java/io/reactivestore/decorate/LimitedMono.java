package io.reactivestore.decorate;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** An operation with one answer that needs a permit. */
final class LimitedMono<T> extends MonoOperator<T, T> {

    private final Permits permits;
    private final String operation;
    private final String key;

    LimitedMono(Mono<T> work, Permits permits, String operation, String key) {
        super(work);
        this.permits = permits;
        this.operation = operation;
        this.key = key;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        new Limited<T>(source, actual, permits, operation, key, true).enter();
    }
}
