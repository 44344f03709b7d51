package io.reactivestore.cache;

/**
 * Settings of the blocks in which large objects are kept. An object that is larger than {@code maxEntryBytes}, or of which only a part
 * was read, is kept in blocks of one size, as far as it was read; what is missing is asked for in parts of many blocks.
 *
 * <p>Blocks lie in memory, beside whole objects and under the same limit. A cache whose memory has no room for eight of them has none.
 * Those of objects that are larger than {@code maxEntryBytes} are on the disk too, if there is one, so that they outlive the process;
 * not if a block is larger than a quarter of a segment: for 1 MiB the disk needs 129 MiB.
 */
public final class BlocksSpec {

    private static final int DEFAULT_BLOCK_BYTES = 1 << 20;
    private static final long DEFAULT_PART_BYTES = 16 << 20;
    private static final long DEFAULT_READ_AHEAD_BYTES = 32 << 20;

    private int blockBytes = DEFAULT_BLOCK_BYTES;
    private long partBytes = DEFAULT_PART_BYTES;
    private long readAheadBytes = DEFAULT_READ_AHEAD_BYTES;

    BlocksSpec() {}

    /** How large a block is, at most 64 MiB: what the smallest read of a large object loads. Default: 1 MiB. */
    public BlocksSpec blockBytes(int blockBytes) {
        this.blockBytes = blockBytes;
        return this;
    }

    /** How much one request to the source asks for at most. Default: 16 MiB; one block if that is more. */
    public BlocksSpec partBytes(long partBytes) {
        this.partBytes = Limits.bytes("blocks.partBytes", partBytes);
        return this;
    }

    /**
     * How far ahead of its reader a body is loaded at most, within the range that was asked for. A body that goes to the end of its
     * object begins with four blocks, and doubles that each time that half of it is used up. Default: 32 MiB; one block if that is more.
     */
    public BlocksSpec readAheadBytes(long readAheadBytes) {
        this.readAheadBytes = Limits.bytes("blocks.readAheadBytes", readAheadBytes);
        return this;
    }

    Settings build() {
        return new Settings(blockBytes, partBytes, readAheadBytes);
    }

    record Settings(int blockBytes, long partBytes, long readAheadBytes) {

        private static final int MAX_BLOCK_BYTES = 64 << 20;
        private static final int FIRST_BLOCKS = 4;
        private static final int LEAST_BLOCKS = 8;

        Settings {
            if (blockBytes < 1 || blockBytes > MAX_BLOCK_BYTES) {
                throw new IllegalArgumentException(
                        "blocks.blockBytes: need 1.." + MAX_BLOCK_BYTES + ", was " + blockBytes);
            }
            partBytes = Math.max(partBytes, blockBytes);
            readAheadBytes = Math.max(readAheadBytes, blockBytes);
        }

        boolean fitInto(long memoryBytes) {
            return memoryBytes / LEAST_BLOCKS >= BlockKey.weight(blockBytes);
        }

        /** How much of a body is asked for when its first byte is wanted. */
        long firstBytes(boolean toTheEnd) {
            return toTheEnd ? Math.min(readAheadBytes, (long) FIRST_BLOCKS * blockBytes) : readAheadBytes;
        }

        /** How many blocks cover so many bytes. */
        long blocks(long bytes) {
            return bytes / blockBytes + (bytes % blockBytes == 0 ? 0 : 1);
        }

        /** Where a block ends in an object of this size. */
        long endOf(long index, long size) {
            return index >= size / blockBytes ? size : (index + 1) * blockBytes;
        }
    }
}
