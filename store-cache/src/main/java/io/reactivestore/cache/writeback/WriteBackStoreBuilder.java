package io.reactivestore.cache.writeback;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link WriteBackStore}. Bytes are those of keys and values. */
public final class WriteBackStoreBuilder {

    private static final long DEFAULT_MAX_DIRTY_BYTES = 64 << 20;
    private static final long DEFAULT_MAX_BYTES = 128 << 20;
    private static final long DEFAULT_MAX_ENTRY_BYTES = 16 << 20;

    /** A record of the journal is one array. */
    private static final long MAX_JOURNALED_BYTES = 1 << 30;

    private final Store inner;
    private String name = "write-back";
    private long maxDirtyBytes = DEFAULT_MAX_DIRTY_BYTES;
    private long maxBytes = DEFAULT_MAX_BYTES;
    private long maxEntries = Long.MAX_VALUE;
    private long maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES;
    private @Nullable Duration maxDirtyAge;
    private @Nullable WriteBackBudget budget;
    private int flushConcurrency = 8;
    private Duration inDoubt = Duration.ofMinutes(1);
    private Duration writeTimeout = Duration.ofMinutes(1);
    private @Nullable Path journal;
    private @Nullable JournalFiles journalFiles;
    private long segmentBytes = JournalSettings.DEFAULT_SEGMENT_BYTES;
    private boolean syncJournal;
    private StoreRuntime runtime = StoreRuntime.system();

    WriteBackStoreBuilder(Store inner) {
        this.inner = Objects.requireNonNull(inner, "WriteBackStore: inner is null");
    }

    /** What the store is called in its {@code toString()}. Default: {@code write-back}. */
    public WriteBackStoreBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /** How much may be not yet flushed; a write beyond it waits until older ones were. Default: 64 MiB. */
    public WriteBackStoreBuilder maxDirtyBytes(long maxDirtyBytes) {
        this.maxDirtyBytes = maxDirtyBytes;
        return this;
    }

    /** Any amount may be not yet flushed, within {@link #maxBytes}. */
    public WriteBackStoreBuilder unlimitedDirtyBytes() {
        return maxDirtyBytes(Long.MAX_VALUE);
    }

    /** How much is held in all; what was used least gives way, and is flushed before if it is dirty. Default: 128 MiB. */
    public WriteBackStoreBuilder maxBytes(long maxBytes) {
        this.maxBytes = maxBytes;
        return this;
    }

    /** Nothing gives way for its bytes: only for what is known to fit. */
    public WriteBackStoreBuilder unlimitedBytes() {
        return maxBytes(Long.MAX_VALUE);
    }

    /** How many entries are held, tombstones included. Default: unlimited. */
    public WriteBackStoreBuilder maxEntries(long maxEntries) {
        this.maxEntries = maxEntries;
        return this;
    }

    /** Nothing gives way for its number. */
    public WriteBackStoreBuilder unlimitedEntries() {
        return maxEntries(Long.MAX_VALUE);
    }

    /** The largest value that is taken; a larger one is refused. Default: 16 MiB. */
    public WriteBackStoreBuilder maxEntryBytes(long maxEntryBytes) {
        this.maxEntryBytes = maxEntryBytes;
        return this;
    }

    /** What was written so long ago is flushed without being asked for. Default: any age. */
    public WriteBackStoreBuilder maxDirtyAge(Duration maxDirtyAge) {
        this.maxDirtyAge = Objects.requireNonNull(maxDirtyAge, "maxDirtyAge");
        return this;
    }

    /** Bytes that are shared with other write-back stores, in addition to this store's own limits. Default: none. */
    public WriteBackStoreBuilder budget(WriteBackBudget budget) {
        this.budget = Objects.requireNonNull(budget, "budget");
        return this;
    }

    /** How many writes of one flush are under way at once; with 1 the inner store gets them one after the other. Default: 8. */
    public WriteBackStoreBuilder flushConcurrency(int flushConcurrency) {
        this.flushConcurrency = flushConcurrency;
        return this;
    }

    /** How long after the end of a request without an answer the inner store may still apply it. Default: one minute. */
    public WriteBackStoreBuilder inDoubt(Duration inDoubt) {
        this.inDoubt = Objects.requireNonNull(inDoubt, "inDoubt");
        return this;
    }

    /** How long a flushed write may take; then it counts as one without an answer. Default: one minute. */
    public WriteBackStoreBuilder writeTimeout(Duration writeTimeout) {
        this.writeTimeout = Objects.requireNonNull(writeTimeout, "writeTimeout");
        return this;
    }

    /**
     * Keeps what is not yet flushed in files too, so that it outlives the process. A put or delete is acknowledged, and seen, when it is
     * written there, and fails if that fails: nothing is left out. The next store that is built with the same directory and inner store
     * goes on with what is found there. If the former one was not closed with everything flushed, its last requests may be under way, and
     * nothing is sent to the inner store before the {@linkplain #inDoubt in-doubt time} is over.
     *
     * <p>What was acknowledged outlives a killed process, but not a crash of the operating system or a power failure: see {@link
     * #syncJournal}. The files take about twice the bytes of what is not yet flushed, and some 16 MiB.
     *
     * <p>Default: no journal.
     *
     * @param directory for this store alone; made if it is missing, then readable for its owner only
     */
    public WriteBackStoreBuilder journal(Path directory) {
        this.journal = Objects.requireNonNull(directory, "directory");
        return this;
    }

    /** What is not flushed is lost with the process. The default. */
    public WriteBackStoreBuilder noJournal() {
        this.journal = null;
        this.journalFiles = null;
        return this;
    }

    /**
     * Has each put or delete wait until the disk has the journal: once for all that came meanwhile. Then what was acknowledged outlives
     * a crash of the operating system too, as far as the disk keeps its word. Default: it waits for the operating system only.
     */
    public WriteBackStoreBuilder syncJournal() {
        this.syncJournal = true;
        return this;
    }

    /** For tests: a journal in other files. */
    WriteBackStoreBuilder journal(JournalFiles files, long segmentBytes) {
        this.journalFiles = files;
        this.segmentBytes = segmentBytes;
        return this;
    }

    /** Time, randomness and threads. Default: the machine's. */
    public WriteBackStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return this;
    }

    /** The store; nothing is opened yet. */
    public WriteBackStore build() {
        if (!inner.capabilities().writes() || !inner.capabilities().deletes()) {
            throw new IllegalArgumentException("WriteBackStore: " + inner + " cannot write and delete");
        }
        Settings settings = new Settings(
                name,
                maxDirtyBytes,
                maxBytes,
                maxEntries,
                maxEntryBytes,
                maxDirtyAge,
                budget,
                flushConcurrency,
                inDoubt,
                writeTimeout,
                journalSettings());
        return new WriteBackStore(inner, settings, runtime);
    }

    private @Nullable JournalSettings journalSettings() {
        JournalFiles files = journalFiles;
        if (files == null && journal != null) {
            files = new JournalDirectory(journal, runtime.io());
        }
        return files == null ? null : new JournalSettings(files, segmentBytes, syncJournal);
    }

    record Settings(
            String name,
            long maxDirtyBytes,
            long maxBytes,
            long maxEntries,
            long maxEntryBytes,
            @Nullable Duration maxDirtyAge,
            @Nullable WriteBackBudget budget,
            int flushConcurrency,
            Duration inDoubt,
            Duration writeTimeout,
            @Nullable JournalSettings journal) {

        Settings {
            requirePositive("maxDirtyBytes", maxDirtyBytes);
            requirePositive("maxBytes", maxBytes);
            requirePositive("maxEntries", maxEntries);
            requirePositive("maxEntryBytes", maxEntryBytes);
            requirePositive("flushConcurrency", flushConcurrency);
            requirePositive("maxDirtyAge", maxDirtyAge == null ? 1 : maxDirtyAge.toNanos());
            requirePositive("writeTimeout", writeTimeout.toNanos());
            if (inDoubt.isNegative()) {
                throw new IllegalArgumentException("WriteBackStore: inDoubt: need zero or more, was " + inDoubt);
            }
            maxEntryBytes = Math.min(maxEntryBytes, Math.min(maxDirtyBytes, maxBytes));
            maxEntryBytes = journal == null ? maxEntryBytes : Math.min(maxEntryBytes, MAX_JOURNALED_BYTES);
            maxEntryBytes = budget == null ? maxEntryBytes : Math.min(maxEntryBytes, budget.maxBytes());
        }

        private static void requirePositive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException("WriteBackStore: " + name + ": need more than 0, was " + value);
            }
        }
    }
}
