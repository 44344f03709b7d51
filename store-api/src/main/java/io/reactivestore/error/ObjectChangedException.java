package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/**
 * Another version of the object appeared while one was being read; the bytes delivered so far belong to the older one.
 *
 * <p>Retryable: a new read starts over with the new version. Subscribing again to the same body cannot help.
 */
public final class ObjectChangedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public ObjectChangedException(String operation, @Nullable String key, String reason, @Nullable Throwable cause) {
        super(operation, key, reason, true, cause);
    }

    @Override
    public ObjectChangedException withKey(String key) {
        return new ObjectChangedException(operation(), key, reason(), this);
    }
}
