package io.reactivestore.embeddeds3.latency;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of a page, appended one behind the other. */
final class PageWriter {

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    /** By byte: whether it may stand for itself, in a name that is url-encoded as well as in text. */
    private static final boolean[] PLAIN = new boolean[256];

    static {
        for (int c = 0; c < 128; c++) {
            PLAIN[c] = Character.isLetterOrDigit(c) || "-_.~/".indexOf(c) >= 0;
        }
    }

    private byte[] bytes;
    private int length;

    PageWriter(int bytes) {
        this.bytes = new byte[bytes];
    }

    void clear() {
        length = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    PageWriter raw(byte[] text) {
        require(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
        return this;
    }

    PageWriter raw(String ascii) {
        return raw(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    PageWriter number(long number) {
        return raw(Long.toString(number));
    }

    /** The digits of a computed etag. */
    PageWriter virtualEtag(long keyMix, long size) {
        require(32);
        length = S3Object.writeVirtualEtag(keyMix, size, bytes, length);
        return this;
    }

    /** A name, in UTF-8, in the way the client asked for. */
    PageWriter name(byte[] name, int nameLength, boolean urlEncoded) {
        require(6 * nameLength); // &quot; and &#x1f; are the longest
        for (int i = 0; i < nameLength; i++) {
            byte c = name[i];
            if (PLAIN[c & 0xff]) {
                bytes[length++] = c;
            } else if (urlEncoded) {
                bytes[length++] = '%';
                bytes[length++] = HEX[c >> 4 & 0xf];
                bytes[length++] = HEX[c & 0xf];
            } else {
                escaped(c);
            }
        }
        return this;
    }

    private void escaped(byte c) {
        switch (c) {
            case '&' -> raw("&amp;");
            case '<' -> raw("&lt;");
            case '>' -> raw("&gt;");
            case '"' -> raw("&quot;");
            default -> {
                // A control character is no XML at all, which is what S3 sends too.
                if (c >= 0 && c < 0x20) {
                    raw("&#x" + Integer.toHexString(c) + ";");
                } else {
                    bytes[length++] = c;
                }
            }
        }
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
