package io.reactivestore.decorate;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** An operation with many answers that needs a permit. */
final class LimitedFlux<T> extends FluxOperator<T, T> {

    private final Permits permits;
    private final String operation;
    private final @Nullable String key;

    LimitedFlux(Flux<T> work, Permits permits, String operation, @Nullable String key) {
        super(work);
        this.permits = permits;
        this.operation = operation;
        this.key = key;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        new Limited<T>(source, actual, permits, operation, key, false).enter();
    }
}
