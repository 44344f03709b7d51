package io.reactivestore.testkit.simulate;

import org.jspecify.annotations.Nullable;

/** A simulation went wrong. The message has the seed that repeats it, and the last steps. */
public final class SimulationFailure extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final long seed;

    SimulationFailure(long seed, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.seed = seed;
    }

    /** What repeats the run. */
    public long seed() {
        return seed;
    }
}
