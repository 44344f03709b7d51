package io.reactivestore.cache.window;

import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.cache.writeback.WriteBackStore;
import io.reactivestore.cache.writeback.WriteBackStoreBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link CachingWindowStore}. */
public final class CachingWindowStoreBuilder {

    private final Store inner;
    private final WriteBackStoreBuilder writeBack;
    private @Nullable Duration retention;

    CachingWindowStoreBuilder(Store inner) {
        this.inner = Objects.requireNonNull(inner, "CachingWindowStore: inner is null");
        this.writeBack = WriteBackStore.builder(inner);
    }

    /** How much is held before it is flushed, and how, and whether in a journal too. */
    public CachingWindowStoreBuilder writeBack(Consumer<WriteBackStoreBuilder> settings) {
        settings.accept(writeBack);
        return this;
    }

    /**
     * Windows are gone when a window that starts so much later was written: those that start at or before the latest start less this.
     * They are no longer read or written at once, and deleted from the inner store by a later flush.
     *
     * @param retention 1 ms or more
     */
    public CachingWindowStoreBuilder retention(Duration retention) {
        if (retention.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("CachingWindowStore: retention: need 1 ms or more, was " + retention);
        }
        this.retention = retention;
        return this;
    }

    /** Windows stay until they are deleted. The default. */
    public CachingWindowStoreBuilder noRetention() {
        this.retention = null;
        return this;
    }

    /** The store; nothing is opened yet. */
    public CachingWindowStore build() {
        if (inner.capabilities().listOrder() != ListOrder.UTF8) {
            throw new IllegalArgumentException("CachingWindowStore: " + inner + " does not list in UTF-8 order");
        }
        return new CachingWindowStore(
                writeBack.build(), retention == null ? Retention.forEver() : Retention.of(retention));
    }
}
