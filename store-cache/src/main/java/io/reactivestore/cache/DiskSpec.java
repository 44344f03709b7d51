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

    /** Of heap 512 MiB. */
    private static final int MOST_KEYS = 64 << 20;

    private static final int USUAL_KEYS = 2 << 20;
    private static final int FEWEST_KEYS = 1024;
    private static final int SMALL_OBJECT_BYTES = 4 << 10;

    private @Nullable Place place;
    private long maxBytes = -1;
    private boolean onSecondUse;
    private int secondUseKeys;
    private long minEntryBytes;
    private long maxEntryBytes = Long.MAX_VALUE;
    private long bytesPerDay = Long.MAX_VALUE;

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
     * How many bytes it may take on the disk, at least 16 KiB. It is divided into segments, 32 or more of at most 64 MiB; objects and
     * {@linkplain BlocksSpec blocks} larger than a quarter of a segment are not kept on the disk.
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

    /**
     * Writes a copy only when its object is used for the second time: what is read once and never again costs no write, and drives nothing
     * out. As long as there is room that was never used, everything is written. Without memory before it the second use asks the source
     * once more. Default: off, everything is written, which is right where most of what is read is read again.
     *
     * <p>As many keys are remembered as there are objects of 4 KiB in {@code maxBytes}, two million at most. See {@link
     * #onSecondUse(int)}.
     */
    public DiskSpec onSecondUse() {
        onSecondUse = true;
        secondUseKeys = 0;
        return this;
    }

    /**
     * The same.
     *
     * @param keys how many are remembered: a use counts as the second one if at most so many others were read from the source, or
     *     written, since the first. Eight bytes of heap for each
     */
    public DiskSpec onSecondUse(int keys) {
        if (keys < 1 || keys > MOST_KEYS) {
            throw new IllegalArgumentException("disk.onSecondUse: need 1.." + MOST_KEYS + " keys, was " + keys);
        }
        onSecondUse = true;
        secondUseKeys = keys;
        return this;
    }

    /** Writes no smaller objects: where the source is as fast for them as the disk. Default: 0. */
    public DiskSpec minEntryBytes(long minEntryBytes) {
        if (minEntryBytes < 0) {
            throw new IllegalArgumentException("disk.minEntryBytes: need 0 or more, was " + minEntryBytes);
        }
        this.minEntryBytes = minEntryBytes;
        return this;
    }

    /** Writes no larger objects, which would drive out many small ones. Default: all, as far as they, or their blocks, fit into a quarter of a segment. */
    public DiskSpec maxEntryBytes(long maxEntryBytes) {
        this.maxEntryBytes = Limits.bytes("disk.maxEntryBytes", maxEntryBytes);
        return this;
    }

    /**
     * Takes no new copies while more than so many bytes were written in a day, to spare the disk; an hour's share of them may be written
     * at once. What is removed, and what is written again because it was used, counts too, but is written in any case. Default: unlimited.
     */
    public DiskSpec maxBytesPerDay(long bytes) {
        this.bytesPerDay = Limits.bytes("disk.maxBytesPerDay", bytes);
        return this;
    }

    Settings build() {
        Place given = place;
        if (given == null) {
            throw new IllegalArgumentException("disk: needs a directory");
        }
        DiskLogSettings log = DiskLogSettings.of(Limits.given("disk", maxBytes));
        return new Settings(
                given.name,
                given.directory,
                log,
                new Admission.Settings(keys(log.maxBytes()), minEntryBytes, maxEntryBytes, bytesPerDay));
    }

    private int keys(long maxBytes) {
        if (!onSecondUse || secondUseKeys > 0) {
            return secondUseKeys;
        }
        return (int) Math.max(FEWEST_KEYS, Math.min(USUAL_KEYS, maxBytes / SMALL_OBJECT_BYTES));
    }

    record Settings(
            String name,
            Function<StoreRuntime, DiskDirectory> directory,
            DiskLogSettings log,
            Admission.Settings admission) {}
}
