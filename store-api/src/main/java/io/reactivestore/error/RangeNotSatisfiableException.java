package io.reactivestore.error;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The range starts at or past the end of the object. */
public final class RangeNotSatisfiableException extends StoreException {

    private static final long serialVersionUID = 1L;

    private final long size;

    /** @param size bytes of the object, for the {@code Content-Range} of a 416 */
    public RangeNotSatisfiableException(
            String operation, String key, String range, long size, @Nullable Throwable cause) {
        this(operation, key, range + " starts past the end of " + size + " bytes", cause, size);
    }

    private RangeNotSatisfiableException(
            String operation, String key, String reason, @Nullable Throwable cause, long size) {
        super(operation, key, reason, false, cause);
        this.size = size;
    }

    /** Bytes of the object. */
    public long size() {
        return size;
    }

    @Override
    public int httpStatus() {
        return 416;
    }

    @Override
    public void httpHeaders(BiConsumer<String, String> header) {
        header.accept("Content-Range", "bytes */" + size);
    }

    @Override
    public RangeNotSatisfiableException withKey(String key) {
        return new RangeNotSatisfiableException(operation(), key, reason(), this, size);
    }
}
