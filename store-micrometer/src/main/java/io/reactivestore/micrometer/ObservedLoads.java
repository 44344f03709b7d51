package io.reactivestore.micrometer;

import io.micrometer.observation.NullObservation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.reactivestore.cache.LoadListener;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * An Observation, {@value #NAME}, for each load that readers of a {@link io.reactivestore.cache.CacheStore} share; for its builder's
 * {@code loads}. A load is nobody's own, so its Observation has no parent, whoever began it. The source is asked under it: it is in the
 * Context of the load. Readers that are observed by an {@link ObservedStore} around the cache are linked to it: both have the key value
 * {@code load.id}, and {@link StoreObservationContext#loads()} leads from the reader to the load.
 *
 * <p>Key values: {@code operation}, {@code outcome}; of high cardinality {@code key}, {@code load.id} and {@code load.readers}, how many
 * have waited for it.
 */
public final class ObservedLoads implements LoadListener {

    /** What the Observations are called. */
    public static final String NAME = "reactivestore.load";

    private final ObservationRegistry registry;

    /** @param registry gets the Observations */
    public ObservedLoads(ObservationRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    @Override
    public Begun begin(String operation, String subject) {
        String id = Long.toHexString(ThreadLocalRandom.current().nextLong());
        // Not under what is current on the thread of the first reader: that is the reader's.
        Observation.Scope nobody = new NullObservation(registry).openScope();
        try {
            Observation load = Observation.createNotStarted(NAME, registry)
                    .contextualName("load " + operation)
                    .lowCardinalityKeyValue("operation", operation)
                    .highCardinalityKeyValue("key", subject)
                    .highCardinalityKeyValue("load.id", id);
            load.getContext().setParentObservation(null);
            return new ObservedLoad(load.start(), id);
        } finally {
            nobody.close();
        }
    }

    private static final class ObservedLoad implements Begun {

        private final Observation load;
        private final String id;
        private final LongAdder readers = new LongAdder();

        ObservedLoad(Observation load, String id) {
            this.load = load;
            this.id = id;
        }

        @Override
        public Context context() {
            return Parents.put(Context.empty(), load);
        }

        @Override
        public void joined(ContextView reader) {
            readers.increment();
            Observation observation = Parents.in(reader);
            if (observation != null && observation.getContext() instanceof StoreObservationContext context) {
                context.addLoad(load.getContextView());
                observation.highCardinalityKeyValue("load.id", id);
            }
        }

        @Override
        public void ended(@Nullable Throwable error) {
            Outcomes.end(load.highCardinalityKeyValue("load.readers", readers.toString()), error);
        }
    }
}
