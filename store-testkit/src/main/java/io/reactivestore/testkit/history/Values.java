package io.reactivestore.testkit.history;

import io.reactivestore.Content;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that tell which write made them. An object is a row of cells of 24 bytes, the last one cut; each holds the number of the
 * write, the size of the object, the cell's place, and a hash of the three, so that any mix of two writes, any wrong byte and any
 * shift shows.
 */
public final class Values {

    /** The smallest object: one cell. */
    public static final int MIN_BYTES = 24;

    /** Any range of this many bytes holds a whole cell. */
    public static final int MIN_RANGE_BYTES = 2 * MIN_BYTES - 1;

    private static final int CELL = MIN_BYTES;

    private Values() {}

    /** The content of a write. */
    public static Content content(long number, int bytes) {
        return Content.bytes(bytes(number, bytes));
    }

    /** The bytes of a write. */
    public static byte[] bytes(long number, int bytes) {
        if (bytes < MIN_BYTES) {
            throw new IllegalArgumentException("bytes: need " + MIN_BYTES + " or more, was " + bytes);
        }
        return part(number, bytes, 0, bytes);
    }

    /** What a whole object says. */
    public static Observed observe(ByteBuffer whole) {
        Observed observed = observe(whole, 0);
        if (observed.damage() == null && observed.objectBytes() != whole.remaining()) {
            String damage = whole.remaining() + " of the " + observed.objectBytes() + " bytes of #" + observed.number();
            return new Observed(observed.number(), observed.objectBytes(), damage);
        }
        return observed;
    }

    /** Whether a part of an object holds a whole cell, and so tells of which write it is. */
    public static boolean tells(long offset, long bytes) {
        return (offset + CELL - 1) / CELL * CELL + CELL <= offset + bytes;
    }

    /**
     * What a part of an object says.
     *
     * @param part one that {@link #tells}; it is not moved
     * @param offset where in the object it begins
     */
    public static Observed observe(ByteBuffer part, long offset) {
        long cell = (offset + CELL - 1) / CELL;
        int at = part.position() + (int) (cell * CELL - offset);
        if (!tells(offset, part.remaining())) {
            return new Observed(0, 0, part.remaining() + " bytes, too few to hold the number of a write");
        }
        long number = part.getLong(at);
        int size = part.getInt(at + 8);
        if (size < MIN_BYTES || offset + part.remaining() > size) {
            return new Observed(0, 0, "no bytes of a write: " + numbers(part, offset));
        }
        ByteBuffer expected = ByteBuffer.wrap(part(number, size, offset, part.remaining()));
        int wrong = expected.mismatch(part);
        if (wrong >= 0) {
            return new Observed(
                    0, 0, "byte " + (offset + wrong) + " is not that of #" + number + ": " + numbers(part, offset));
        }
        return new Observed(number, size, null);
    }

    private static byte[] part(long number, int size, long offset, int bytes) {
        ByteBuffer out = ByteBuffer.allocate(bytes);
        ByteBuffer cell = ByteBuffer.allocate(CELL);
        long index = offset / CELL;
        int skip = (int) (offset % CELL);
        while (out.hasRemaining()) {
            cell.clear();
            cell.putLong(number).putInt(size).putInt((int) index).putLong(hash(number, size, index));
            int take = Math.min(out.remaining(), CELL - skip);
            out.put(cell.array(), skip, take);
            skip = 0;
            index++;
        }
        return out.array();
    }

    /** Which writes' cells there are, to explain a damage. */
    private static String numbers(ByteBuffer part, long offset) {
        Set<String> found = new LinkedHashSet<>();
        int first = (int) ((offset + CELL - 1) / CELL * CELL - offset);
        for (int at = part.position() + first; at + CELL <= part.limit(); at += CELL) {
            long number = part.getLong(at);
            boolean whole = part.getLong(at + 16) == hash(number, part.getInt(at + 8), part.getInt(at + 12));
            found.add(whole ? "#" + number : "damaged");
        }
        return part.remaining() + " bytes at " + offset + " with cells of " + found;
    }

    private static long hash(long number, long size, long index) {
        long z = number * 0x9E3779B97F4A7C15L + size * 0xC2B2AE3D27D4EB4FL + index * 0x165667B19E3779F9L + 1;
        z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
        z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
        return z ^ (z >>> 32);
    }

    /**
     * What bytes say.
     *
     * @param number the write they are of; 0 if they are damaged
     * @param objectBytes the size of the whole object
     * @param damage what is wrong with them, or null
     */
    public record Observed(
            long number, int objectBytes, @Nullable String damage) {}
}
