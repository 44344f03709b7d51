package io.reactivestore.cache;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of a cache's local disk. The directory, and one of {@link #maxBytes} and {@link #unlimited}, are required. */
public final class DiskSpec {

    private @Nullable Path directory;
    private long maxBytes = -1;

    DiskSpec() {}

    /**
     * Where the copies lie; made if it is not there. Its contents outlive the process. One process at a time uses it: a second one is
     * refused, and runs without this tier.
     */
    public DiskSpec directory(Path directory) {
        this.directory = Objects.requireNonNull(directory, "disk.directory");
        return this;
    }

    /** How many bytes of objects it may hold. */
    public DiskSpec maxBytes(long maxBytes) {
        this.maxBytes = Limits.bytes("disk.maxBytes", maxBytes);
        return this;
    }

    /** Keeps everything that was ever read: only for what is known to fit. */
    public DiskSpec unlimited() {
        this.maxBytes = Long.MAX_VALUE;
        return this;
    }

    Settings build() {
        if (directory == null) {
            throw new IllegalArgumentException("disk: needs a directory");
        }
        return new Settings(directory, Limits.given("disk", maxBytes));
    }

    record Settings(Path directory, long maxBytes) {}
}
