package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** A condition of the request ({@code ifMatch}, {@code ifAbsent}, {@code ifUnmodifiedSince}) does not hold; nothing was changed. */
public final class PreconditionFailedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public PreconditionFailedException(
            String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, false, cause);
    }

    @Override
    public int httpStatus() {
        return 412;
    }

    @Override
    public PreconditionFailedException withKey(String key) {
        return new PreconditionFailedException(operation(), key, reason(), this);
    }
}
