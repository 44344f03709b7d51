package io.reactivestore.micrometer;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Where an Observation lies in a Context: where all who know Micrometer look for it. */
final class Parents {

    /** The key of Micrometer's own ObservationThreadLocalAccessor, which needs one more library. */
    private static final String KEY = "micrometer.observation";

    private Parents() {}

    static @Nullable Observation in(ContextView context) {
        return context.getOrDefault(KEY, null);
    }

    static Context put(Context context, Observation observation) {
        return context.put(KEY, observation);
    }
}
