package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Hears of the loads that readers of a cache share: for traces and the like. Each reader keeps its Context. A load is nobody's own, whoever
 * began it: it runs under a Context of its own, with nothing in it but what a listener puts there.
 *
 * <p>What the disk has at hand, so that nobody waits for it, is no load; nor is what memory has.
 *
 * <p>An object that is kept in blocks is loaded in parts, as far as readers want it: each part is a load. What the first answer brings of it
 * belongs to the load of that answer, also if it is still coming when that load is over.
 *
 * <p>Called by any thread. Every method returns soon and throws nothing.
 */
public interface LoadListener {

    /**
     * A load is about to begin.
     *
     * @param operation {@code get}, {@code head} or {@code list}
     * @param subject the key, or the prefix
     */
    Begun begin(String operation, String subject);

    /** One load. */
    interface Begun {

        /** The Context that tiers and source are asked under. */
        default Context context() {
            return Context.empty();
        }

        /** One more reader waits for it; the first one does, too. A read and the body that it gave are two. */
        default void joined(ContextView reader) {}

        /**
         * It is over; said once, before its readers are told. Those who wait for the first blocks of a part have them before that.
         *
         * @param error null if it succeeded, or was cancelled because nobody waited for it any more
         */
        default void ended(@Nullable Throwable error) {}
    }
}
