package io.reactivestore.cache.disk.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A hash of keys that nobody outside can foresee, so that no choice of keys makes them collide.
 *
 * @source J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012); two and four rounds
 */
public final class KeyHash {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long secret0;
    private final long secret1;

    /** By a secret of 128 bits. */
    public KeyHash(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** Of the UTF-8 bytes. */
    public long of(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    /** Of a block: of the hash of its key, that of its etag, and where it begins. */
    long ofBlock(long keyHash, int etagHash, long start) {
        byte[] bytes = new byte[2 * Long.BYTES + Integer.BYTES];
        ByteBuffer.wrap(bytes).putLong(keyHash).putLong(start).putInt(etagHash);
        return of(bytes, 0, bytes.length);
    }

    long of(byte[] bytes, int offset, int length) {
        long v0 = secret0 ^ 0x736f6d6570736575L;
        long v1 = secret1 ^ 0x646f72616e646f6dL;
        long v2 = secret0 ^ 0x6c7967656e657261L;
        long v3 = secret1 ^ 0x7465646279746573L;
        int whole = offset + (length & -Long.BYTES);
        int i = offset;
        boolean last = false;
        while (!last) {
            last = i == whole;
            long word = last ? tail(bytes, i, length) : (long) LONG.get(bytes, i);
            i += Long.BYTES;
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** The bytes after the last whole word, and the length above them. */
    private static long tail(byte[] bytes, int from, int length) {
        long word = (long) length << 56;
        for (int i = 0; i < (length & (Long.BYTES - 1)); i++) {
            word |= (bytes[from + i] & 0xffL) << (8 * i);
        }
        return word;
    }
}
