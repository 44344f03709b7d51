package io.reactivestore.micrometer;

import io.micrometer.observation.Observation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the Observation of one operation of an {@link ObservedStore} is about. */
public final class StoreObservationContext extends Observation.Context {

    private final List<Observation.ContextView> loads = new CopyOnWriteArrayList<>();

    StoreObservationContext() {}

    /**
     * The loads that it has waited for, as {@link ObservedLoads} has seen them: what a handler for traces makes links of. Each may be
     * shared with others, and is none of its children. More than one only if the operation asked for more than one thing, such as
     * pages of a listing, or parts of a large object.
     */
    public List<Observation.ContextView> loads() {
        return List.copyOf(loads);
    }

    void addLoad(Observation.ContextView load) {
        loads.add(load);
    }
}
