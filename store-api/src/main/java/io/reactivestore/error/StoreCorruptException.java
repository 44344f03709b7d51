package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** Bytes, a length or a header contradict what was announced. */
public final class StoreCorruptException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreCorruptException(
            String operation, @Nullable String key, String reason, boolean retryable, @Nullable Throwable cause) {
        super(operation, key, reason, retryable, cause);
    }

    @Override
    public StoreCorruptException withKey(String key) {
        return new StoreCorruptException(operation(), key, reason(), retryable(), this);
    }
}
