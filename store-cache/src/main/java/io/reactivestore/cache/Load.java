package io.reactivestore.cache;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The work of one flight, with what was known when it began. */
interface Load {

    /** Asks tiers and source, once; may complete on the caller's thread. */
    Mono<Loaded> ask();

    /** Whether nothing was written since it began that its answer may lack: a reader that begins now may share it. */
    boolean isCurrent();

    /** A copy that it has found, which may do instead of an answer by the source; null if there is none so far. */
    default Loaded.@Nullable Held instead() {
        return null;
    }

    /** It is over, or was never begun. May be said twice. */
    default void over() {}
}
