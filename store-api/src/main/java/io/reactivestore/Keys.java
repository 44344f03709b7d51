package io.reactivestore;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a key is: a non-empty string of at most 1024 bytes of UTF-8 without unpaired surrogates. {@code /} separates directories
 * by convention only; {@code ..}, {@code //} and a leading or trailing {@code /} mean nothing special.
 *
 * <p>For those who write a store; every store of ours checks its arguments here.
 */
public final class Keys {

    /** The longest key, in bytes of UTF-8. */
    public static final int MAX_BYTES = 1024;

    /**
     * The order of listings: by the bytes of UTF-8, which is by code point. It differs from {@link String#compareTo} where a
     * character outside the basic plane meets one of U+E000 to U+FFFF.
     */
    public static final Comparator<String> UTF8_ORDER = Keys::compareUtf8;

    private Keys() {}

    /**
     * Checks a key.
     *
     * @return the key
     * @throws IllegalArgumentException naming the operation, if it is malformed
     */
    public static String requireKey(String operation, String key) {
        requireNonNull(operation, "key", key);
        if (key.isEmpty()) {
            throw new IllegalArgumentException(operation + ": the key is empty");
        }
        return requireText(operation, "key", key);
    }

    /** Whether it is a key: what {@link #requireKey} accepts. */
    public static boolean isKey(String text) {
        if (text.length() > MAX_BYTES || !isAscii(text)) {
            return unpairedSurrogate(text) < 0 && utf8Length(text) <= MAX_BYTES;
        }
        return !text.isEmpty();
    }

    /** Checks a prefix: like a key, but it may be empty. */
    public static String requirePrefix(String operation, String prefix) {
        requireNonNull(operation, "prefix", prefix);
        return requireText(operation, "prefix", prefix);
    }

    /** Checks any other argument for null, naming the operation. */
    public static <T> T requireNonNull(String operation, String name, T argument) {
        if (argument == null) {
            throw new NullPointerException(operation + ": " + name + " is null");
        }
        return argument;
    }

    /**
     * The least string that is greater than every key with this prefix, in {@link #UTF8_ORDER}.
     *
     * @return null if there is none: the prefix is empty or all of its characters are the last code point
     */
    public static @Nullable String endOfPrefix(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            int start = end - Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // U+D800 to U+DFFF are no characters: the one after U+D7FF is U+E000.
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, start) + Character.toString(next);
            }
            end = start;
        }
        return null;
    }

    /** How many bytes of UTF-8 a well-formed text has. */
    public static int utf8Length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A pair of surrogates is four bytes, two for each.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    private static String requireText(String operation, String name, String text) {
        if (text.length() <= MAX_BYTES && isAscii(text)) {
            return text;
        }
        int unpaired = unpairedSurrogate(text);
        if (unpaired >= 0) {
            throw new IllegalArgumentException(
                    operation + ": the " + name + " has an unpaired surrogate at index " + unpaired);
        }
        int bytes = utf8Length(text);
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    operation + ": the " + name + " has " + bytes + " bytes of UTF-8, more than " + MAX_BYTES);
        }
        return text;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Where it is; negative if there is none. */
    private static int unpairedSurrogate(String text) {
        boolean afterHigh = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (afterHigh != Character.isLowSurrogate(c)) {
                return afterHigh ? i - 1 : i;
            }
            afterHigh = Character.isHighSurrogate(c);
        }
        return afterHigh ? text.length() - 1 : -1;
    }

    private static int compareUtf8(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // A surrogate stands for a code point above every other char.
                boolean xs = Character.isSurrogate(x);
                boolean ys = Character.isSurrogate(y);
                return xs == ys ? x - y : xs ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }
}
