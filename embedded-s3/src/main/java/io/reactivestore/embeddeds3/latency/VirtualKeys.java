package io.reactivestore.embeddeds3.latency;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/** The key spaces. All digits are written with their full width, so that the order of keys is that of the numbers. */
final class VirtualKeys {

    static final int MAX_KEY_BYTES = 1024;

    private static final int NUMBER_DIGITS = 12;

    private VirtualKeys() {}

    static KeySpace numbered(String prefix, long keys) {
        byte[] start = ascii(prefix);
        return new Numbered(start, requireSize(keys));
    }

    static KeySpace skewed(long keys) {
        return new Skewed(requireSize(keys));
    }

    static KeySpace deep(long keys) {
        return new Deep(requireSize(keys), digits(keys, 10));
    }

    static KeySpace unicode(long keys) {
        return new Unicode(requireSize(keys), digits(keys, Unicode.LETTERS.length));
    }

    static final class Numbered implements KeySpace {

        private static final long serialVersionUID = 1;

        private final byte[] prefix;
        private final long size;

        Numbered(byte[] prefix, long size) {
            this.prefix = prefix;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public int writeKey(long index, byte[] target) {
            System.arraycopy(prefix, 0, target, 0, prefix.length);
            return decimal(index, NUMBER_DIGITS, target, prefix.length);
        }
    }

    /** Each key has an equal part of all 64-bit numbers to itself, and lies somewhere in it. */
    record Uniform(long size) implements KeySpace {

        Uniform {
            requireSize(size);
        }

        @Override
        public int writeKey(long index, byte[] target) {
            long part = Long.divideUnsigned(-1L, size);
            long number = index * part + Long.remainderUnsigned(Mix.of(index), part);
            return Mix.writeHex(number, target, 0);
        }
    }

    static final class Skewed implements KeySpace {

        private static final long serialVersionUID = 1;
        private static final int DIRECTORIES = 256;
        private static final byte[] DIRECTORY = ascii("tenant-");
        private static final byte[] FILE = ascii("/order-");

        /** The number of keys in all directories before each. */
        private final long[] before = new long[DIRECTORIES + 1];

        Skewed(long size) {
            double all = 0;
            for (int rank = 1; rank <= DIRECTORIES; rank++) {
                all += 1.0 / rank;
            }
            double share = 0;
            for (int i = 0; i < DIRECTORIES; i++) {
                // Any odd factor makes a permutation of the ranks.
                int rank = (i * 167 + 89) % DIRECTORIES + 1;
                share += 1.0 / rank / all;
                before[i + 1] = Math.min(size, Math.round(share * size));
            }
            before[DIRECTORIES] = size;
        }

        @Override
        public long size() {
            return before[DIRECTORIES];
        }

        @Override
        public int writeKey(long index, byte[] target) {
            int directory = directory(index);
            System.arraycopy(DIRECTORY, 0, target, 0, DIRECTORY.length);
            int length = decimal(directory, 3, target, DIRECTORY.length);
            System.arraycopy(FILE, 0, target, length, FILE.length);
            return decimal(index - before[directory], NUMBER_DIGITS, target, length + FILE.length);
        }

        private int directory(long index) {
            int low = 0;
            int high = DIRECTORIES - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (before[middle + 1] > index) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }
    }

    record Deep(long size, int levels) implements KeySpace {

        private static final byte[] DIRECTORY = ascii("dir-");
        private static final byte[] FILE = ascii("file-");

        @Override
        public int writeKey(long index, byte[] target) {
            int length = 0;
            long unit = power(10, levels - 1);
            for (int level = 1; level <= levels; level++) {
                byte[] name = level == levels ? FILE : DIRECTORY;
                System.arraycopy(name, 0, target, length, name.length);
                length += name.length;
                target[length++] = (byte) ('0' + index / unit % 10);
                if (level < levels) {
                    target[length++] = '/';
                }
                unit /= 10;
            }
            return length;
        }
    }

    record Unicode(long size, int letters) implements KeySpace {

        /** In the order of their code points, which is that of their UTF-8. */
        private static final byte[][] LETTERS = IntStream.concat(
                        "0AZaz~\u00e9\u0416\u05e9\u0905\uac00\u65e5\u672c\u9fff\uff21\ufffd".codePoints(),
                        IntStream.of(0x10000, 0x1f600, 0x1f680, 0x20000))
                .sorted()
                .mapToObj(Character::toString)
                .map(letter -> letter.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);

        @Override
        public int writeKey(long index, byte[] target) {
            int length = 0;
            long unit = power(LETTERS.length, letters - 1);
            for (int i = 0; i < letters; i++) {
                byte[] letter = LETTERS[(int) (index / unit % LETTERS.length)];
                System.arraycopy(letter, 0, target, length, letter.length);
                length += letter.length;
                unit /= LETTERS.length;
            }
            return length;
        }
    }

    private static int decimal(long number, int digits, byte[] target, int at) {
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + digits;
    }

    /** How many digits the largest index has. */
    private static int digits(long size, int base) {
        int digits = 1;
        for (long rest = (size - 1) / base; rest > 0; rest /= base) {
            digits++;
        }
        return digits;
    }

    private static long power(long base, int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= base;
        }
        return power;
    }

    private static long requireSize(long keys) {
        if (keys < 0 || keys >= 1_000_000_000_000L) {
            throw new IllegalArgumentException("keys: need 0..10^12 - 1, was " + keys);
        }
        return keys;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
