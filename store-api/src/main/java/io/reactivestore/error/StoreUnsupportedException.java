package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** The store has no such capability, or is a read-only view. */
public final class StoreUnsupportedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreUnsupportedException(String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, false, cause);
    }

    @Override
    public int httpStatus() {
        return 501;
    }

    @Override
    public StoreUnsupportedException withKey(String key) {
        return new StoreUnsupportedException(operation(), key, reason(), this);
    }
}
