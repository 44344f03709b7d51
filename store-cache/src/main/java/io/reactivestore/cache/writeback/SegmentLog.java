package io.reactivestore.cache.writeback;

import io.reactivestore.cache.writeback.JournalFiles.Appender;
import io.reactivestore.cache.writeback.Segment.Wanted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The journal on disk: files to whose last one is appended, and the knowledge which of their records are still wanted. */
final class SegmentLog {
    /*
     * How it works. For one thread at a time; it blocks.
     *
     *   no file --append--> last file --append--> last file
     *                       last file --longer than segmentBytes, append--> full, and a new last file
     *                       last file --append fails--> cut back and closed; the next append begins a new one
     *
     * The first record of a file tells how many bytes of the one before it count, so that what a failed append left there does not, even
     * if it could not be cut back. A new file whose first append fails is deleted again.
     *
     * A record is wanted from when it was appended until its key was written again, acknowledged or cleared. Files are deleted from the
     * first one on only. A record that says that an older one is not wanted any more lies behind it, and so is never deleted before it:
     * otherwise the older write would come back. If too much of the files is not wanted, what is wanted of the first one is appended
     * once more, and it is deleted.
     *
     * One file is always there: its being there says that a process had the journal open, whose requests may still be under way.
     */

    private static final int REWRITE_BYTES = 1 << 20;

    private final JournalFiles files;
    private final long segmentBytes;
    private final boolean forced;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Map<String, Segment> wantedIn = new HashMap<>();
    private long bytes;
    private long wantedBytes;
    private @Nullable Appender appender;

    /** @param forced whether each append waits for the disk */
    SegmentLog(JournalFiles files, long segmentBytes, boolean forced) {
        this.files = files;
        this.segmentBytes = segmentBytes;
        this.forced = forced;
    }

    /** Reads what there is. */
    Recovered open() throws IOException {
        JournalRecovery recovery = new JournalRecovery(files);
        Recovered recovered = recovery.read();
        for (Segment segment : recovery.segments()) {
            segments.add(segment);
            bytes += segment.length;
            segment.wanted.forEach((key, wanted) -> {
                wantedIn.put(key, segment);
                wantedBytes += wanted.bytes();
            });
        }
        if (segments.isEmpty()) {
            append(List.of());
        }
        return recovered;
    }

    /** Appends records: all, or none if it fails. */
    void append(Collection<JournalRecord> records) throws IOException {
        Segment last = segments.peekLast();
        boolean begins = appender == null || last == null || last.length >= segmentBytes;
        Segment target = begins ? new Segment(last == null ? 1 : last.number + 1) : last;
        List<JournalRecord> all = new ArrayList<>(records.size() + 1);
        if (begins) {
            all.add(JournalRecord.segment(target.number, last == null ? 0 : last.length));
            closeAppender();
        }
        records.forEach(record -> all.add(withSince(record)));
        List<ByteBuffer> encoded = new ArrayList<>(all.size());
        all.forEach(record -> encoded.add(JournalCodec.encode(record, target.length)));
        write(target, begins, joined(encoded));
        if (begins) {
            segments.add(target);
        }
        for (int i = 0; i < all.size(); i++) {
            placed(target, all.get(i), encoded.get(i).limit());
        }
    }

    /** A write of the key is not wanted any more, if it is this one or one before. */
    void release(String key, long sequence) {
        Segment segment = wantedIn.get(key);
        Wanted wanted = segment == null ? null : segment.wanted.get(key);
        if (segment != null && wanted != null && wanted.record().sequence() <= sequence) {
            forget(key);
        }
    }

    /** Deletes the first files as long as nothing of them is wanted. */
    void deleteUnwanted() {
        try {
            while (segments.size() > 1 && segments.element().wanted.isEmpty()) {
                deleteFirst();
            }
        } catch (IOException later) {
            // Tried again with the next batch, as below.
        }
    }

    /** Sees to it that the files are not much longer than what is wanted of them. */
    void compact() {
        deleteUnwanted();
        try {
            while (segments.size() > 1 && bytes > 2 * (wantedBytes + segmentBytes)) {
                rewrite(List.copyOf(segments.element().wanted.values()));
                deleteFirst();
            }
        } catch (IOException later) {
            // The files stay longer than they should be, and are whole.
        }
    }

    boolean isWanted() {
        return !wantedIn.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /**
     * Ends it.
     *
     * @param spent whether the files are to be deleted
     */
    void close(boolean spent) throws IOException {
        closeAppender();
        while (spent && !segments.isEmpty()) {
            deleteFirst();
        }
    }

    /** Of the writes of a key that is dirty all the time, each is dirty since the first. */
    private JournalRecord withSince(JournalRecord record) {
        Segment segment = record.entry() == null ? null : wantedIn.get(record.key());
        Wanted before = segment == null ? null : segment.wanted.get(record.key());
        return before == null ? record : record.since(before.record().number());
    }

    private void write(Segment target, boolean begins, ByteBuffer batch) throws IOException {
        Appender used = begins ? files.create(target.number) : appender;
        if (used == null) {
            throw new IllegalStateException("no file to append to");
        }
        appender = null;
        try {
            used.write(batch);
            if (forced) {
                used.force();
            }
            appender = used;
        } finally {
            if (appender == null) {
                undo(target, begins, used);
            }
        }
    }

    /** Frees what a failed append has taken of the disk, which may be full. */
    private void undo(Segment target, boolean begins, Appender used) {
        try (used) {
            used.truncate(target.length);
            if (begins) {
                files.delete(target.number);
            }
        } catch (IOException stays) {
            // It does not count: the next file tells how long this one is, or takes its place.
        }
    }

    private void placed(Segment target, JournalRecord record, int length) {
        target.length += length;
        bytes += length;
        if (record.kind() == JournalRecord.Kind.CLEAR) {
            // It may be appended once more, behind writes that came after it.
            List.copyOf(wantedIn.keySet()).forEach(key -> release(key, record.sequence()));
        }
        if (record.isWanted()) {
            forget(record.key());
            target.wanted.put(record.key(), new Wanted(record, length));
            wantedIn.put(record.key(), target);
            wantedBytes += length;
        }
    }

    private void forget(String key) {
        Segment segment = wantedIn.remove(key);
        Wanted wanted = segment == null ? null : segment.wanted.remove(key);
        wantedBytes -= wanted == null ? 0 : wanted.bytes();
    }

    private void rewrite(List<Wanted> wanted) throws IOException {
        List<JournalRecord> batch = new ArrayList<>();
        int batchBytes = 0;
        for (Wanted each : wanted) {
            batch.add(each.record());
            batchBytes += each.bytes();
            if (batchBytes >= REWRITE_BYTES) {
                append(batch);
                batch.clear();
                batchBytes = 0;
            }
        }
        if (!batch.isEmpty()) {
            append(batch);
        }
    }

    private void deleteFirst() throws IOException {
        Segment first = segments.element();
        files.delete(first.number);
        segments.remove();
        bytes -= first.length;
    }

    private void closeAppender() throws IOException {
        Appender closed = appender;
        appender = null;
        if (closed != null) {
            closed.close();
        }
    }

    private static ByteBuffer joined(List<ByteBuffer> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int length = 0;
        for (ByteBuffer part : parts) {
            length = Math.addExact(length, part.limit());
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        parts.forEach(part -> all.put(part.duplicate()));
        return all.flip();
    }
}
