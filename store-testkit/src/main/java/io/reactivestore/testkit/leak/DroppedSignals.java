package io.reactivestore.testkit.leak;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;

/** Values and errors that Reactor could give to nobody, and errors that escaped from tasks of its schedulers. */
final class DroppedSignals {
    /*
     * The lists are guarded by this object's lock; signals are dropped on any thread.
     */

    private static final String HOOK = DroppedSignals.class.getName();

    private final List<Class<? extends Throwable>> allowed = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();
    private boolean valuesAllowed;
    private @Nullable Throwable first;

    synchronized void allow(Class<? extends Throwable> type) {
        allowed.add(type);
    }

    synchronized void allowValues() {
        valuesAllowed = true;
    }

    synchronized void begin() {
        dropped.clear();
        first = null;
        Hooks.onErrorDropped(error -> error("dropped error", error));
        Hooks.onNextDropped(value -> value(value));
        Schedulers.onHandleError(HOOK, (thread, error) -> error("error of a task on " + thread.getName(), error));
    }

    /** Lets the hooks go and tells what came through them. */
    synchronized List<String> end() {
        Hooks.resetOnErrorDropped();
        Hooks.resetOnNextDropped();
        Schedulers.resetOnHandleError(HOOK);
        return List.copyOf(dropped);
    }

    synchronized @Nullable Throwable first() {
        return first;
    }

    private synchronized void error(String what, Throwable error) {
        if (error == Exceptions.failWithRejected()) {
            // Of an operator that was cancelled as it scheduled a task; one that was not hands on an error of its own.
            return;
        }
        if (allowed.stream().noneMatch(type -> type.isInstance(error))) {
            dropped.add(what + ": " + error);
            first = first == null ? error : first;
        }
    }

    private synchronized void value(Object value) {
        if (!valuesAllowed) {
            dropped.add("dropped value: " + value);
        }
    }
}
