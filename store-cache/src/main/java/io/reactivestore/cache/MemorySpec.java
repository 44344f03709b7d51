package io.reactivestore.cache;

/** Settings of a cache's memory. One of {@link #maxBytes} and {@link #unlimited} is required. */
public final class MemorySpec {

    private long maxBytes = -1;

    MemorySpec() {}

    /** How much the copies may weigh: their bytes, and about 400 bytes beside for each. */
    public MemorySpec maxBytes(long maxBytes) {
        this.maxBytes = Limits.bytes("memory.maxBytes", maxBytes);
        return this;
    }

    /** Keeps everything that was ever read: only for what is known to fit. */
    public MemorySpec unlimited() {
        this.maxBytes = Long.MAX_VALUE;
        return this;
    }

    long build() {
        return Limits.given("memory", maxBytes);
    }
}
