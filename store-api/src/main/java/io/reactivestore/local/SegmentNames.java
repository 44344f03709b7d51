package io.reactivestore.local;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The file names of one segment of a key: what stands between two slashes. */
final class SegmentNames {
    /*
     * How it works. A segment has two spellings, each one name or several joined by "/":
     *
     *   primary     a segment of [a-z0-9._-], at most 255 bytes long, is its own name; every other one is escaped
     *   alternate   the escaped segment and "%_": for an object whose primary name is taken by a directory
     *
     *   escaped     bytes of [a-z0-9._-] as they are, others as "%xx" with lower-case digits; the empty segment is "%-"
     *   cut         an escaped segment of more than 240 bytes is cut into names of at most 240; each but the last has "%+" behind it and
     *               is the directory of the next
     *   dots        a name that would be "." or ".." has its dots escaped
     *
     * All names are made of [a-z0-9._%+-], so file systems that ignore case or normalize Unicode keep them apart.
     *
     * Why no two segments share a name. Names are taken back by joining at "%+/", removing "%_" at the end, reading "%-" as nothing and
     * "%xx" as bytes; and they count only if spelling the result gives the very same names. "%" followed by anything else names nothing,
     * which is where the reserved names live.
     */

    /** Ends the name of a directory in which the same segment goes on. */
    static final String CONTINUES = "%+";

    private static final String ALTERNATE = "%_";
    private static final String EMPTY = "%-";
    private static final String JOINT = CONTINUES + "/";

    /** Leaves room for the marks under the 255 bytes that common file systems allow. */
    private static final int ESCAPED_NAME_BYTES = 240;

    private static final int LITERAL_NAME_BYTES = 255;
    private static final HexFormat HEX = HexFormat.of();

    private SegmentNames() {}

    /** The names under which the segment is looked for first, and its directory always. */
    static String primary(String segment) {
        if (segment.isEmpty()) {
            return EMPTY;
        }
        if (isLiteral(segment) && !isDots(segment) && segment.length() <= LITERAL_NAME_BYTES) {
            return segment;
        }
        return escape(segment);
    }

    /** The names of an object of which the primary name is a directory. */
    static String alternate(String segment) {
        return escape(segment) + ALTERNATE;
    }

    /** Whether these names are the alternate spelling of a segment. */
    static boolean isAlternate(String names) {
        return names.endsWith(ALTERNATE);
    }

    /** The segment of which these names, joined by "/", are the primary or the alternate spelling; null if there is none. */
    static @Nullable String segment(String names) {
        if (isLiteral(names) && !names.isEmpty() && names.length() <= LITERAL_NAME_BYTES) {
            return isDots(names) ? null : names;
        }
        boolean alternate = isAlternate(names);
        String escaped = alternate ? names.substring(0, names.length() - ALTERNATE.length()) : names;
        String segment = escaped.equals(EMPTY) ? "" : unescape(escaped.replace(JOINT, ""));
        if (segment == null) {
            return null;
        }
        String spelled = alternate ? alternate(segment) : primary(segment);
        return spelled.equals(names) ? segment : null;
    }

    private static String escape(String segment) {
        StringBuilder names = new StringBuilder(segment.length() + 16);
        int start = 0;
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            int bytes = isLiteral(b) ? 1 : 3;
            if (names.length() - start + bytes > ESCAPED_NAME_BYTES) {
                names.append(JOINT);
                start = names.length();
            }
            if (bytes == 1) {
                names.append((char) b);
            } else {
                names.append('%').append(HEX.toHexDigits(b));
            }
        }
        String last = names.substring(start);
        if (isDots(last)) {
            names.setLength(start);
            names.append(last.replace(".", "%2e"));
        }
        return names.toString();
    }

    /** Null if it is not made of literal bytes and "%xx"; spelling the result again tells the rest. */
    private static @Nullable String unescape(String escaped) {
        byte[] bytes = new byte[escaped.length()];
        int length = 0;
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                if (i + 2 >= escaped.length()
                        || !HexFormat.isHexDigit(escaped.charAt(i + 1))
                        || !HexFormat.isHexDigit(escaped.charAt(i + 2))) {
                    return null;
                }
                bytes[length++] = (byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3);
                i += 2;
            } else if (isLiteral(c)) {
                bytes[length++] = (byte) c;
            } else {
                return null;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static boolean isDots(String name) {
        return name.equals(".") || name.equals("..");
    }

    private static boolean isLiteral(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isLiteral(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLiteral(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
}
