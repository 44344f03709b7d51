package io.reactivestore;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The facts about one version of an object.
 *
 * @param key its key
 * @param size its bytes
 * @param etag changes with every change of the bytes (strong, in the sense of HTTP); opaque, without quotes
 * @param version its version id, or null where the store keeps none
 * @param lastModified when it was written, by the store's clock and precision
 * @param attributes the caller's attributes, or null in listings
 */
public record ObjectInfo(
        String key,
        long size,
        String etag,
        @Nullable String version,
        Instant lastModified,
        @Nullable Attributes attributes) {

    public ObjectInfo {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(etag, "etag");
        Objects.requireNonNull(lastModified, "lastModified");
        if (size < 0) {
            throw new IllegalArgumentException("size: need 0 or more bytes, was " + size + " for " + key);
        }
    }

    /** The same facts under another key. */
    public ObjectInfo withKey(String key) {
        return new ObjectInfo(key, size, etag, version, lastModified, attributes);
    }

    /** The same facts with other attributes. */
    public ObjectInfo withAttributes(@Nullable Attributes attributes) {
        return new ObjectInfo(key, size, etag, version, lastModified, attributes);
    }
}
