package io.reactivestore.cache;

import io.reactivestore.cache.Fence.End;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnsupportedException;

/** Tells from the error of a mutation whether it may have been applied. */
final class Outcomes {

    private Outcomes() {}

    /**
     * Refused where the error proves that nothing was and will be applied; unknown for everything else, also for a source closed
     * under the request, and for an error of the caller's content, which may come behind its last byte.
     */
    static End of(Throwable error) {
        boolean refused = error instanceof PreconditionFailedException
                || error instanceof ObjectNotFoundException
                || error instanceof StoreAccessDeniedException
                || error instanceof StoreRejectedException
                || error instanceof StoreUnsupportedException;
        return refused ? End.REFUSED : End.UNKNOWN;
    }
}
