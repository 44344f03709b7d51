package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a segment that has no footer, record by record. */
final class SegmentScan {
    /*
     * How it works. Records follow each other without gaps, their sequences rise. Behind the last one lies what an earlier life of the
     * file, or a failed append, has left: records of another segment, or of a lower sequence, or parts of them.
     *
     * Where no sound record follows, this is the end, or the record there is damaged. It is damaged if it says that it is one of this
     * segment, or would be sound if it did; or if a sound record with a higher sequence lies anywhere behind, with which the scan goes on.
     * A process that dies while it writes a head may look like damage; one that dies while it writes a payload leaves no head, or, of what is
     * written with its head at once, a last record that is left out, since nobody was told that it was written, and is overwritten by the
     * next one. So the payloads of all others were written whole. Damage of one is found when it is read; it must not be left out, lest an
     * older record of the key count.
     */

    private static final int WINDOW_BYTES = 1 << 20;

    private final LogFiles.File file;
    private final long mark;
    private final long segment;
    private final int length;
    private final Footer footer = new Footer();
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowAt;
    private int end;
    private int lastSequence = -1;
    private boolean damaged;

    private SegmentScan(LogFiles.File file, long mark, long segment) {
        this.file = file;
        this.mark = mark;
        this.segment = segment;
        this.length = (int) Math.min(file.length(), Place.MAX_SEGMENT_BYTES);
    }

    /**
     * What a scan found.
     *
     * @param end where the next record goes
     * @param lastSequence the highest one that was seen
     * @param damaged whether there were records that cannot be read
     */
    record Found(Footer footer, int end, int lastSequence, boolean damaged) {}

    static Found scan(LogFiles.File file, long mark, long segment) throws IOException {
        SegmentScan scan = new SegmentScan(file, mark, segment);
        scan.readAll();
        return new Found(scan.footer, scan.end, scan.lastSequence, scan.damaged);
    }

    private void readAll() throws IOException {
        readRecords();
        damaged = isDamagedAtEnd();
        while (skipDamaged()) {
            damaged = true;
            readRecords();
        }
    }

    /** Reads records as long as they follow each other. */
    private void readRecords() throws IOException {
        RecordHeader last = null;
        int lastAt = end;
        RecordHeader header = soundAt(end);
        while (header != null && header.sequence() > lastSequence) {
            footer.add(header, end, window.array(), (int) (end - windowAt) + RecordHeader.BYTES);
            lastSequence = header.sequence();
            last = header;
            lastAt = end;
            end += header.recordBytes();
            header = soundAt(end);
        }
        if (last != null && !hasSoundPayload(last, lastAt)) {
            footer.removeLast(last);
            end = lastAt;
        }
    }

    /** Whether a record lies where the next one would go that is, or but for its mark and its segment would be, one of this segment. */
    private boolean isDamagedAtEnd() throws IOException {
        if (end + RecordHeader.BYTES > length) {
            return false;
        }
        ensure(end, Math.min(length - end, RecordHeader.MOST_DESCRIBED_BYTES));
        int at = (int) (end - windowAt);
        if (RecordHeader.belongs(mark, segment, window, at)) {
            RecordHeader sound = soundAt(end);
            return sound == null; // a sound one is what a failed append has left
        }
        byte[] bytes = Arrays.copyOfRange(
                window.array(), at, at + Math.min(window.limit() - at, RecordHeader.MOST_DESCRIBED_BYTES));
        ByteBuffer repaired = ByteBuffer.wrap(bytes);
        RecordHeader.own(mark, segment, repaired);
        RecordHeader header = RecordHeader.decode(mark, segment, repaired, 0, bytes.length);
        return header != null && header.sequence() > lastSequence;
    }

    /** Moves to the next record that was written after the last one that was read, if there is one. */
    private boolean skipDamaged() throws IOException {
        for (int at = nextMark(end + Place.ALIGNMENT); at >= 0; at = nextMark(at + Place.ALIGNMENT)) {
            RecordHeader header = soundAt(at);
            if (header != null && header.sequence() > lastSequence) {
                end = at;
                return true;
            }
        }
        return false;
    }

    /** Where the mark of the directory comes next, with room for a head; negative if it does not. */
    private int nextMark(int from) throws IOException {
        int at = from;
        while (at + RecordHeader.BYTES <= length) {
            ensure(at, RecordHeader.BYTES);
            ByteBuffer in = window;
            int begin = (int) (at - windowAt);
            int last = in.limit() - RecordHeader.BYTES;
            int i = begin;
            while (i <= last && in.getLong(i) != mark) {
                i += Place.ALIGNMENT;
            }
            at += i - begin;
            if (i <= last) {
                return at;
            }
        }
        return -1;
    }

    private @Nullable RecordHeader soundAt(int at) throws IOException {
        if (at + RecordHeader.BYTES > length) {
            return null;
        }
        ensure(at, RecordHeader.BYTES);
        RecordHeader lengths = RecordHeader.lengths(mark, segment, window, (int) (at - windowAt));
        if (lengths == null || at + lengths.recordBytes() > length) {
            return null;
        }
        ensure(at, lengths.describedBytes());
        return RecordHeader.decode(mark, segment, window, (int) (at - windowAt), lengths.describedBytes());
    }

    private boolean hasSoundPayload(RecordHeader header, int at) throws IOException {
        ensure(at, header.recordBytes());
        CRC32C crc = new CRC32C();
        crc.update(window.array(), (int) (at - windowAt) + header.describedBytes(), header.payloadBytes());
        return (int) crc.getValue() == header.payloadCrc();
    }

    /** Has these bytes in the window. */
    private void ensure(int at, int bytes) throws IOException {
        if (at >= windowAt && at + bytes <= windowAt + window.limit()) {
            return;
        }
        int size = Math.min(length - at, Math.max(bytes, WINDOW_BYTES));
        window = window.capacity() < size ? ByteBuffer.allocate(size) : window.clear();
        window.limit(size);
        file.read(window, at);
        window.position(0);
        windowAt = at;
    }
}
