package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One file of the log while it has records; the comment of {@link DiskLog} tells its states and who changes what. */
final class Segment {

    final long number;
    final LogFiles.File file;
    final AtomicLong recordBytes = new AtomicLong();
    final AtomicLong payloadBytes = new AtomicLong();
    final AtomicLong removalBytes = new AtomicLong();
    final AtomicLong liveBytes = new AtomicLong();
    final AtomicLong readBytes = new AtomicLong();

    volatile boolean sealed;
    volatile boolean recovered;
    volatile boolean damaged;
    volatile boolean recycled;

    /** What is in it while it is open. */
    private volatile @Nullable Footer footer;

    /** Of the writer: where the next record goes, and its sequence. */
    int end;

    int nextSequence;

    /** Of the writer: whether it has a trailer from a clean close, and whether all of it was forced to the disk. */
    boolean ended;

    boolean forced = true;

    private final boolean whole;

    private Segment(long number, LogFiles.File file, boolean whole) {
        this.number = number;
        this.file = file;
        this.whole = whole;
    }

    /**
     * One of an earlier process.
     *
     * @param bytes how long it was made
     */
    static Segment found(long number, LogFiles.File file, long bytes) {
        Segment segment = new Segment(number, file, file.length() == bytes);
        segment.sealed = true;
        return segment;
    }

    /** An empty one to append to. */
    static Segment begun(long number, LogFiles.File file) {
        Segment segment = new Segment(number, file, true);
        segment.footer = new Footer();
        segment.recovered = true;
        return segment;
    }

    /** What is known of a segment's records. */
    record Contents(Footer footer, int end, int lastSequence, boolean ended, boolean damaged) {}

    /** Reads what is in it; I/O unless it is open. */
    Contents contents(long mark) throws IOException {
        Footer known = footer;
        if (known != null) {
            return new Contents(known.copy(), 0, 0, false, false);
        }
        Footer.Sealed end = whole ? Footer.read(file, mark, number) : null;
        if (end != null) {
            return new Contents(end.footer(), end.end(), end.lastSequence(), true, false);
        }
        Contents scanned = scanned(mark);
        return new Contents(scanned.footer, scanned.end, scanned.lastSequence, false, true);
    }

    /** The same of one that may have no footer, because its process died while it was open. */
    Contents scanned(long mark) throws IOException {
        SegmentScan.Found found = SegmentScan.scan(file, mark, number);
        return new Contents(found.footer(), found.end(), found.lastSequence(), false, found.damaged() || !whole);
    }

    /** Opens it again, to go on where it ends. */
    void reopen(Contents contents) {
        footer = contents.footer;
        end = contents.end;
        nextSequence = contents.lastSequence + 1;
        ended = contents.ended;
        sealed = false;
    }

    Footer openFooter() {
        Footer open = footer;
        if (open == null) {
            throw new IllegalStateException("segment " + number + " is sealed");
        }
        return open;
    }

    /** Writes its footer. */
    void end(long mark) throws IOException {
        forced = false;
        openFooter().write(file, mark, number, end, nextSequence - 1);
        ended = true;
    }

    /** After {@link #end}: nothing is appended any more. */
    void seal() {
        sealed = true;
        footer = null;
    }

    void count(LogRecord.Kind kind, int bytes, int payload) {
        recordBytes.addAndGet(bytes);
        payloadBytes.addAndGet(payload);
        removalBytes.addAndGet(kind.isRemoval() ? bytes : 0);
    }

    SegmentFacts facts() {
        return new SegmentFacts(
                number,
                sealed,
                file.length(),
                recovered,
                recordBytes.get(),
                payloadBytes.get(),
                liveBytes.get(),
                readBytes.get(),
                removalBytes.get(),
                damaged);
    }
}
