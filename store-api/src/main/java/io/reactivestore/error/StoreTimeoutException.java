package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** No answer within the time allowed. A mutation may or may not have been applied. */
public final class StoreTimeoutException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreTimeoutException(String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, true, cause);
    }

    @Override
    public int httpStatus() {
        return 504;
    }

    @Override
    public StoreTimeoutException withKey(String key) {
        return new StoreTimeoutException(operation(), key, reason(), this);
    }
}
