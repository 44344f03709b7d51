package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** The service asks for fewer requests. */
public final class StoreThrottledException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreThrottledException(String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, true, cause);
    }

    @Override
    public int httpStatus() {
        return 429;
    }

    @Override
    public StoreThrottledException withKey(String key) {
        return new StoreThrottledException(operation(), key, reason(), this);
    }
}
