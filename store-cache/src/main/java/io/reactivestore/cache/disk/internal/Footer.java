package io.reactivestore.cache.disk.internal;

import io.reactivestore.cache.disk.internal.LogRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a segment has, without its payloads. On disk it ends the segment, behind it a trailer; big-endian, for each record in their order:
 *
 * <pre>
 *    0 int offset / 8    4 int recordBytes    8 byte kind    9 short keyBytes   11 int hash of the etag   15 int filled at, s
 *   19 long version     27 long prefix sequence   35 long place of what is renewed, or the first byte of a block
 *   43 int bytes of what is renewed, or of the payload of an entry or a block
 *   47 key, UTF-8
 *
 *   trailer: long mark | int format | int count | long segment | int end of the records | int last sequence | int footerBytes
 *            | int CRC-32C of the footer | int CRC-32C of the trailer before it
 * </pre>
 */
final class Footer {

    static final int TRAILER_BYTES = 48;

    private static final int ENTRY_BYTES = 47;
    private static final int KEY_BYTES_AT = 9;
    private static final int TRAILER_CRC_AT = 40;
    private static final int FIRST_CAPACITY = 4096;

    private byte[] bytes;
    private int length;
    private int count;

    Footer() {
        bytes = new byte[FIRST_CAPACITY];
    }

    private Footer(byte[] bytes, int length, int count) {
        this.bytes = bytes;
        this.length = length;
        this.count = count;
    }

    /** One record. */
    static final class Entry {
        final Kind kind;
        final int recordBytes;
        final long version;
        final long prefixSequence;

        /** The key's bytes are among these. */
        final byte[] bytes;

        final int keyAt;
        final int keyBytes;
        private final int offset;
        private final int etagHash;
        private final int filledAtSeconds;
        private final long detail;
        private final int detailBytes;

        private Entry(byte[] bytes, int length, int at) {
            ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
            Kind known = Kind.of(in.get(at + 8));
            if (known == null) {
                throw new IllegalStateException("a footer that was checked has a kind " + in.get(at + 8));
            }
            this.kind = known;
            this.recordBytes = in.getInt(at + 4);
            this.version = in.getLong(at + 19);
            this.prefixSequence = in.getLong(at + 27);
            this.bytes = bytes;
            this.keyAt = at + ENTRY_BYTES;
            this.keyBytes = in.getShort(at + KEY_BYTES_AT);
            this.offset = in.getInt(at) * Place.ALIGNMENT;
            this.etagHash = in.getInt(at + 11);
            this.filledAtSeconds = in.getInt(at + 15);
            this.detail = in.getLong(at + 35);
            this.detailBytes = in.getInt(at + 43);
        }

        String key() {
            return new String(bytes, keyAt, keyBytes, StandardCharsets.UTF_8);
        }

        /** What the index finds it by. */
        long hash(KeyHash by) {
            long ofKey = by.of(bytes, keyAt, keyBytes);
            return kind == Kind.BLOCK ? by.ofBlock(ofKey, etagHash, detail) : ofKey;
        }

        /** Where the copy lies that this record tells of: itself, or what it renews. */
        Place place(long hash, long segment, boolean suspect) {
            boolean renewal = kind == Kind.RENEWAL;
            return new Place(
                    hash,
                    renewal ? Place.segmentOf(detail) : segment,
                    renewal ? Place.offsetOf(detail) : offset,
                    renewal ? detailBytes : recordBytes,
                    etagHash,
                    Integer.toUnsignedLong(filledAtSeconds),
                    suspect,
                    kind == Kind.BLOCK);
        }

        /** Of the object, if it is an entry or a block. */
        int payloadBytes() {
            return kind.isCopy() ? detailBytes : 0;
        }

        /** Whether it tells where a copy lies. */
        boolean tellsOfCopy() {
            return kind.isCopy() || kind == Kind.RENEWAL;
        }
    }

    /** A footer and what the trailer says beside it. */
    record Sealed(Footer footer, int end, int lastSequence) {}

    /** How much longer a record makes it. */
    static int entryBytes(int keyBytes) {
        return ENTRY_BYTES + keyBytes;
    }

    synchronized void add(RecordHeader header, int offset, byte[] keys, int keyAt) {
        int needed = length + entryBytes(header.keyBytes());
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + bytes.length / 2));
        }
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.position(length);
        out.putInt(offset / Place.ALIGNMENT).putInt(header.recordBytes()).put(header.kind().code);
        out.putShort((short) header.keyBytes()).putInt(header.etagHash());
        out.putInt(seconds(header.filledAtMillis())).putLong(header.version()).putLong(header.prefixSequence());
        out.putLong(header.detail());
        out.putInt(header.kind().isCopy() ? header.payloadBytes() : header.detailBytes());
        out.put(keys, keyAt, header.keyBytes());
        length = needed;
        count++;
    }

    static int seconds(long millis) {
        return (int) Math.max(0, Math.min(0xffff_ffffL, Math.floorDiv(millis, 1000L)));
    }

    synchronized int length() {
        return length;
    }

    /** As it is now. */
    synchronized Footer copy() {
        return new Footer(Arrays.copyOf(bytes, length), length, count);
    }

    /** Takes the last record back, which is this one. */
    synchronized void removeLast(RecordHeader header) {
        length -= entryBytes(header.keyBytes());
        count--;
    }

    /** The records as they are now, the first one first; each is made when it is asked for. */
    synchronized List<Entry> entries() {
        return new Entries(bytes, length, count);
    }

    private static final class Entries extends AbstractList<Entry> implements RandomAccess {

        private final byte[] bytes;
        private final int length;
        private final int[] starts;

        Entries(byte[] bytes, int length, int count) {
            this.bytes = bytes;
            this.length = length;
            this.starts = new int[count];
            ByteBuffer in = ByteBuffer.wrap(bytes);
            for (int i = 0, at = 0; i < count; i++) {
                starts[i] = at;
                at += entryBytes(in.getShort(at + KEY_BYTES_AT));
            }
        }

        @Override
        public Entry get(int index) {
            return new Entry(bytes, length, starts[index]);
        }

        @Override
        public int size() {
            return starts.length;
        }
    }

    /** Ends a segment. */
    synchronized void write(LogFiles.File file, long mark, long segment, int end, int lastSequence) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(length + TRAILER_BYTES);
        out.put(bytes, 0, length);
        ByteBuffer trailer = out.slice(length, TRAILER_BYTES);
        trailer.putLong(mark).putInt(RecordHeader.FORMAT).putInt(count).putLong(segment);
        trailer.putInt(end).putInt(lastSequence).putInt(length).putInt(checksum(bytes, 0, length));
        trailer.putInt(checksum(out.array(), length, TRAILER_CRC_AT));
        file.write(out.rewind(), file.length() - TRAILER_BYTES - length);
    }

    /** Takes back that a segment is ended. */
    static void erase(LogFiles.File file) throws IOException {
        file.write(ByteBuffer.allocate(TRAILER_BYTES), file.length() - TRAILER_BYTES);
    }

    /** The end of a segment; null if it was not ended, or that cannot be read. */
    static @Nullable Sealed read(LogFiles.File file, long mark, long segment) throws IOException {
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES);
        file.read(trailer, file.length() - TRAILER_BYTES);
        trailer.rewind();
        if (trailer.getInt(TRAILER_CRC_AT) != checksum(trailer.array(), 0, TRAILER_CRC_AT)
                || trailer.getLong() != mark
                || trailer.getInt() != RecordHeader.FORMAT) {
            return null;
        }
        int count = trailer.getInt();
        if (trailer.getLong() != segment) {
            return null;
        }
        int end = trailer.getInt();
        int lastSequence = trailer.getInt();
        int length = trailer.getInt();
        if (length < 0 || length > file.length() - TRAILER_BYTES) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        file.read(bytes, file.length() - TRAILER_BYTES - length);
        if (trailer.getInt() != checksum(bytes.array(), 0, length)) {
            return null;
        }
        return new Sealed(new Footer(bytes.array(), length, count), end, lastSequence);
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
