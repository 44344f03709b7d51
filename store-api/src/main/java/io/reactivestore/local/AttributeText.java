package io.reactivestore.local;

import io.reactivestore.Attributes;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Attributes as text: a line with the version of the format, then a line {@code name=value} each. Values hold no control characters and
 * names no equals sign, so nothing needs escaping.
 */
final class AttributeText {

    private static final String VERSION = "1";
    private static final String USER = "user.";

    private AttributeText() {}

    static byte[] format(Attributes attributes) {
        StringBuilder text = new StringBuilder(VERSION).append('\n');
        line(text, "content-type", attributes.contentType());
        line(text, "cache-control", attributes.cacheControl());
        Instant expires = attributes.expires();
        line(text, "expires", expires == null ? null : Long.toString(expires.getEpochSecond()));
        line(text, "content-encoding", attributes.contentEncoding());
        line(text, "content-disposition", attributes.contentDisposition());
        line(text, "content-language", attributes.contentLanguage());
        attributes.userMetadata().forEach((name, value) -> line(text, USER + name, value));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What was formatted; no attributes for what is not of this format: the object itself is good all the same. */
    static Attributes parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (!lines[0].equals(VERSION) || !lines[lines.length - 1].isEmpty()) {
            return Attributes.none();
        }
        try {
            Attributes attributes = Attributes.none();
            for (int i = 1; i < lines.length - 1; i++) {
                int equals = lines[i].indexOf('=');
                attributes = with(attributes, lines[i].substring(0, equals), lines[i].substring(equals + 1));
            }
            return attributes;
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException foreign) {
            return Attributes.none();
        }
    }

    private static void line(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(name).append('=').append(value).append('\n');
        }
    }

    private static Attributes with(Attributes attributes, String name, String value) {
        return switch (name) {
            case "content-type" -> attributes.withContentType(value);
            case "cache-control" -> attributes.withCacheControl(value);
            case "expires" -> attributes.withExpires(Instant.ofEpochSecond(Long.parseLong(value)));
            case "content-encoding" -> attributes.withContentEncoding(value);
            case "content-disposition" -> attributes.withContentDisposition(value);
            case "content-language" -> attributes.withContentLanguage(value);
            default -> {
                if (!name.startsWith(USER)) {
                    throw new IllegalArgumentException("attributes: unknown line " + name);
                }
                yield attributes.withUserMetadata(name.substring(USER.length()), value);
            }
        };
    }
}
