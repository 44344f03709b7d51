package io.reactivestore.cache.window;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bytes as keys of a {@link io.reactivestore.Store}, in the same order. */
final class OrderedKeys {
    /*
     * How it works. Every 5 bits, the first ones first, are one of 0-9a-v, whose UTF-8 bytes are in the order of what they stand for; the
     * last character is filled up with zero bits. After every 16 characters (10 bytes) that more follow, there is a slash.
     *
     *   61 00 00 00 00 00 00 00 05 00 00 00 00     c400000000000180/00000
     *
     * Why the order is kept. Of two sequences that differ in a bit, the characters before that bit are equal, and the one with it decides.
     * If one is the beginning of the other, its characters are less or equal, and they are fewer: n bytes have ceil(8n/5) characters,
     * always more for more bytes. Slashes stand at the same places in all keys, so they never meet another character.
     *
     * Why base 32 and slashes. LocalStore keeps segments of [a-z0-9._-] as file names; upper case, which base 64 needs, costs it three
     * bytes a character. A directory has the keys that share their bytes up to it, so the windows of a record key do not lie among those
     * of all others, and looking for them reads few names.
     */

    /** The most bytes that fit into a key together with the mark of {@link #justBefore}. */
    static final int MAX_BYTES = 601;

    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuv";
    private static final int DECIMALS = 10;
    private static final int DIGIT_BITS = 5;
    private static final int SEGMENT_BYTES = 10;

    /** So many bytes are a whole number of digits. */
    private static final int GROUP_BYTES = 5;

    private static final int GROUP_BITS = GROUP_BYTES * Byte.SIZE;
    private static final int GROUP_DIGITS = GROUP_BITS / DIGIT_BITS;
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Greater than each digit and than the slash. */
    private static final char ABOVE_ALL = '~';

    private OrderedKeys() {}

    static String encode(byte[] bytes) {
        int length = bytes.length;
        byte[] key = new byte[encodedLength(length) + GROUP_DIGITS]; // room for a whole last group
        int at = 0;
        for (int from = 0; from < length; from += GROUP_BYTES) {
            if (from > 0 && from % SEGMENT_BYTES == 0) {
                key[at++] = '/';
            }
            LONG.set(key, at, characters(spread(group(bytes, from))));
            at += digits(Math.min(GROUP_BYTES, length - from));
        }
        return new String(key, 0, at, StandardCharsets.ISO_8859_1);
    }

    /** The bytes from there on that are in a group, in the lowest bits, filled up with zeros. */
    private static long group(byte[] bytes, int from) {
        if (from + Long.BYTES <= bytes.length) {
            return (long) LONG.get(bytes, from) >>> (Long.SIZE - GROUP_BITS);
        }
        long bits = 0;
        for (int i = from; i < from + GROUP_BYTES; i++) {
            bits = (bits << Byte.SIZE) | (i < bytes.length ? bytes[i] & 0xff : 0);
        }
        return bits;
    }

    /** The digits of a group in a byte each: halves move apart, then their halves, then theirs. */
    private static long spread(long bits) {
        long halves = ((bits & 0xff_fff0_0000L) << 12) | (bits & 0x0f_ffffL);
        long quarters = ((halves & 0x000f_fc00_000f_fc00L) << 6) | (halves & 0x0000_03ff_0000_03ffL);
        return ((quarters & 0x03e0_03e0_03e0_03e0L) << 3) | (quarters & 0x001f_001f_001f_001fL);
    }

    /** The characters of eight digits: no byte carries over into the next. */
    private static long characters(long digits) {
        long letters = ((digits + EACH_BYTE * (0x80 - DECIMALS)) >>> 7) & EACH_BYTE;
        return digits + EACH_BYTE * '0' + letters * ('a' - '0' - DECIMALS);
    }

    private static int encodedLength(int bytes) {
        return bytes == 0 ? 0 : digits(bytes) + (bytes - 1) / SEGMENT_BYTES;
    }

    private static int digits(int bytes) {
        return (bytes * Byte.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
    }

    /** The bytes that a key stands for; null if it stands for none. */
    static byte @Nullable [] decode(String key) {
        String digits = key.replace("/", "");
        byte[] bytes = new byte[digits.length() * DIGIT_BITS / Byte.SIZE];
        int length = 0;
        int bits = 0;
        int bitCount = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = ALPHABET.indexOf(digits.charAt(i));
            if (digit < 0) {
                return null;
            }
            bits = (bits << DIGIT_BITS) | digit;
            bitCount += DIGIT_BITS;
            if (bitCount >= Byte.SIZE) {
                bitCount -= Byte.SIZE;
                bytes[length++] = (byte) (bits >>> bitCount);
                bits &= (1 << bitCount) - 1;
            }
        }
        return encode(bytes).equals(key) ? bytes : null;
    }

    /** A string less than the key of these bytes, with no key of ours in between; null if there is no key less than it. */
    static @Nullable String justBefore(byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        String key = encode(bytes);
        int last = key.length() - 1;
        return key.substring(0, last) + (char) (key.charAt(last) - 1) + ABOVE_ALL;
    }
}
