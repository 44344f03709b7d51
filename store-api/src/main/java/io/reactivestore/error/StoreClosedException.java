package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** The store was closed, before the operation or during it. */
public final class StoreClosedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreClosedException(String operation, @Nullable String key) {
        this(operation, key, null);
    }

    private StoreClosedException(String operation, @Nullable String key, @Nullable Throwable cause) {
        super(operation, key, "the store is closed", false, cause);
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public StoreClosedException withKey(String key) {
        return new StoreClosedException(operation(), key, this);
    }
}
