package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** A limit of our own was reached before any request was made, or a value is larger than the caller allowed. */
public final class StoreRejectedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreRejectedException(
            String operation, @Nullable String key, String reason, boolean retryable, @Nullable Throwable cause) {
        super(operation, key, reason, retryable, cause);
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public StoreRejectedException withKey(String key) {
        return new StoreRejectedException(operation(), key, reason(), retryable(), this);
    }
}
