package io.reactivestore.cache.writeback;

import io.reactivestore.Attributes;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.internal.RecordText;
import io.reactivestore.cache.writeback.JournalRecord.Kind;
import io.reactivestore.internal.Buffers;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal's records, version 1, big-endian:
 *
 * <pre>
 *   int magic | byte version | byte kind | long batchStart | long sequence | long number | int bodyBytes | body | int CRC-32C
 *   body:     text key; of a write also: context; of a put also: own etag, time, attributes, options; then the value, up to the end
 *   text:     int bytes (-1 for null), UTF-8
 * </pre>
 *
 * <p>{@code batchStart} is the offset in the file at which the batch of the record begins: all before it was acknowledged, or could have
 * been, when the record was written. The checksum is over everything before it.
 */
final class JournalCodec {

    private static final int MAGIC = 0x52534a31; // "RSJ1"
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 4 + 1 + 1 + 8 + 8 + 8 + 4;
    private static final int CHECKSUM_BYTES = 4;

    private JournalCodec() {}

    /** A record as it was found. */
    record Framed(JournalRecord record, long batchStart, int bytes) {}

    static ByteBuffer encode(JournalRecord record, long batchStart) {
        byte[] described = describe(record);
        Entry entry = record.entry();
        ByteBuffer value = entry == null ? null : entry.value();
        int bodyBytes = Math.addExact(described.length, value == null ? 0 : value.remaining());
        ByteBuffer bytes = ByteBuffer.allocate(Math.addExact(bodyBytes, HEADER_BYTES + CHECKSUM_BYTES));
        bytes.putInt(MAGIC).put(VERSION).put(record.kind().code);
        bytes.putLong(batchStart).putLong(record.sequence()).putLong(record.number());
        bytes.putInt(bodyBytes).put(described);
        if (value != null) {
            bytes.put(value.duplicate());
        }
        return bytes.putInt(checksum(bytes.array(), 0, bytes.position())).flip();
    }

    /**
     * The record at an offset.
     *
     * @return null if there is no whole and sound one
     * @throws IOException if there is one that this version cannot read
     */
    static @Nullable Framed decode(byte[] file, int offset, int limit) throws IOException {
        if (limit - offset < HEADER_BYTES + CHECKSUM_BYTES) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(file, offset, limit - offset);
        if (bytes.getInt() != MAGIC) {
            return null;
        }
        byte version = bytes.get();
        byte code = bytes.get();
        long batchStart = bytes.getLong();
        long sequence = bytes.getLong();
        long number = bytes.getLong();
        int bodyBytes = bytes.getInt();
        if (bodyBytes < 0 || bodyBytes > bytes.remaining() - CHECKSUM_BYTES) {
            return null;
        }
        int end = bytes.position() + bodyBytes;
        if (bytes.getInt(end) != checksum(file, offset, end - offset)) {
            return null;
        }
        Kind kind = Kind.of(code);
        if (version != VERSION || kind == null) {
            throw new IOException("format " + version + ", kind " + code + " at offset " + offset + " is unknown");
        }
        bytes.limit(end);
        JournalRecord record = body(kind, sequence, number, bytes);
        return new Framed(record, batchStart, end + CHECKSUM_BYTES - offset);
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** The body without the value. */
    private static byte[] describe(JournalRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            RecordText.write(out, record.key());
            Entry entry = record.entry();
            if (entry != null) {
                writeContext(out, entry.context());
                if (entry.value() != null) {
                    writePut(out, entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        return bytes.toByteArray();
    }

    private static void writePut(DataOutputStream out, Entry entry) throws IOException {
        RecordText.write(out, entry.etagPrefix());
        out.writeLong(entry.etagNumber());
        out.writeLong(entry.writtenAt());
        writeAttributes(out, entry.attributes());
        WriteOptions options = entry.options();
        writeAttributes(out, options.attributes());
        RecordText.write(out, options.storageClass());
        out.writeBoolean(options.cached());
    }

    private static JournalRecord body(Kind kind, long sequence, long number, ByteBuffer in) {
        String key = RecordText.require(in);
        if (kind != Kind.PUT && kind != Kind.DELETE) {
            return new JournalRecord(kind, sequence, key, null, number);
        }
        RecordContext context = readContext(in);
        Entry entry = kind == Kind.PUT ? readPut(key, context, in) : Entry.tombstone(key, context);
        return new JournalRecord(kind, sequence, key, entry.numbered(sequence), number);
    }

    private static Entry readPut(String key, @Nullable RecordContext context, ByteBuffer in) {
        String etagPrefix = RecordText.require(in);
        long etagNumber = in.getLong();
        long writtenAt = in.getLong();
        Attributes shown = readAttributes(in);
        Attributes given = readAttributes(in);
        String storageClass = RecordText.read(in);
        WriteOptions options = in.get() != 0
                ? WriteOptions.defaults()
                : WriteOptions.defaults().withoutCaching();
        options = given == null ? options : options.withAttributes(given);
        options = storageClass == null ? options : options.withStorageClass(storageClass);
        byte[] value = new byte[in.remaining()];
        in.get(value);
        return Entry.put(key, Buffers.wrap(value), etagPrefix, etagNumber, writtenAt, shown, options, context);
    }

    private static void writeContext(DataOutputStream out, @Nullable RecordContext context) throws IOException {
        RecordText.write(out, context == null ? null : context.topic());
        if (context != null) {
            out.writeInt(context.partition());
            out.writeLong(context.offset());
            out.writeLong(context.timestamp());
        }
    }

    private static @Nullable RecordContext readContext(ByteBuffer in) {
        String topic = RecordText.read(in);
        return topic == null ? null : new RecordContext(topic, in.getInt(), in.getLong(), in.getLong());
    }

    private static void writeAttributes(DataOutputStream out, @Nullable Attributes attributes) throws IOException {
        out.writeBoolean(attributes != null);
        if (attributes == null) {
            return;
        }
        RecordText.write(out, attributes.contentType());
        RecordText.write(out, attributes.cacheControl());
        RecordText.write(out, attributes.contentEncoding());
        RecordText.write(out, attributes.contentDisposition());
        RecordText.write(out, attributes.contentLanguage());
        Instant expires = attributes.expires();
        out.writeBoolean(expires != null);
        if (expires != null) {
            writeInstant(out, expires);
        }
        out.writeInt(attributes.userMetadata().size());
        for (Map.Entry<String, String> each : attributes.userMetadata().entrySet()) {
            RecordText.write(out, each.getKey());
            RecordText.write(out, each.getValue());
        }
    }

    private static @Nullable Attributes readAttributes(ByteBuffer in) {
        if (in.get() == 0) {
            return null;
        }
        Attributes attributes = Attributes.none()
                .withContentType(RecordText.read(in))
                .withCacheControl(RecordText.read(in))
                .withContentEncoding(RecordText.read(in))
                .withContentDisposition(RecordText.read(in))
                .withContentLanguage(RecordText.read(in))
                .withExpires(in.get() == 0 ? null : readInstant(in));
        Map<String, String> user = new TreeMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            user.put(RecordText.require(in), RecordText.require(in));
        }
        return attributes.withUserMetadata(user);
    }

    private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant readInstant(ByteBuffer in) {
        return Instant.ofEpochSecond(in.getLong(), in.getInt());
    }
}
