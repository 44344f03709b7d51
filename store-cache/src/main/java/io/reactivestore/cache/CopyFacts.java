package io.reactivestore.cache;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a copy in a store tier says about itself, in user metadata under the reserved prefix {@code rs-}. A copy without it was put
 * there by somebody else: its etag and last-modified are the tier's own.
 *
 * @param generation which of our puts wrote it, or null if none of ours
 * @param info the facts as the source told them
 * @param filledAt when the bytes were loaded from the source
 * @param checksum CRC32C of the bytes, or null if not known
 */
record CopyFacts(
        @Nullable String generation,
        ObjectInfo info,
        Instant filledAt,
        @Nullable String checksum) {

    static final String PREFIX = "rs-";

    private static final String GENERATION = PREFIX + "generation";
    private static final String ETAG = PREFIX + "etag";
    private static final String VERSION = PREFIX + "version";
    private static final String MODIFIED = PREFIX + "modified";
    private static final String FILLED = PREFIX + "filled";
    private static final String CHECKSUM = PREFIX + "crc32c";

    /** Whether the source's own metadata would be taken for ours: such an object is not kept in a store tier. */
    static boolean collides(ObjectInfo info) {
        return info.attributes() != null
                && info.attributes().userMetadata().keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    }

    static String checksumOf(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return Long.toHexString(crc.getValue());
    }

    /** The attributes of the copy: those of the source, and the facts. */
    Attributes toAttributes() {
        Attributes attributes = info.attributes() == null ? Attributes.none() : info.attributes();
        Map<String, String> user = new HashMap<>(attributes.userMetadata());
        user.put(ETAG, info.etag());
        user.put(MODIFIED, info.lastModified().toString());
        user.put(FILLED, Long.toString(filledAt.toEpochMilli()));
        putIfSet(user, GENERATION, generation);
        putIfSet(user, VERSION, info.version());
        putIfSet(user, CHECKSUM, checksum);
        return attributes.withUserMetadata(user);
    }

    /** Reads the facts of a copy; what is missing or malformed counts as put there by somebody else. */
    static CopyFacts of(ObjectInfo copy) {
        Attributes attributes = copy.attributes() == null ? Attributes.none() : copy.attributes();
        Map<String, String> user = attributes.userMetadata();
        Map<String, String> own = new HashMap<>(user);
        own.keySet().removeIf(name -> name.startsWith(PREFIX));
        Attributes original = attributes.withUserMetadata(own);
        String generation = user.get(GENERATION);
        String etag = user.get(ETAG);
        String modified = user.get(MODIFIED);
        String filled = user.get(FILLED);
        if (generation == null || etag == null || modified == null || filled == null) {
            return new CopyFacts(null, copy.withAttributes(original), copy.lastModified(), null);
        }
        try {
            ObjectInfo info =
                    new ObjectInfo(copy.key(), copy.size(), etag, user.get(VERSION), Instant.parse(modified), original);
            return new CopyFacts(generation, info, Instant.ofEpochMilli(Long.parseLong(filled)), user.get(CHECKSUM));
        } catch (DateTimeException | NumberFormatException malformed) {
            return new CopyFacts(null, copy.withAttributes(original), copy.lastModified(), null);
        }
    }

    private static void putIfSet(Map<String, String> map, String name, @Nullable String value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
