package io.reactivestore.cache.disk.internal;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of what a record says of its object, big-endian:
 *
 * <pre>
 *   text etag | text version | long seconds, int nanos of last-modified | long size | byte whether there are attributes
 *   attributes: text content type, cache control, content encoding, disposition, language
 *               | long seconds of expires, or the least long | int count | text name, text value of each
 *   text:       int bytes (-1 for null), UTF-8
 * </pre>
 */
final class InfoCodec {

    private InfoCodec() {}

    static byte[] encode(ObjectInfo info) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeText(out, info.etag());
            writeText(out, info.version());
            writeInstant(out, info.lastModified());
            out.writeLong(info.size());
            Attributes attributes = info.attributes();
            out.writeBoolean(attributes != null);
            if (attributes != null) {
                writeAttributes(out, attributes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        return bytes.toByteArray();
    }

    static ObjectInfo decode(String key, ByteBuffer in) {
        String etag = requireText(in);
        String version = readText(in);
        Instant lastModified = Instant.ofEpochSecond(in.getLong(), in.getInt());
        long size = in.getLong();
        Attributes attributes = in.get() == 0 ? null : readAttributes(in);
        return new ObjectInfo(key, size, etag, version, lastModified, attributes);
    }

    private static void writeAttributes(DataOutputStream out, Attributes attributes) throws IOException {
        writeText(out, attributes.contentType());
        writeText(out, attributes.cacheControl());
        writeText(out, attributes.contentEncoding());
        writeText(out, attributes.contentDisposition());
        writeText(out, attributes.contentLanguage());
        Instant expires = attributes.expires();
        out.writeLong(expires == null ? Long.MIN_VALUE : expires.getEpochSecond());
        out.writeInt(attributes.userMetadata().size());
        for (Map.Entry<String, String> each : attributes.userMetadata().entrySet()) {
            writeText(out, each.getKey());
            writeText(out, each.getValue());
        }
    }

    private static Attributes readAttributes(ByteBuffer in) {
        Attributes attributes = Attributes.none()
                .withContentType(readText(in))
                .withCacheControl(readText(in))
                .withContentEncoding(readText(in))
                .withContentDisposition(readText(in))
                .withContentLanguage(readText(in));
        long expires = in.getLong();
        if (expires != Long.MIN_VALUE) {
            attributes = attributes.withExpires(Instant.ofEpochSecond(expires));
        }
        int count = in.getInt();
        if (count == 0) {
            return attributes;
        }
        Map<String, String> user = new TreeMap<>();
        for (int left = count; left > 0; left--) {
            user.put(requireText(in), requireText(in));
        }
        return attributes.withUserMetadata(user);
    }

    private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static @Nullable String readText(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String requireText(ByteBuffer in) {
        String text = readText(in);
        return text == null ? "" : text;
    }
}
