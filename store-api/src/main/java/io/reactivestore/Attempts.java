package io.reactivestore;

import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * How a store that tries a mutation more than once tells its caller that an attempt ended without an answer, also when a later one was
 * answered: the first may still be applied. The caller leaves a listener in the {@code Context} of the mutation.
 */
public final class Attempts {

    private static final Object KEY = new Object() {
        @Override
        public String toString() {
            return "reactivestore.attempts";
        }
    };

    private Attempts() {}

    /**
     * Leaves a listener for the mutations subscribed to with this Context, beside those that are there already.
     *
     * @param listener called for each unanswered attempt, before the mutation ends; must not block or throw
     */
    public static Context onUnanswered(Context context, Runnable listener) {
        Runnable all = context.<Runnable>getOrEmpty(KEY)
                .<Runnable>map(outer -> () -> {
                    listener.run();
                    outer.run();
                })
                .orElse(listener);
        return context.put(KEY, all);
    }

    /** Tells the listener, if there is one. For those who write a store. */
    public static void unanswered(ContextView context) {
        context.<Runnable>getOrEmpty(KEY).ifPresent(Runnable::run);
    }
}
