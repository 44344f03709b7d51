package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * The bytes of virtual objects: a function of the key and the offset, whatever the bucket and the size.
 *
 * <p>All objects are made of the same random bytes, over and over, each from a place of its own on. The length of these bytes is a
 * prime, a little more than 1 MiB, so that parts of any usual size that are mixed up do not look alike.
 */
public final class VirtualContent {

    /** The smallest prime above 2^20. */
    private static final int PERIOD = 1_048_583;

    /** What one slice may have, so that it never has to be put together from the end and the beginning. */
    static final int MAX_SLICE_BYTES = 256 << 10;

    private static final byte[] BYTES = bytes();
    private static final ByteBuf SHARED = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(BYTES.length).writeBytes(BYTES).asReadOnly());

    private VirtualContent() {}

    /** A piece of a virtual object. */
    public static byte[] bytes(String key, long offset, int length) {
        byte[] piece = new byte[length];
        int phase = phase(key);
        for (int done = 0; done < length; ) {
            int at = at(phase, offset + done);
            int count = Math.min(length - done, BYTES.length - at);
            System.arraycopy(BYTES, at, piece, done, count);
            done += count;
        }
        return piece;
    }

    /** Whether the remaining bytes are those of a virtual object from {@code offset} on. Moves no position, makes no garbage. */
    public static boolean matches(String key, long offset, ByteBuffer found) {
        ByteBuffer expected = ByteBuffer.wrap(BYTES);
        ByteBuffer rest = found.duplicate();
        int end = found.limit();
        int phase = phase(key);
        for (int begin = found.position(); begin < end; begin = rest.limit()) {
            int at = at(phase, offset + begin - found.position());
            int count = Math.min(end - begin, BYTES.length - at);
            rest.limit(begin + count).position(begin);
            if (!expected.limit(at + count).position(at).equals(rest)) {
                return false;
            }
        }
        return true;
    }

    static int phase(byte[] key, int length) {
        return (int) Long.remainderUnsigned(Mix.of(key, length), PERIOD);
    }

    static ByteBuf slice(int phase, long offset, int length) {
        int at = at(phase, offset);
        return SHARED.slice(at, Math.min(Math.min(length, MAX_SLICE_BYTES), BYTES.length - at));
    }

    private static int phase(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return phase(bytes, bytes.length);
    }

    private static int at(int phase, long offset) {
        return (int) ((offset + phase) % PERIOD);
    }

    private static byte[] bytes() {
        byte[] bytes = new byte[PERIOD + MAX_SLICE_BYTES];
        new SplittableRandom(PERIOD).nextBytes(bytes);
        System.arraycopy(bytes, 0, bytes, PERIOD, MAX_SLICE_BYTES);
        return bytes;
    }
}
