package io.reactivestore;

import io.reactivestore.error.PreconditionFailedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What became of a conditional put: a lost race is an answer here, not an error.
 *
 * @param info the new object, or null if the condition did not hold and nothing was written
 */
public record PutResult(@Nullable ObjectInfo info) {

    /** A refused condition of this very put as an answer; any other error, such as one of the content, as an error. */
    static Mono<PutResult> ofRefusal(String key, PreconditionFailedException e) {
        boolean ours = e.operation().equals("put") && key.equals(e.key());
        return ours ? Mono.just(new PutResult(null)) : Mono.error(e);
    }

    /** Whether the object was written. */
    public boolean stored() {
        return info != null;
    }
}
