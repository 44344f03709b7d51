package io.reactivestore.testkit.fault;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One operation that reached a store: one subscription, not the making of its {@code Mono}.
 *
 * @param operation which
 * @param key the key or prefix it is about; that of the source for a copy; null for {@code deleteAll} and {@code open}
 * @param number which one of this operation it is, from 1
 */
public record Call(StoreOperation operation, @Nullable String key, long number) {

    public Call {
        Objects.requireNonNull(operation, "operation");
    }

    @Override
    public String toString() {
        return operation.method() + "#" + number + (key == null ? "" : " " + key);
    }
}
