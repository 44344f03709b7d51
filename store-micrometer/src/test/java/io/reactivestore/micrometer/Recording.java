package io.reactivestore.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A registry, and what has begun and ended in it. */
final class Recording implements ObservationHandler<Observation.Context> {

    final ObservationRegistry registry = ObservationRegistry.create();
    final List<Observation.Context> started = new CopyOnWriteArrayList<>();
    final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

    Recording() {
        registry.observationConfig().observationHandler(this);
    }

    @Override
    public void onStart(Observation.Context context) {
        started.add(context);
    }

    @Override
    public void onStop(Observation.Context context) {
        stopped.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return true;
    }

    /** Those that have ended, of this name and operation. */
    List<Observation.Context> ended(String name, String operation) {
        return stopped.stream()
                .filter(context -> context.getName().equals(name))
                .filter(context -> operation.equals(value(context, "operation")))
                .toList();
    }

    static String value(Observation.ContextView context, String key) {
        return context.getAllKeyValues().stream()
                .filter(each -> each.getKey().equals(key))
                .map(each -> each.getValue())
                .findFirst()
                .orElse("(none)");
    }
}
