package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a directory knows of itself as a whole. On disk there are two copies in one file, one written after the other, so that one
 * is good at any time:
 *
 * <pre>
 *   long magic | int format | long count | long mark | long epoch | long trustedEpoch | byte open | byte off | text boot id | int CRC-32C
 * </pre>
 *
 * @param count of the writes of the page
 * @param mark a number that nobody outside knows, which every record repeats
 * @param epoch the last one that was begun
 * @param trustedEpoch the first one whose entries are not suspect
 * @param open whether a process has the directory open, or had when it died
 * @param off whether a mutation went past the tier in this epoch
 * @param bootId of the system on which it was opened last
 */
record StatePage(
        long count,
        long mark,
        long epoch,
        long trustedEpoch,
        boolean open,
        boolean off,
        @Nullable String bootId) {

    static final String NAME = "state";
    static final int FILE_BYTES = 4096;

    private static final int COPY_BYTES = FILE_BYTES / 2;
    private static final long MAGIC = 0x52_53_44_53_54_41_54_45L; // "RSDSTATE"
    private static final int MAX_BOOT_ID_BYTES = 128;

    /**
     * The page as it is in a file.
     *
     * @return null if neither copy can be read
     * @throws IOException if the file cannot be read
     */
    static @Nullable StatePage read(LogFiles.File file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
        if (file.length() != FILE_BYTES) {
            return null;
        }
        file.read(bytes, 0);
        StatePage first = decode(bytes, 0);
        StatePage second = decode(bytes, COPY_BYTES);
        if (first == null || second == null) {
            StatePage left = first == null ? second : first;
            // The other one may have been newer.
            return left == null ? null : left.with(left.epoch, left.trustedEpoch, true, true, null);
        }
        return second.count > first.count ? second : first;
    }

    /** Why what lies in a directory with this page cannot be used, or null. */
    static @Nullable String unusable(@Nullable StatePage page, SegmentFiles segments) {
        if (page == null) {
            return "its state page is missing, damaged, or of another version";
        }
        return page.epoch >= RecordVersion.MAX_EPOCH || segments.isWornOut() ? "its numbers are used up" : null;
    }

    /** The page of a directory that begins. */
    static StatePage first(long mark, boolean off, @Nullable String bootId) {
        return new StatePage(1, mark, 1, 1, true, off, bootId);
    }

    /** The page of the next process. */
    StatePage opened(@Nullable String bootId) {
        long next = epoch + 1;
        boolean distrusts = off || isFromEarlierStart(bootId);
        return with(next, distrusts ? next : trustedEpoch, true, off, bootId);
    }

    /** Whether it was left open when the operating system stopped, as far as can be told. */
    boolean isFromEarlierStart(@Nullable String bootId) {
        return open && (bootId == null || !bootId.equals(this.bootId));
    }

    StatePage with(long epoch, long trustedEpoch, boolean open, boolean off, @Nullable String bootId) {
        return new StatePage(count + 1, mark, epoch, trustedEpoch, open, off, bootId);
    }

    /** Puts it on disk. */
    void write(LogFiles.File file) throws IOException {
        ByteBuffer bytes = encode();
        file.write(bytes.duplicate(), 0);
        file.write(bytes.duplicate(), COPY_BYTES);
        file.force();
    }

    private ByteBuffer encode() {
        byte[] boot = bootId == null ? new byte[0] : bootId.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(COPY_BYTES);
        out.putLong(MAGIC).putInt(RecordHeader.FORMAT).putLong(count).putLong(mark);
        out.putLong(epoch).putLong(trustedEpoch).put((byte) (open ? 1 : 0)).put((byte) (off ? 1 : 0));
        out.putInt(boot.length <= MAX_BOOT_ID_BYTES ? boot.length : 0);
        out.put(boot, 0, boot.length <= MAX_BOOT_ID_BYTES ? boot.length : 0);
        return out.putInt(checksum(out, 0, out.position())).rewind();
    }

    private static @Nullable StatePage decode(ByteBuffer bytes, int at) {
        ByteBuffer in = bytes.duplicate().position(at);
        if (in.getLong() != MAGIC || in.getInt() != RecordHeader.FORMAT) {
            return null;
        }
        StatePage unnamed = new StatePage(
                in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.get() != 0, in.get() != 0, null);
        int length = in.getInt();
        if (length < 0 || length > MAX_BOOT_ID_BYTES) {
            return null;
        }
        byte[] boot = new byte[length];
        in.get(boot);
        int end = in.position();
        if (in.getInt() != checksum(bytes, at, end - at)) {
            return null;
        }
        return new StatePage(
                unnamed.count,
                unnamed.mark,
                unnamed.epoch,
                unnamed.trustedEpoch,
                unnamed.open,
                unnamed.off,
                length == 0 ? null : new String(boot, StandardCharsets.UTF_8));
    }

    private static int checksum(ByteBuffer bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, length));
        return (int) crc.getValue();
    }
}
