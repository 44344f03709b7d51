package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Appends records to the last segment, and begins a new one when that is full. For one thread at a time. */
final class LogWriter {
    /*
     * How it works. Records are laid one behind the other into a buffer, which is written at the end of the segment when the next one does
     * not fit, and after the last one. Only then the end moves behind them. What a failed write has left there is overwritten by the next
     * one, as far as that goes; the rest does not count, since sequences are never used twice.
     *
     * The head has the checksum of the payload, which is made as the payload is copied, piece by piece, while the processor still has it. So
     * the head comes last: there are zeros in its place until then, also on disk if the record is larger than the buffer.
     *
     * Each write goes on with zeros to the end of a page. Else the system would read that page from the device first, which it has to where a
     * part is kept; of a page that the next write goes on in, it has all.
     */

    /** What is written at once: the processor still has all of it. */
    private static final int BUFFER_BYTES = 256 << 10;

    private static final int PIECE_BYTES = 32 << 10;
    private static final int PAGE_BYTES = 4 << 10;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private final SegmentFiles files;
    private final long mark;
    private final int maxRecordBytes;
    private final KeyHash hash;
    private final Written written;
    private final int bufferBytes;
    private final int pageBytes;
    private final ByteBuffer buffer;
    private final List<Laid> laid = new ArrayList<>();
    private @Nullable Segment open;
    private int laidEnd;
    private int laidFooterBytes;
    private int writtenEnd;
    private long writtenBytes;

    /** Hears of each record that is in the log now. */
    interface Written {
        void record(LogRecord record, long hash);
    }

    private record Laid(LogRecord record, RecordHeader header, int offset) {}

    LogWriter(SegmentFiles files, long mark, int maxRecordBytes, KeyHash hash, Written written) {
        this.files = files;
        this.mark = mark;
        this.maxRecordBytes = maxRecordBytes;
        // In a small log too some records are larger than the buffer, some are not, and a segment has many pages.
        this.bufferBytes = Math.min(BUFFER_BYTES, maxRecordBytes / 4);
        this.pageBytes = Math.min(PAGE_BYTES, maxRecordBytes / 4);
        this.buffer = ByteBuffer.allocateDirect(bufferBytes + pageBytes);
        this.hash = hash;
        this.written = written;
    }

    /** Goes on with this segment, or begins one: there is always one, so that no number is used twice. */
    void open(@Nullable Segment last, int segmentBytes) throws IOException {
        open = last;
        if (last != null && last.file.length() != segmentBytes) {
            end();
            last.seal();
            open = null;
        }
        open = open == null ? files.beginAboveLimit() : open;
    }

    /** Appends records; {@code heard} is told of them in the place of the one that usually is. */
    List<Place> append(Collection<LogRecord> records, Written heard) throws IOException {
        List<Place> places = new ArrayList<>(records.size());
        Segment segment = restart();
        for (LogRecord record : records) {
            byte[] key = record.key().getBytes(StandardCharsets.UTF_8);
            byte[] info = record.info() == null ? new byte[0] : InfoCodec.encode(record.info());
            int bytes = RecordHeader.recordBytes(
                    key.length, info.length, record.payload().remaining());
            requireFits(key.length, bytes);
            if (!fits(segment, bytes, Footer.entryBytes(key.length))) {
                flush(segment, places, heard);
                roll(segment);
                segment = restart();
            }
            lay(segment, record, key, info);
        }
        flush(segment, places, heard);
        return places;
    }

    List<Place> append(Collection<LogRecord> records) throws IOException {
        return append(records, written);
    }

    /** How much was written, but for footers. */
    long writtenBytes() {
        return writtenBytes;
    }

    /** Writes the footer of the last segment, so that the next process need not scan it. */
    void end() throws IOException {
        Segment segment = restart();
        if (!segment.ended) {
            segment.end(mark);
        }
    }

    private Segment restart() throws IOException {
        laid.clear();
        buffer.clear().limit(bufferBytes);
        Segment segment = open;
        if (segment == null) {
            segment = files.begin();
            open = segment;
        }
        laidEnd = segment.end;
        writtenEnd = segment.end;
        laidFooterBytes = segment.openFooter().length();
        return segment;
    }

    private void requireFits(int keyBytes, int bytes) {
        if (keyBytes > RecordHeader.MAX_KEY_BYTES || bytes > maxRecordBytes) {
            throw new IllegalArgumentException(
                    "a record of " + bytes + " bytes with a key of " + keyBytes + " is too long");
        }
    }

    private boolean fits(Segment segment, int bytes, int footerBytes) {
        return (long) laidEnd + bytes + laidFooterBytes + footerBytes + Footer.TRAILER_BYTES <= segment.file.length();
    }

    private void roll(Segment full) throws IOException {
        if (!files.prepareFree()) {
            throw new NoFreeSegmentException();
        }
        full.end(mark);
        full.seal();
        open = null;
    }

    private void lay(Segment segment, LogRecord record, byte[] key, byte[] info) throws IOException {
        int described = RecordHeader.BYTES + key.length + info.length;
        int payload = record.payload().remaining();
        int bytes = RecordHeader.recordBytes(key.length, info.length, payload);
        if (bytes > buffer.remaining() && buffer.position() > 0) {
            writeBuffer(segment);
        }
        int at = buffer.position();
        put(segment, ByteBuffer.allocate(described), null);
        CRC32C crc = new CRC32C();
        put(segment, record.payload().duplicate(), crc);
        put(segment, ByteBuffer.wrap(ZEROS, 0, bytes - described - payload), null);
        RecordHeader header =
                RecordHeader.of(record, key.length, info.length, segment.nextSequence++, (int) crc.getValue());
        byte[] head = header.encode(mark, segment.number, key, info);
        boolean isAllHere = writtenEnd + at == laidEnd;
        if (isAllHere) {
            buffer.put(at, head);
        } else {
            writeBuffer(segment);
            segment.file.write(ByteBuffer.wrap(head), laidEnd);
        }
        laid.add(new Laid(record, header, laidEnd));
        laidEnd += bytes;
        laidFooterBytes += Footer.entryBytes(key.length);
    }

    private void put(Segment segment, ByteBuffer bytes, @Nullable CRC32C crc) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            if (!buffer.hasRemaining()) {
                writeBuffer(segment);
            }
            int count = Math.min(PIECE_BYTES, Math.min(buffer.remaining(), end - bytes.position()));
            int at = buffer.position();
            buffer.put(bytes.limit(bytes.position() + count));
            if (crc != null) {
                crc.update(buffer.slice(at, count));
            }
        }
    }

    private void writeBuffer(Segment segment) throws IOException {
        if (segment.ended) {
            Footer.erase(segment.file);
            segment.ended = false;
        }
        segment.forced = false;
        int bytes = buffer.position();
        int end = writtenEnd + bytes;
        int restOfPage = (int) Math.min(Math.floorMod(-end, pageBytes), segment.file.length() - end);
        buffer.limit(bytes + restOfPage).put(ZEROS, 0, restOfPage).flip();
        segment.file.write(buffer, writtenEnd);
        writtenEnd = end;
        writtenBytes += bytes;
        buffer.clear().limit(bufferBytes);
    }

    /** Writes what is laid, and lets it count. */
    private void flush(Segment segment, List<Place> places, Written heard) throws IOException {
        if (laid.isEmpty()) {
            return;
        }
        if (buffer.position() > 0) {
            writeBuffer(segment);
        }
        for (Laid each : laid) {
            byte[] key = each.record.key().getBytes(StandardCharsets.UTF_8);
            long keyHash = hashOf(each, key);
            segment.openFooter().add(each.header, each.offset, key, 0);
            segment.count(each.header.kind(), each.header.recordBytes(), each.header.payloadBytes());
            segment.end = each.offset + each.header.recordBytes();
            heard.record(each.record, keyHash);
            places.add(place(segment, each, keyHash));
        }
    }

    private long hashOf(Laid each, byte[] key) {
        long ofKey = hash.of(key, 0, key.length);
        RecordHeader header = each.header;
        return header.kind() == LogRecord.Kind.BLOCK ? hash.ofBlock(ofKey, header.etagHash(), header.detail()) : ofKey;
    }

    private static Place place(Segment segment, Laid each, long hash) {
        Place renewed = each.record.renewed();
        long filledAt = Integer.toUnsignedLong(Footer.seconds(each.record.filledAtMillis()));
        RecordHeader header = each.header;
        return renewed == null
                ? new Place(
                        hash,
                        segment.number,
                        each.offset,
                        header.recordBytes(),
                        header.etagHash(),
                        filledAt,
                        false,
                        header.kind() == LogRecord.Kind.BLOCK)
                : new Place(
                        hash,
                        renewed.segment(),
                        renewed.offset(),
                        renewed.recordBytes(),
                        header.etagHash(),
                        filledAt,
                        false,
                        false);
    }
}
