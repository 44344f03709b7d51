package io.reactivestore.cache.window;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
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

    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuv";
    private static final int DIGIT_BITS = 5;
    private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;
    private static final int SEGMENT_CHARS = 16;

    /** Greater than each digit and than the slash. */
    private static final char ABOVE_ALL = '~';

    private OrderedKeys() {}

    static String encode(ByteBuffer bytes) {
        byte[] key = new byte[encodedLength(bytes.remaining())];
        int at = 0;
        int bits = 0;
        int bitCount = 0;
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            bits = (bits << Byte.SIZE) | (bytes.get(i) & 0xff);
            bitCount += Byte.SIZE;
            while (bitCount >= DIGIT_BITS) {
                bitCount -= DIGIT_BITS;
                at = append(key, at, (bits >>> bitCount) & DIGIT_MASK);
            }
            bits &= (1 << bitCount) - 1;
        }
        if (bitCount > 0) {
            append(key, at, bits << (DIGIT_BITS - bitCount));
        }
        return new String(key, StandardCharsets.ISO_8859_1);
    }

    private static int encodedLength(int bytes) {
        int digits = (bytes * Byte.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
        return digits == 0 ? 0 : digits + (digits - 1) / SEGMENT_CHARS;
    }

    /** The bytes that a key stands for; null if it stands for none. */
    static @Nullable ByteBuffer decode(String key) {
        String digits = key.replace("/", "");
        byte[] bytes = new byte[digits.length() * DIGIT_BITS / Byte.SIZE];
        int length = 0;
        int bits = 0;
        int bitCount = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = DIGITS.indexOf(digits.charAt(i));
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
        ByteBuffer decoded = Buffers.wrap(bytes);
        return encode(decoded).equals(key) ? decoded : null;
    }

    /** A string less than the key of these bytes, with no key of ours in between; null if there is no key less than it. */
    static @Nullable String justBefore(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return null;
        }
        String key = encode(bytes);
        int last = key.length() - 1;
        return key.substring(0, last) + (char) (key.charAt(last) - 1) + ABOVE_ALL;
    }

    private static int append(byte[] key, int at, int digit) {
        int next = at;
        if (next % (SEGMENT_CHARS + 1) == SEGMENT_CHARS) {
            key[next++] = '/';
        }
        key[next] = (byte) DIGITS.charAt(digit);
        return next + 1;
    }
}
