package io.reactivestore.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packs what a server says about objects into a {@link ListPage}, and then perhaps into another one. */
final class ListPageBuilder {
    /*
     * How it works. Texts are kept as they come, in UTF-8, one after the other. Whether names are url-encoded is known only when all is
     * there: then they are decoded in place, which makes them no longer, and packed (CompactKeys).
     */

    private static final int OBJECTS = 1000;
    private static final int HEX_ETAG = 32;
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private static final int KEYS_BYTES = 32 << 10;

    private Texts keys = new Texts(KEYS_BYTES, OBJECTS);

    /** Seldom of use. */
    private Texts etags = new Texts(0, 0);

    private long[] sizes = new long[OBJECTS];
    private long[] modified = new long[OBJECTS];
    private Packed packed = new Packed();
    private final List<String> prefixes = new ArrayList<>();
    private boolean allHex = true;
    private int count;

    /** Of the object that is being added. */
    private long size;

    private long modifiedMicros;
    private boolean hasEtag;

    /**
     * Adds an object at once.
     *
     * @param key as the server wrote it
     * @param etag with its quotes, if it has any
     * @throws IllegalArgumentException if there is no key, or the size is none
     */
    void add(@Nullable String key, @Nullable String etag, long size, long modifiedMicros) {
        byte[] keyBytes = utf8(key);
        byte[] etagBytes = utf8(etag);
        key(keyBytes, keyBytes.length);
        etag(etagBytes, etagBytes.length);
        size(size);
        modified(modifiedMicros);
        endObject();
    }

    private static byte[] utf8(@Nullable String text) {
        return text == null ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The key of the object that is being added, as the server wrote it. */
    void key(byte[] bytes, int length) {
        keys.set(bytes, 0, length);
    }

    /** Its etag, with its quotes if it has any. */
    void etag(byte[] bytes, int length) {
        boolean quoted = length >= 2 && bytes[0] == '"' && bytes[length - 1] == '"';
        int from = quoted ? 1 : 0;
        int count = quoted ? length - 2 : length;
        if (allHex && !(count == HEX_ETAG && packed.set(this.count, bytes, from))) {
            // Those before it become text after all.
            allHex = false;
            for (int i = 0; i < this.count; i++) {
                etags.set(packed.digits(i), 0, HEX_ETAG);
                etags.next();
            }
        }
        if (!allHex) {
            etags.set(bytes, from, count);
        }
        hasEtag = true;
    }

    void size(long bytes) {
        size = bytes;
    }

    void modified(long micros) {
        modifiedMicros = micros;
    }

    /**
     * That was all of the object.
     *
     * @throws IllegalArgumentException if there is no key, or the size is none
     */
    void endObject() {
        if (keys.present() == 0) {
            throw new IllegalArgumentException("an object without a key");
        }
        if (size < 0) {
            throw new IllegalArgumentException("an object of a negative size");
        }
        if (!hasEtag) {
            etag(NOTHING, 0);
        }
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * count);
            modified = Arrays.copyOf(modified, 2 * count);
        }
        keys.next();
        if (!allHex) {
            etags.next();
        }
        sizes[count] = size;
        modified[count] = modifiedMicros;
        count++;
        size = 0;
        modifiedMicros = 0;
        hasEtag = false;
    }

    void addPrefix(String prefix) {
        prefixes.add(prefix);
    }

    /**
     * @param urlEncoded whether the names are
     * @throws IllegalArgumentException if they should be, and are not
     */
    ListPage build(boolean urlEncoded, @Nullable String next) {
        if (urlEncoded) {
            decodeKeys();
            prefixes.replaceAll(prefix -> URLDecoder.decode(prefix, StandardCharsets.UTF_8));
        }
        ListPage.Facts facts = new ListPage.Facts();
        facts.keys = CompactKeys.of(keys.bytes, keys.ends, count);
        facts.etags = allHex ? packed.upTo(count) : Arrays.copyOf(etags.bytes, etags.start(count));
        facts.etagEnds = allHex
                ? null
                : CompactLongs.of(Arrays.stream(etags.ends).asLongStream().toArray(), count);
        facts.sizes = CompactLongs.of(sizes, count);
        facts.modified = CompactLongs.of(modified, count);
        return new ListPage(facts, List.copyOf(prefixes), next);
    }

    /** What is added now is of another page. More memory than most pages need is let go. */
    void begin() {
        keys = keys.bytes.length == KEYS_BYTES && count <= OBJECTS ? keys.empty() : new Texts(KEYS_BYTES, OBJECTS);
        etags = allHex ? etags : new Texts(0, 0);
        if (count > OBJECTS) {
            sizes = new long[OBJECTS];
            modified = new long[OBJECTS];
            packed = new Packed();
        }
        prefixes.clear();
        allHex = true;
        count = 0;
    }

    /** As {@link URLDecoder} does, which is what the SDK uses. */
    private void decodeKeys() {
        int to = 0;
        for (int key = 0, from = 0; key < count; key++) {
            int end = keys.ends[key];
            while (from < end) {
                byte b = keys.bytes[from++];
                if (b == '%') {
                    int high = from + 1 < end ? Character.digit(keys.bytes[from], 16) : -1;
                    int low = from + 1 < end ? Character.digit(keys.bytes[from + 1], 16) : -1;
                    if (high < 0 || low < 0) {
                        throw new IllegalArgumentException("a name that is not url-encoded");
                    }
                    b = (byte) (high << 4 | low);
                    from += 2;
                } else if (b == '+') {
                    b = ' ';
                }
                keys.bytes[to++] = b;
            }
            keys.ends[key] = to;
        }
    }

    /** Texts one after the other, the last of which may still be replaced. */
    private static final class Texts {

        private byte[] bytes;
        private int[] ends;
        private int length;
        private int texts;

        Texts(int bytes, int texts) {
            this.bytes = new byte[bytes];
            this.ends = new int[texts];
        }

        int start(int text) {
            return text == 0 ? 0 : ends[text - 1];
        }

        void set(byte[] text, int from, int count) {
            int start = start(texts);
            if (bytes.length - start < count) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, start + count));
            }
            System.arraycopy(text, from, bytes, start, count);
            length = start + count;
        }

        /** How long the one is that is not ended yet. */
        int present() {
            return length - start(texts);
        }

        void next() {
            if (texts == ends.length) {
                ends = Arrays.copyOf(ends, Math.max(OBJECTS, 2 * texts));
            }
            ends[texts++] = length;
        }

        Texts empty() {
            length = 0;
            texts = 0;
            return this;
        }
    }

    /** Etags that are hexadecimal digits, two of them in a byte. */
    private static final class Packed {

        private static final int BYTES = HEX_ETAG / 2;
        private static final byte[] VALUES = values();

        private byte[] bytes = new byte[OBJECTS * BYTES];

        private static byte[] values() {
            byte[] values = new byte[256];
            Arrays.fill(values, (byte) -1);
            for (int i = 0; i < DIGITS.length; i++) {
                values[DIGITS[i]] = (byte) i;
            }
            return values;
        }

        /** False if these are other characters. */
        boolean set(int index, byte[] digits, int from) {
            int at = index * BYTES;
            if (at == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * at);
            }
            int all = 0;
            for (int i = 0; i < BYTES; i++) {
                int high = VALUES[digits[from + 2 * i] & 0xff];
                int low = VALUES[digits[from + 2 * i + 1] & 0xff];
                all |= high | low;
                bytes[at + i] = (byte) (high << 4 | low);
            }
            return all >= 0;
        }

        byte[] digits(int index) {
            return utf8(HexFormat.of().formatHex(bytes, index * BYTES, (index + 1) * BYTES));
        }

        byte[] upTo(int count) {
            return Arrays.copyOf(bytes, count * BYTES);
        }
    }
}
