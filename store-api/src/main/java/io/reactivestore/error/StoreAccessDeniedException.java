package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** The service refuses these credentials, or the operating system these permissions. */
public final class StoreAccessDeniedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreAccessDeniedException(
            String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, false, cause);
    }

    @Override
    public int httpStatus() {
        return 403;
    }

    @Override
    public StoreAccessDeniedException withKey(String key) {
        return new StoreAccessDeniedException(operation(), key, reason(), this);
    }
}
