package io.reactivestore.payload;

import io.reactivestore.Keys;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;

/** Settings of a {@link PayloadStore}. */
public final class PayloadStoreBuilder {

    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private final Store store;
    private long maxPayloadBytes = 64 << 20;
    private boolean dropCorrupt;
    private StoreRuntime runtime = StoreRuntime.system();

    PayloadStoreBuilder(Store store) {
        this.store = Keys.requireNonNull("PayloadStore", "store", store);
    }

    /** The longest payload, which is in memory while it is written and read. Default: 64 MiB. */
    public PayloadStoreBuilder maxPayloadBytes(long maxPayloadBytes) {
        if (maxPayloadBytes < 1 || maxPayloadBytes > MAX_ARRAY_BYTES) {
            throw new IllegalArgumentException(
                    "maxPayloadBytes: need 1.." + MAX_ARRAY_BYTES + " bytes, was " + maxPayloadBytes);
        }
        this.maxPayloadBytes = maxPayloadBytes;
        return this;
    }

    /** Removes a corrupt entry when a lookup finds it, and tells of a miss. Default: it stays, and each lookup tells of it. */
    public PayloadStoreBuilder dropCorrupt() {
        this.dropCorrupt = true;
        return this;
    }

    /** Where time and threads come from. Default: the machine's. */
    public PayloadStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = Keys.requireNonNull("PayloadStore", "runtime", runtime);
        return this;
    }

    /**
     * The payload store; nothing is opened yet.
     *
     * @throws IllegalArgumentException if the store cannot write and delete
     */
    public PayloadStore build() {
        if (!store.capabilities().writes() || !store.capabilities().deletes()) {
            throw new IllegalArgumentException("PayloadStore: " + store + " cannot write and delete");
        }
        return new PayloadStore(store, maxPayloadBytes, dropCorrupt, runtime);
    }
}
