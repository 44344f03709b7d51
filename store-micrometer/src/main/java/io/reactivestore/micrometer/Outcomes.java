package io.reactivestore.micrometer;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** How Observations end. */
final class Outcomes {

    private static final String NAME = "outcome";

    private Outcomes() {}

    static void end(Observation observation, @Nullable Throwable error) {
        if (error == null) {
            end(observation, "success");
        } else {
            observation.error(error);
            end(observation, error.getClass().getSimpleName());
        }
    }

    /** Nobody wants the answer any more: that is no error. */
    static void endCancelled(Observation observation) {
        end(observation, "cancelled");
    }

    private static void end(Observation observation, String outcome) {
        observation.lowCardinalityKeyValue(NAME, outcome).stop();
    }
}
