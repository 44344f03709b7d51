package io.reactivestore.cache.disk.internal;

import io.reactivestore.cache.disk.internal.LogRecord.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The head of a record on disk, big-endian, version 1 of the format:
 *
 * <pre>
 *    0 long mark of the directory    8 byte format   9 byte kind   10 short keyBytes   12 int sequence in the segment
 *   16 long segment    24 int infoBytes    28 int payloadBytes    32 int CRC-32C of the payload    36 int hash of the etag
 *   40 long version    48 long prefix sequence    56 long filled at, ms    64 long place of what is renewed, or the first byte of a block
 *   72 int bytes of what is renewed    76 int CRC-32C of 0..76, the key and the info
 *   80 key, UTF-8 | info ({@link InfoCodec}) | payload | zeros up to a multiple of 8
 * </pre>
 *
 * <p>Nobody outside can know the mark, so no bytes of an object can be taken for a record.
 */
record RecordHeader(
        Kind kind,
        int keyBytes,
        int infoBytes,
        int payloadBytes,
        int sequence,
        int payloadCrc,
        int etagHash,
        long version,
        long prefixSequence,
        long filledAtMillis,
        long detail,
        int detailBytes) {

    static final int BYTES = 80;
    static final byte FORMAT = 1;

    /** The most UTF-8 bytes of a key, and of a prefix. */
    static final int MAX_KEY_BYTES = 1024;

    /** How much of a record is looked at to find out whether it is a damaged one: longer facts than this are not usual. */
    static final int MOST_DESCRIBED_BYTES = 16 << 10;

    private static final int SEGMENT_AT = 16;
    private static final int CRC_AT = 76;

    static RecordHeader of(LogRecord record, int keyBytes, int infoBytes, int sequence, int payloadCrc) {
        Place renewed = record.renewed();
        return new RecordHeader(
                record.kind(),
                keyBytes,
                infoBytes,
                record.payload().remaining(),
                sequence,
                payloadCrc,
                DiskLog.etagHash(record.info() == null ? null : record.info().etag()),
                record.version().packed(),
                record.prefixSequence(),
                record.filledAtMillis(),
                renewed == null ? record.blockStart() : renewed.packed(),
                renewed == null ? 0 : renewed.recordBytes());
    }

    static int recordBytes(int keyBytes, int infoBytes, int payloadBytes) {
        long bytes = (long) BYTES + keyBytes + infoBytes + payloadBytes;
        return Math.toIntExact((bytes + Place.ALIGNMENT - 1) & -Place.ALIGNMENT);
    }

    int recordBytes() {
        return recordBytes(keyBytes, infoBytes, payloadBytes);
    }

    /** Everything before the payload. */
    int describedBytes() {
        return BYTES + keyBytes + infoBytes;
    }

    /** The head, the key and the info of a record. */
    byte[] encode(long mark, long segment, byte[] key, byte[] info) {
        ByteBuffer out = ByteBuffer.allocate(describedBytes());
        out.putLong(mark).put(FORMAT).put(kind.code).putShort((short) keyBytes).putInt(sequence);
        out.putLong(segment)
                .putInt(infoBytes)
                .putInt(payloadBytes)
                .putInt(payloadCrc)
                .putInt(etagHash);
        out.putLong(version)
                .putLong(prefixSequence)
                .putLong(filledAtMillis)
                .putLong(detail)
                .putInt(detailBytes);
        out.position(BYTES).put(key).put(info);
        return out.putInt(CRC_AT, checksum(out.array(), 0, out.capacity())).array();
    }

    /**
     * Reads the head at an offset of some bytes of a segment.
     *
     * @param available how many bytes of the record there are; head, key and info must be among them
     * @return null unless it is a sound one of this directory and segment
     */
    static @Nullable RecordHeader decode(long mark, long segment, ByteBuffer bytes, int offset, int available) {
        RecordHeader header = available < BYTES ? null : lengths(mark, segment, bytes, offset);
        boolean sound = header != null
                && header.describedBytes() <= available
                && bytes.getInt(offset + CRC_AT)
                        == checksum(bytes.array(), bytes.arrayOffset() + offset, header.describedBytes());
        return sound ? header : null;
    }

    /** The same, unchecked: good for nothing but to know how much to read before it can be checked. */
    static @Nullable RecordHeader lengths(long mark, long segment, ByteBuffer in, int at) {
        if (!belongs(mark, segment, in, at) || in.get(at + 8) != FORMAT) {
            return null;
        }
        Kind kind = Kind.of(in.get(at + 9));
        int keyBytes = in.getShort(at + 10);
        int infoBytes = in.getInt(at + 24);
        int payloadBytes = in.getInt(at + 28);
        if (kind == null
                || keyBytes < 0
                || keyBytes > MAX_KEY_BYTES
                || infoBytes < 0
                || payloadBytes < 0
                || (long) infoBytes + payloadBytes > Place.MAX_SEGMENT_BYTES) {
            return null;
        }
        return new RecordHeader(
                kind,
                keyBytes,
                infoBytes,
                payloadBytes,
                in.getInt(at + 12),
                in.getInt(at + 32),
                in.getInt(at + 36),
                in.getLong(at + 40),
                in.getLong(at + 48),
                in.getLong(at + 56),
                in.getLong(at + 64),
                in.getInt(at + 72));
    }

    /** Whether it says that it is a record of this directory and segment. */
    static boolean belongs(long mark, long segment, ByteBuffer in, int at) {
        return in.getLong(at) == mark && in.getLong(at + SEGMENT_AT) == segment;
    }

    /** Lets it say so. */
    static void own(long mark, long segment, ByteBuffer bytes) {
        bytes.putLong(0, mark).putLong(SEGMENT_AT, segment);
    }

    /** The whole record, of which the bytes are at an offset; null if the payload is not what was written. */
    @Nullable LogRecord record(ByteBuffer bytes, int offset) {
        ByteBuffer payload = bytes.slice(offset + describedBytes(), payloadBytes);
        CRC32C crc = new CRC32C();
        crc.update(payload.duplicate());
        if ((int) crc.getValue() != payloadCrc) {
            return null;
        }
        String key = new String(bytes.array(), bytes.arrayOffset() + offset + BYTES, keyBytes, StandardCharsets.UTF_8);
        ByteBuffer info = bytes.slice(offset + BYTES + keyBytes, infoBytes);
        return new LogRecord(
                kind,
                key,
                RecordVersion.ofPacked(version),
                prefixSequence,
                filledAtMillis,
                infoBytes == 0 ? null : InfoCodec.decode(key, info),
                payload.asReadOnlyBuffer(),
                null,
                kind == Kind.BLOCK ? detail : 0);
    }

    /** Of everything described but the checksum itself. */
    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, CRC_AT);
        crc.update(bytes, offset + BYTES, length - BYTES);
        return (int) crc.getValue();
    }
}
