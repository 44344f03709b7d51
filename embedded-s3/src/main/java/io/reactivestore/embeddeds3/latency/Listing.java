package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.reactivestore.embeddeds3.latency.Bucket.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Renders one page of a listing. Used once, by one thread. */
final class Listing {
    /*
     * How it works. Two ordered sources, the computed keys and the entries above them, are walked side by side. Behind a common
     * prefix both are set to the first key after it, so that a page costs what is on it, however many keys a prefix has.
     *
     * A continuation token is the lowest key that the next page may begin with.
     */

    static final int MAX_KEYS = 1000;

    private static final byte[] KEY = ascii("<Contents><Key>");
    private static final byte[] VIRTUAL_MODIFIED = ascii("</Key><LastModified>"
            + S3Object.VIRTUAL_TIME.toString().replace("Z", ".000Z") + "</LastModified><ETag>&quot;");
    private static final byte[] SIZE = ascii("&quot;</ETag><Size>");
    private static final byte[] CLASS = ascii("</Size><StorageClass>STANDARD</StorageClass></Contents>");
    private static final byte[] PREFIX = ascii("<CommonPrefixes><Prefix>");
    private static final byte[] END = ascii("</ListBucketResult>");
    private static final byte[] PREFIX_END = ascii("</Prefix></CommonPrefixes>");

    /** Written anew for each page: what a page needs at most is not worth being made each time. */
    private static final ThreadLocal<PageWriter> CONTENTS = ThreadLocal.withInitial(() -> new PageWriter(512 << 10));

    private final String bucketName;
    private final ComputedKeys computed;
    private final NavigableMap<byte[], Entry> above;
    private final byte[] prefix;
    private final byte[] delimiter;
    private final @Nullable String startAfter;
    private final @Nullable String token;
    private final int maxKeys;
    private final boolean urlEncoded;

    private final PageWriter contents = CONTENTS.get();
    private final PageWriter prefixes = new PageWriter(256);
    private final byte[] computedKey = new byte[VirtualKeys.MAX_KEY_BYTES];
    private final byte[] virtualSize;

    private long next;
    private long end;
    private Iterator<Map.Entry<byte[], Entry>> aboveNext;
    private Map.@Nullable Entry<byte[], Entry> aboveKey;
    private int count;
    private byte @Nullable [] following;

    /** @throws S3Failure if a parameter cannot be read */
    Listing(Request request, ComputedKeys computed, NavigableMap<byte[], Entry> above) {
        this.bucketName = request.bucket();
        this.computed = computed;
        this.above = above;
        this.prefix = utf8(request.query().getOrDefault("prefix", ""));
        this.delimiter = utf8(request.query().getOrDefault("delimiter", ""));
        this.startAfter = request.parameter("start-after");
        this.token = request.parameter("continuation-token");
        this.maxKeys = maxKeys(request.parameter("max-keys"));
        this.urlEncoded = "url".equals(request.parameter("encoding-type"));
        this.virtualSize = ascii(Long.toString(computed.objectBytes()));
        this.aboveNext = above.entrySet().iterator();
    }

    /** The page, for the caller to release. */
    PageCache.Page render(ByteBufAllocator buffers) {
        contents.clear();
        byte[] begin = begin();
        byte[] behind = behind(prefix);
        next = computed.firstFrom(begin);
        end = behind == null ? computed.space().size() : computed.firstFrom(behind);
        setAbove(begin);
        walk();
        PageWriter head = head();
        int size = head.length() + contents.length() + prefixes.length() + END.length;
        ByteBuf page = buffers.directBuffer(size, size)
                .writeBytes(head.bytes(), 0, head.length())
                .writeBytes(contents.bytes(), 0, contents.length())
                .writeBytes(prefixes.bytes(), 0, prefixes.length())
                .writeBytes(END);
        return new PageCache.Page(page, count);
    }

    private void walk() {
        if (maxKeys == 0) {
            return;
        }
        while (true) {
            int length = next < end ? computed.space().writeKey(next, computedKey) : -1;
            Map.Entry<byte[], Entry> over = aboveKey;
            int order = over == null
                    ? -1
                    : length < 0
                            ? 1
                            : Arrays.compareUnsigned(computedKey, 0, length, over.getKey(), 0, over.getKey().length);
            if (length < 0 && over == null) {
                return;
            }
            if (over != null && order >= 0 && over.getValue().object() == null) {
                next += order == 0 ? 1 : 0;
                moveAbove();
                continue;
            }
            byte[] key = over == null || order < 0 ? computedKey : over.getKey();
            int keyLength = over == null || order < 0 ? length : over.getKey().length;
            if (count == maxKeys) {
                following = Arrays.copyOf(key, keyLength);
                return;
            }
            count++;
            int prefixLength = commonPrefix(key, keyLength);
            if (prefixLength > 0) {
                addPrefix(Arrays.copyOf(key, prefixLength));
            } else if (over == null || order < 0) {
                addComputed(length);
                next++;
            } else {
                addObject(over.getKey(), over.getValue().object());
                next += order == 0 ? 1 : 0;
                moveAbove();
            }
        }
    }

    /** Up to where a key is rolled up; 0 if it is not. */
    private int commonPrefix(byte[] key, int length) {
        if (delimiter.length == 0) {
            return 0;
        }
        for (int i = prefix.length; i + delimiter.length <= length; i++) {
            if (Arrays.equals(key, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                return i + delimiter.length;
            }
        }
        return 0;
    }

    private void addPrefix(byte[] common) {
        prefixes.raw(PREFIX).name(common, common.length, urlEncoded).raw(PREFIX_END);
        byte[] behind = behind(common);
        if (behind == null) {
            next = end;
            aboveKey = null;
        } else {
            next = Math.min(end, Math.max(next, computed.firstFrom(behind)));
            setAbove(behind);
        }
    }

    private void addComputed(int length) {
        contents.raw(KEY)
                .name(computedKey, length, urlEncoded)
                .raw(VIRTUAL_MODIFIED)
                .virtualEtag(Mix.of(computedKey, length), computed.objectBytes())
                .raw(SIZE)
                .raw(virtualSize)
                .raw(CLASS);
    }

    private void addObject(byte[] key, @Nullable S3Object object) {
        if (object == null) {
            return;
        }
        contents.raw(KEY)
                .name(key, key.length, urlEncoded)
                .raw("</Key><LastModified>" + iso(object) + "</LastModified><ETag>&quot;")
                .raw(object.etag())
                .raw(SIZE)
                .number(object.size())
                .raw(CLASS);
    }

    private PageWriter head() {
        PageWriter head = new PageWriter(1024);
        byte[] bucket = utf8(bucketName);
        head.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
                .raw("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>")
                .name(bucket, bucket.length, false)
                .raw("</Name><Prefix>")
                .name(prefix, prefix.length, urlEncoded)
                .raw("</Prefix>");
        if (following != null) {
            head.raw("<NextContinuationToken>")
                    .raw(Base64.getUrlEncoder().withoutPadding().encode(following))
                    .raw("</NextContinuationToken>");
        }
        if (token != null) {
            byte[] bytes = utf8(token);
            head.raw("<ContinuationToken>").name(bytes, bytes.length, false).raw("</ContinuationToken>");
        } else if (startAfter != null) {
            byte[] bytes = utf8(startAfter);
            head.raw("<StartAfter>").name(bytes, bytes.length, urlEncoded).raw("</StartAfter>");
        }
        head.raw("<KeyCount>")
                .number(count)
                .raw("</KeyCount><MaxKeys>")
                .number(maxKeys)
                .raw("</MaxKeys>");
        if (delimiter.length > 0) {
            head.raw("<Delimiter>")
                    .name(delimiter, delimiter.length, urlEncoded)
                    .raw("</Delimiter>");
        }
        return head.raw(urlEncoded ? "<EncodingType>url</EncodingType>" : "")
                .raw("<IsTruncated>" + (following != null) + "</IsTruncated>");
    }

    /** The lowest key that may be on the page. */
    private byte[] begin() {
        byte[] begin = prefix;
        if (token != null) {
            try {
                begin = Base64.getUrlDecoder().decode(token);
            } catch (IllegalArgumentException malformed) {
                throw new S3Failure(400, "InvalidArgument");
            }
        } else if (startAfter != null) {
            byte[] after = utf8(startAfter);
            begin = Arrays.copyOf(after, after.length + 1);
        }
        return Arrays.compareUnsigned(begin, prefix) < 0 ? prefix : begin;
    }

    private void setAbove(byte[] from) {
        aboveNext = above.tailMap(from, true).entrySet().iterator();
        moveAbove();
    }

    private void moveAbove() {
        Map.Entry<byte[], Entry> entry = aboveNext.hasNext() ? aboveNext.next() : null;
        boolean isIn = entry != null
                && entry.getKey().length >= prefix.length
                && Arrays.equals(entry.getKey(), 0, prefix.length, prefix, 0, prefix.length);
        aboveKey = isIn ? entry : null;
    }

    /** The lowest bound above all keys with this prefix, or null if there is none. UTF-8 has no byte 0xff. */
    private static byte @Nullable [] behind(byte[] prefix) {
        if (prefix.length == 0) {
            return null;
        }
        byte[] behind = prefix.clone();
        behind[behind.length - 1]++;
        return behind;
    }

    private static int maxKeys(@Nullable String text) {
        if (text == null) {
            return MAX_KEYS;
        }
        if (!text.matches("\\d{1,9}")) {
            throw new S3Failure(400, "InvalidArgument");
        }
        return Math.min(MAX_KEYS, Integer.parseInt(text));
    }

    private static String iso(S3Object object) {
        String text = object.modified().toString();
        return text.contains(".") ? text : text.replace("Z", ".000Z");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
