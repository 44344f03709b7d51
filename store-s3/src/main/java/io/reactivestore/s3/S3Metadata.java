package io.reactivestore.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * User metadata as it goes over the wire.
 *
 * <p>Printable ASCII goes as it is. Whatever a header would lose or a signature would stumble over (other characters, outer and
 * double spaces, the empty value, what looks encoded already) goes as one encoded word, {@code =?UTF-8?B?base64?=}, as long as it
 * needs to be. That is how S3 itself shows such values. Read back, both forms of encoded words are decoded; what is malformed is
 * left as it is.
 *
 * @source RFC 2047, section 2 (encoded words); Amazon S3 User Guide, "User-defined object metadata"
 */
final class S3Metadata {

    /** Names the one put that wrote an object, so that it can be told whose an object is. Never shown to users. */
    static final String WRITE_TOKEN = "rs-write";

    private static final Pattern PLAIN = Pattern.compile("(?!.*=\\?)[\\x21-\\x7e]+( [\\x21-\\x7e]+)*");
    private static final Pattern ENCODED_WORD =
            Pattern.compile("=\\?([^?*\\s]+)(?:\\*[^?]*)?\\?([BbQq])\\?([^?\\s]*)\\?=");

    private S3Metadata() {}

    static Map<String, String> encode(Map<String, String> userMetadata) {
        Map<String, String> encoded = new TreeMap<>();
        userMetadata.forEach((name, value) -> encoded.put(name, encode(value)));
        return encoded;
    }

    static String encode(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "=?UTF-8?B?" + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    /** The user's own entries; names in lower case, since some servers keep the case in which they came. */
    static Map<String, String> decode(Map<String, String> received) {
        Map<String, String> decoded = new TreeMap<>();
        received.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.equals(WRITE_TOKEN)) {
                decoded.put(lower, withoutControls(decode(value)));
            }
        });
        return decoded;
    }

    static String decode(String value) {
        Matcher word = ENCODED_WORD.matcher(value);
        StringBuilder text = new StringBuilder();
        int end = 0;
        while (word.find()) {
            String between = value.substring(end, word.start());
            // White space between two words only separates them.
            if (end == 0 || !between.isBlank()) {
                text.append(between);
            }
            String decoded = decodeWord(word.group(1), word.group(2), word.group(3));
            text.append(decoded == null ? word.group() : decoded);
            end = word.end();
        }
        return text.append(value, end, value.length()).toString();
    }

    /** Attributes hold no control characters; a header written by others may hold a tab, or any in an encoded word. */
    static String withoutControls(String value) {
        return value.chars().anyMatch(Character::isISOControl) ? value.replaceAll("\\p{Cc}", " ") : value;
    }

    private static @Nullable String decodeWord(String charset, String encoding, String text) {
        try {
            byte[] bytes = encoding.equalsIgnoreCase("B") ? Base64.getDecoder().decode(text) : decodeQ(text);
            return new String(bytes, Charset.forName(charset));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static byte[] decodeQ(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' && i + 2 < text.length()) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c == '_' ? ' ' : c);
            }
        }
        return bytes.toByteArray();
    }
}
