package io.reactivestore.embeddeds3.latency;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers that look random and are functions of their arguments. */
final class Mix {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Mix() {}

    /** @source the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) */
    static long of(long number) {
        long z = number + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    static long of(long a, long b, long c) {
        return of(of(of(a) ^ b) ^ c);
    }

    static long of(byte[] bytes, int length) {
        long hash = length;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, i)) * GOLDEN;
            hash ^= hash >>> 32;
        }
        for (; i < length; i++) {
            hash = (hash ^ (bytes[i] & 0xff)) * GOLDEN;
        }
        return of(hash);
    }

    /** {@code 0} to just below 1. */
    static double toUnit(long mixed) {
        return (mixed >>> 11) * 0x1.0p-53;
    }

    /** Sixteen digits; returns the index behind them. */
    static int writeHex(long number, byte[] target, int at) {
        for (int i = 0; i < 16; i++) {
            target[at + i] = HEX[(int) (number >>> (60 - 4 * i)) & 0xf];
        }
        return at + 16;
    }
}
