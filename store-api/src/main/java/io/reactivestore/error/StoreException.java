package io.reactivestore.error;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with one operation of a store. The type says what happened, {@link #retryable()} says what now.
 *
 * <p>The message reads {@code operation key: reason}. It never holds credentials or signed query strings. A backend keeps its
 * own exception as {@link #getCause() cause}.
 */
public abstract class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final @Nullable String key;
    private final String reason;
    private final boolean retryable;

    StoreException(
            String operation, @Nullable String key, String reason, boolean retryable, @Nullable Throwable cause) {
        super((key == null ? operation : operation + " " + key) + ": " + reason, cause);
        this.operation = operation;
        this.key = key;
        this.reason = reason;
        this.retryable = retryable;
    }

    /** The method of {@code Store} that failed, such as {@code get}. */
    public final String operation() {
        return operation;
    }

    /** The key or prefix it was about, or null where there is none ({@code open}, {@code close}). */
    public final @Nullable String key() {
        return key;
    }

    /** The reason: the message without operation and key. */
    public final String reason() {
        return reason;
    }

    /** Whether the same operation, subscribed to again, may succeed without anybody's help. */
    public final boolean retryable() {
        return retryable;
    }

    /** The status of an HTTP response that tells of this failure: 403, 404, 412, 416, 429, 501, 503, 504, or 500. */
    public int httpStatus() {
        return 500;
    }

    /** The headers of that response which tell more: the size of the object for a range past its end. */
    public void httpHeaders(BiConsumer<String, String> header) {}

    /** The same failure told of another key, with this one as its cause: for a store that renames keys. */
    public abstract StoreException withKey(String key);
}
