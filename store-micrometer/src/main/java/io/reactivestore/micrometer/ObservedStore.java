package io.reactivestore.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.reactivestore.Keys;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Makes an Observation, {@value #NAME}, of each operation on another store, from its subscription to its end. Its parent is the
 * Observation in the Context of the subscriber, or the one that is current on its thread; it is itself in the Context of what the
 * operation does. The reading of a body is an operation of its own.
 *
 * <p>Key values: {@code operation}; {@code outcome}, which is {@code success}, {@code cancelled} or the name of the error; {@code tier}, for
 * a get, the part of a cache that has answered, or {@code none}; {@code stale}. Of high cardinality: {@code key}.
 *
 * <p>Around a cache whose builder was given {@link ObservedLoads}, each reader leads to the load that it has shared.
 */
public final class ObservedStore extends ForwardingStore {

    /** What the Observations are called. */
    public static final String NAME = "reactivestore";

    private final ObservationRegistry registry;

    private ObservedStore(Store inner, ObservationRegistry registry) {
        super(inner);
        this.registry = Keys.requireNonNull("decorate", "registry", registry);
    }

    /**
     * A store before another one.
     *
     * @param inner does the work; not closed by this store
     * @param registry gets the Observations
     */
    public static ObservedStore over(Store inner, ObservationRegistry registry) {
        return new ObservedStore(inner, registry);
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return Mono.deferContextual(parents -> {
            Operation observed = new Operation(operation, key, Parents.in(parents));
            return work.doOnNext(observed::answered)
                    .doOnSuccess(done -> observed.ended(null))
                    .doOnError(observed::ended)
                    .doOnCancel(observed::cancelled)
                    .contextWrite(observed::context);
        });
    }

    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        String name = operation.equals("get") ? "body" : operation;
        return Flux.deferContextual(parents -> {
            Operation observed = new Operation(name, key, Parents.in(parents));
            return work.doOnComplete(() -> observed.ended(null))
                    .doOnError(observed::ended)
                    .doOnCancel(observed::cancelled)
                    .contextWrite(observed::context);
        });
    }

    /** One subscription. It ends once, however many ends race. */
    private final class Operation {

        private final Observation observation;
        private final AtomicBoolean over = new AtomicBoolean();

        Operation(String operation, @Nullable String key, @Nullable Observation parent) {
            observation = Observation.createNotStarted(NAME, StoreObservationContext::new, registry)
                    .contextualName("store " + operation)
                    .lowCardinalityKeyValue("operation", operation);
            if (key != null) {
                observation.highCardinalityKeyValue("key", key);
            }
            if (parent != null) {
                observation.parentObservation(parent);
            }
            if (operation.equals("get")) {
                served("none", false);
            }
            observation.start();
        }

        Context context(Context context) {
            return Parents.put(context, observation);
        }

        void answered(Object answer) {
            if (answer instanceof StoredObject object) {
                Served served = object.served();
                served(served.tier(), served.stale());
            }
        }

        private void served(String tier, boolean stale) {
            observation.lowCardinalityKeyValue("tier", tier).lowCardinalityKeyValue("stale", Boolean.toString(stale));
        }

        void ended(@Nullable Throwable error) {
            if (over.compareAndSet(false, true)) {
                Outcomes.end(observation, error);
            }
        }

        void cancelled() {
            if (over.compareAndSet(false, true)) {
                Outcomes.endCancelled(observation);
            }
        }
    }
}
