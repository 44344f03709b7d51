package io.reactivestore.error;

import org.jspecify.annotations.Nullable;

/** There is no such object. */
public final class ObjectNotFoundException extends StoreException {

    private static final long serialVersionUID = 1L;

    public ObjectNotFoundException(String operation, String key) {
        this(operation, key, null);
    }

    public ObjectNotFoundException(String operation, String key, @Nullable Throwable cause) {
        super(operation, key, "no such object", false, cause);
    }

    @Override
    public int httpStatus() {
        return 404;
    }

    @Override
    public ObjectNotFoundException withKey(String key) {
        return new ObjectNotFoundException(operation(), key, this);
    }
}
