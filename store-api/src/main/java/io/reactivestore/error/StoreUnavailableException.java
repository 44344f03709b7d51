package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached or used. Retryable when the next try may succeed (a lost connection, a failing server); not
 * retryable when it needs somebody's help (a missing bucket, a locked directory).
 */
public final class StoreUnavailableException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(
            String operation, @Nullable String key, String reason, boolean retryable, @Nullable Throwable cause) {
        super(operation, key, reason, retryable, cause);
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public StoreUnavailableException withKey(String key) {
        return new StoreUnavailableException(operation(), key, reason(), retryable(), this);
    }
}
