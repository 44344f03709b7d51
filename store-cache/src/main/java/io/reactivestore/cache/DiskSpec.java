package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Settings of a cache's local disk. The directory, and one of {@link #maxBytes} and {@link #unlimited}, are required. */
public final class DiskSpec {

    private static final long MIN_BYTES = 16 << 10;

    private @Nullable Place place;
    private long maxBytes = -1;

    DiskSpec() {}

    private record Place(String name, Function<StoreRuntime, DiskDirectory> directory) {}

    /**
     * Where the copies lie; made if it is not there, for its owner only. Its contents outlive the process, also one that is killed. One
     * process at a time uses it: a second one is refused, and runs without this tier.
     */
    public DiskSpec directory(Path directory) {
        Objects.requireNonNull(directory, "disk.directory");
        this.place = new Place(directory.toString(), runtime -> new LockedDirectory(directory, runtime.io()));
        return this;
    }

    /** The same, on a disk of the test's own. */
    DiskSpec directory(DiskDirectory directory) {
        this.place = new Place(directory.toString(), runtime -> directory);
        return this;
    }

    /**
     * How many bytes it may take on the disk, at least 16 KiB. It is divided into segments, 32 or more of at most 64 MiB; objects larger
     * than a quarter of a segment are not kept on the disk.
     */
    public DiskSpec maxBytes(long maxBytes) {
        if (maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException("disk.maxBytes: need " + MIN_BYTES + " or more, was " + maxBytes);
        }
        this.maxBytes = maxBytes;
        return this;
    }

    /** Keeps everything that was ever read: only for what is known to fit. */
    public DiskSpec unlimited() {
        this.maxBytes = Long.MAX_VALUE;
        return this;
    }

    Settings build() {
        Place given = place;
        if (given == null) {
            throw new IllegalArgumentException("disk: needs a directory");
        }
        return new Settings(given.name, given.directory, DiskLogSettings.of(Limits.given("disk", maxBytes)));
    }

    record Settings(String name, Function<StoreRuntime, DiskDirectory> directory, DiskLogSettings log) {}
}
