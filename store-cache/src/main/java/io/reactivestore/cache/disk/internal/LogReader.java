package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads records where the index says that they are. For any number of threads; those of up to 1 MiB that lie in memory also for threads that
 * must not wait.
 */
final class LogReader {

    /**
     * Records up to this are given to whoever must not wait: a MiB of an object, and what is said of it. To copy and check that holds an event
     * loop for some 170 microseconds; three changes of threads would take as long once more.
     */
    static final int MAX_RESIDENT_BYTES = (1 << 20) + (4 << 10);

    /** Of blocks many are asked for at once, which would hold an event loop for long. */
    static final int MAX_RESIDENT_BLOCK_BYTES = (64 << 10) + (4 << 10);

    private static final long MILLIS = 1000;

    private final SegmentFiles segments;
    private final Index index;
    private final KeyHash hash;
    private final PrefixFences fences;
    private final long mark;

    LogReader(SegmentFiles segments, Index index, KeyHash hash, PrefixFences fences, long mark) {
        this.segments = segments;
        this.index = index;
        this.hash = hash;
        this.fences = fences;
        this.mark = mark;
    }

    /** As {@link DiskLog#resident}. */
    byte @Nullable [] resident(Place place) {
        int most = place.isBlock() ? MAX_RESIDENT_BLOCK_BYTES : MAX_RESIDENT_BYTES;
        Segment segment = place.recordBytes() > most ? null : segments.get(place.segment());
        return segment == null ? null : segment.file.readResident(place.offset(), place.recordBytes());
    }

    /**
     * As {@link DiskLog#read(Place)}.
     *
     * @param resident its bytes as {@link #resident} gave them, or null to read them now
     */
    @Nullable LogRecord read(Place place, byte @Nullable [] resident) throws IOException {
        Segment segment = segments.get(place.segment());
        if (segment == null) {
            index.remove(place);
            return null;
        }
        byte[] bytes = resident;
        try {
            if (bytes == null) {
                bytes = new byte[place.recordBytes()];
                segment.file.read(ByteBuffer.wrap(bytes), place.offset());
            }
        } catch (IOException e) {
            if (segment.recycled) {
                return null;
            }
            throw e;
        }
        ByteBuffer read = ByteBuffer.wrap(bytes);
        RecordHeader header = RecordHeader.decode(mark, segment.number, read, 0, bytes.length);
        LogRecord record = header == null || header.recordBytes() > bytes.length ? null : header.record(read, 0);
        if (header == null || record == null || !record.kind().isCopy()) {
            if (segment.recycled) {
                return null; // and the file is written anew
            }
            throw new DamagedRecordException("damaged record of " + bytes.length + " bytes at " + place.offset()
                    + " of segment " + segment.number);
        }
        if (fences.hide(bytes, RecordHeader.BYTES, header.keyBytes(), header.version(), header.prefixSequence())) {
            return null;
        }
        return record.filledAtLeast(place.filledAtSeconds() * MILLIS);
    }

    /** As {@link DiskLog#forEachCopy}. */
    void forEachCopy(long number, CopyVisitor visitor) throws IOException {
        Segment segment = segments.get(number);
        if (segment == null) {
            return;
        }
        for (Footer.Entry entry : segment.contents(mark).footer().entries()) {
            long hashed = entry.hash(hash);
            Place found = entry.kind.isCopy() ? index.find(hashed) : null;
            if (found != null && found.isAt(entry.place(hashed, number, false))) {
                visitor.copy(entry.key(), found, entry.payloadBytes());
            }
        }
    }
}
