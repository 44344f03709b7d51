package io.reactivestore.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packs what a server says about objects into a {@link ListPage}. */
final class ListPageBuilder {
    /*
     * How it works. Texts are kept as they come, in UTF-8, one after the other. Whether names are url-encoded is known only when all is
     * there: then they are decoded in place, which makes them no longer, and what all keys begin with is taken off.
     */

    private static final int OBJECTS = 1000;
    private static final int HEX_ETAG = 32;

    private final Texts keys = new Texts();
    private final Texts etags = new Texts();
    private long[] sizes = new long[OBJECTS];
    private long[] modified = new long[OBJECTS];
    private final List<String> prefixes = new ArrayList<>();
    private boolean allHex = true;
    private int count;

    /**
     * @param key as the server wrote it
     * @param etag with its quotes, if it has any
     * @throws IllegalArgumentException if there is no key, or the size is none
     */
    void add(@Nullable CharSequence key, @Nullable CharSequence etag, long size, long modifiedMicros) {
        if (key == null || key.length() == 0) {
            throw new IllegalArgumentException("an object without a key");
        }
        if (size < 0) {
            throw new IllegalArgumentException("an object of a negative size");
        }
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * count);
            modified = Arrays.copyOf(modified, 2 * count);
        }
        keys.add(key, 0, key.length());
        addEtag(etag == null ? "" : etag);
        sizes[count] = size;
        modified[count] = modifiedMicros;
        count++;
    }

    void addPrefix(String prefix) {
        prefixes.add(prefix);
    }

    /**
     * @param urlEncoded whether the names are
     * @throws IllegalArgumentException if they should be, and are not
     */
    ListPage build(boolean urlEncoded, @Nullable String next) {
        keys.end();
        etags.end();
        if (urlEncoded) {
            decodeKeys();
            prefixes.replaceAll(prefix -> URLDecoder.decode(prefix, StandardCharsets.UTF_8));
        }
        ListPage.Facts facts = new ListPage.Facts();
        packKeys(facts);
        facts.etags = allHex ? hexEtags() : etags.bytes;
        facts.etagEnds = allHex ? null : etags.ends;
        facts.sizes = Arrays.copyOf(sizes, count);
        facts.modified = Arrays.copyOf(modified, count);
        return new ListPage(facts, List.copyOf(prefixes), next);
    }

    private void packKeys(ListPage.Facts facts) {
        if (count == 0) {
            return;
        }
        int shared = sharedBytes();
        facts.start = Arrays.copyOf(keys.bytes, shared);
        facts.tailEnds = new int[count];
        facts.tails = new byte[keys.ends[count - 1] - shared * count];
        byte[] tails = facts.tails;
        for (int i = 0, at = 0, before = 0; i < count; i++) {
            int from = keys.start(i) + shared;
            int length = keys.ends[i] - from;
            System.arraycopy(keys.bytes, from, tails, at, length);
            facts.ascending &= i == 0 || Arrays.compareUnsigned(tails, before, at, tails, at, at + length) < 0;
            before = at;
            at += length;
            facts.tailEnds[i] = at;
        }
    }

    /**
     * A time as S3 writes it.
     *
     * @return microseconds since the epoch
     * @throws IllegalArgumentException if it is none
     */
    static long micros(CharSequence text) {
        try {
            if (text.length() == 24 && text.charAt(10) == 'T' && text.charAt(19) == '.' && text.charAt(23) == 'Z') {
                long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                        .toEpochDay();
                long seconds =
                        ((day * 24 + number(text, 11, 13)) * 60 + number(text, 14, 16)) * 60 + number(text, 17, 19);
                return (seconds * 1000 + number(text, 20, 23)) * 1000;
            }
            return micros(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("a time that is none", malformed);
        }
    }

    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    private static int number(CharSequence text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private void addEtag(CharSequence etag) {
        int length = etag.length();
        boolean quoted = length >= 2 && etag.charAt(0) == '"' && etag.charAt(length - 1) == '"';
        int from = quoted ? 1 : 0;
        int to = quoted ? length - 1 : length;
        allHex &= to - from == HEX_ETAG;
        for (int i = from; allHex && i < to; i++) {
            char c = etag.charAt(i);
            allHex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        }
        etags.add(etag, from, to);
    }

    private byte[] hexEtags() {
        byte[] packed = new byte[count * HEX_ETAG / 2];
        for (int i = 0; i < packed.length; i++) {
            packed[i] =
                    (byte) (Character.digit(etags.bytes[2 * i], 16) << 4 | Character.digit(etags.bytes[2 * i + 1], 16));
        }
        return packed;
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

    /** How many bytes all keys begin with. */
    private int sharedBytes() {
        int shared = count == 0 ? 0 : keys.ends[0];
        for (int i = 1; i < count && shared > 0; i++) {
            int from = keys.start(i);
            int mismatch =
                    Arrays.mismatch(keys.bytes, 0, shared, keys.bytes, from, Math.min(keys.ends[i], from + shared));
            shared = mismatch < 0 ? shared : mismatch;
        }
        return shared;
    }

    private static final class Texts {

        private byte[] bytes = new byte[32 << 10];
        private int[] ends = new int[OBJECTS];
        private int length;
        private int texts;

        int start(int text) {
            return text == 0 ? 0 : ends[text - 1];
        }

        void add(CharSequence text, int from, int to) {
            if (bytes.length - length < 3 * (to - from)) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + 3 * (to - from)));
            }
            if (texts == ends.length) {
                ends = Arrays.copyOf(ends, 2 * texts);
            }
            for (int i = from; i < to; i++) {
                char c = text.charAt(i);
                if (c >= 0x80) {
                    byte[] rest = text.subSequence(i, to).toString().getBytes(StandardCharsets.UTF_8);
                    System.arraycopy(rest, 0, bytes, length, rest.length);
                    length += rest.length;
                    break;
                }
                bytes[length++] = (byte) c;
            }
            ends[texts++] = length;
        }

        void end() {
            bytes = Arrays.copyOf(bytes, length);
            ends = Arrays.copyOf(ends, texts);
        }
    }
}
