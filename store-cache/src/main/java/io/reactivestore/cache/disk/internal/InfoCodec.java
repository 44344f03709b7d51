package io.reactivestore.cache.disk.internal;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.internal.RecordText;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

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
            RecordText.write(out, info.etag());
            RecordText.write(out, info.version());
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

    /** How many bytes {@link #encode} makes. */
    static int length(ObjectInfo info) {
        int bytes = RecordText.length(info.etag()) + RecordText.length(info.version());
        bytes += Long.BYTES + Integer.BYTES + Long.BYTES + 1;
        Attributes attributes = info.attributes();
        if (attributes == null) {
            return bytes;
        }
        bytes += RecordText.length(attributes.contentType())
                + RecordText.length(attributes.cacheControl())
                + RecordText.length(attributes.contentEncoding())
                + RecordText.length(attributes.contentDisposition())
                + RecordText.length(attributes.contentLanguage());
        bytes += Long.BYTES + Integer.BYTES;
        for (Map.Entry<String, String> each : attributes.userMetadata().entrySet()) {
            bytes += RecordText.length(each.getKey()) + RecordText.length(each.getValue());
        }
        return bytes;
    }

    static ObjectInfo decode(String key, ByteBuffer in) {
        String etag = RecordText.require(in);
        String version = RecordText.read(in);
        Instant lastModified = Instant.ofEpochSecond(in.getLong(), in.getInt());
        long size = in.getLong();
        Attributes attributes = in.get() == 0 ? null : readAttributes(in);
        return new ObjectInfo(key, size, etag, version, lastModified, attributes);
    }

    private static void writeAttributes(DataOutputStream out, Attributes attributes) throws IOException {
        RecordText.write(out, attributes.contentType());
        RecordText.write(out, attributes.cacheControl());
        RecordText.write(out, attributes.contentEncoding());
        RecordText.write(out, attributes.contentDisposition());
        RecordText.write(out, attributes.contentLanguage());
        Instant expires = attributes.expires();
        out.writeLong(expires == null ? Long.MIN_VALUE : expires.getEpochSecond());
        out.writeInt(attributes.userMetadata().size());
        for (Map.Entry<String, String> each : attributes.userMetadata().entrySet()) {
            RecordText.write(out, each.getKey());
            RecordText.write(out, each.getValue());
        }
    }

    private static Attributes readAttributes(ByteBuffer in) {
        Attributes attributes = Attributes.none()
                .withContentType(RecordText.read(in))
                .withCacheControl(RecordText.read(in))
                .withContentEncoding(RecordText.read(in))
                .withContentDisposition(RecordText.read(in))
                .withContentLanguage(RecordText.read(in));
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
            user.put(RecordText.require(in), RecordText.require(in));
        }
        return attributes.withUserMetadata(user);
    }

    private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }
}
