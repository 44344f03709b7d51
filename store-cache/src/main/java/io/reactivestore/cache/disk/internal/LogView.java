package io.reactivestore.cache.disk.internal;

import io.reactivestore.ObjectInfo;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a log has at a moment, read only: nothing in its directory changes. Its process may be running; what that recycles meanwhile is
 * not found or not read.
 */
public final class LogView implements Closeable {

    /** No limit: nothing is written. */
    private static final DiskLogSettings ANY = DiskLogSettings.of(Long.MAX_VALUE);

    private final StatePage state;
    private final SegmentFiles segments;
    private final Index index;
    private final KeyHash hash;
    private final LogReader reader;
    private final LogRecovery recovery;

    private LogView(LogFiles files, StatePage state, SegmentFiles segments, Recovery listener) {
        this.state = state;
        this.segments = segments;
        this.index = new Index(segments.accounts());
        this.hash = new KeyHash(files.random(), files.random());
        PrefixFences fences = new PrefixFences();
        this.reader = new LogReader(segments, index, hash, fences, state.mark());
        long trustedEpoch = state.opened(files.bootId()).trustedEpoch();
        this.recovery = new LogRecovery(segments, index, hash, fences, listener, state.mark(), trustedEpoch);
    }

    /**
     * Reads what there is.
     *
     * @throws IOException if it cannot be read, or there is no log
     */
    public static LogView open(LogFiles files, Recovery listener) throws IOException {
        StatePage state;
        if (!files.names().contains(StatePage.NAME)) {
            throw new IOException("there is no disk tier in " + files);
        }
        try (LogFiles.File file = files.open(StatePage.NAME, false)) {
            state = StatePage.read(file);
        }
        if (state == null) {
            throw new IOException("the state page of " + files + " is damaged, or of another version");
        }
        SegmentFiles segments = SegmentFiles.open(files, ANY, false);
        LogView view = new LogView(files, state, segments, listener);
        boolean done = false;
        try {
            view.recovery.recoverLast(!state.open());
            view.recovery.recover();
            done = true;
            return view;
        } finally {
            if (!done) {
                view.close();
            }
        }
    }

    /** Whether its process runs, or was killed. */
    public boolean isOpen() {
        return state.open();
    }

    /** Whether a mutation went past the tier while it was off. */
    public boolean offMark() {
        return state.off();
    }

    /** The last epoch. */
    public long epoch() {
        return state.epoch();
    }

    /** The segments, the oldest first. */
    public List<SegmentFacts> segments() {
        return segments.all().stream().map(Segment::facts).toList();
    }

    /** As {@link DiskLog#entries}. */
    public long entries() {
        return index.entries();
    }

    /** As {@link DiskLog#blocks}. */
    public long blocks() {
        return index.blocks();
    }

    /** Where the newest entry of a key lies, or null. */
    public @Nullable Place find(String key) {
        return index.find(hash.of(key));
    }

    /** As {@link DiskLog#findBlock}. */
    public @Nullable Place findBlock(ObjectInfo info, long start) {
        return index.find(hash.ofBlock(hash.of(info.key()), DiskLog.etagHash(info.etag()), start));
    }

    /** As {@link DiskLog#read(Place)}. */
    public @Nullable LogRecord read(Place place) throws IOException {
        return reader.read(place, null);
    }

    /** As {@link DiskLog#forEachCopy}. */
    public void forEachCopy(long segment, CopyVisitor visitor) throws IOException {
        reader.forEachCopy(segment, visitor);
    }

    @Override
    public void close() {
        segments.close();
    }
}
